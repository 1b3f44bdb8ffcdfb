import { z } from 'zod';
import type { BankChange } from '../contract/proposal.ts';
import {
  skillLineageSchema,
  skillSchema,
  skillStatisticsSchema,
  type Skill,
  type SkillLineage,
  type SkillStatistics,
} from '../contract/skill.ts';
import { canonicalJson } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { bankHash, skillHash } from '../skills/skillBank.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

// Law: exportBank(parseBank(exportBank(bank))) equals exportBank(bank) byte for byte. So the document holds nothing of
// the workspace it was made in: no time of export, no local ids, no version numbers.

export const BANK_FORMAT = 'memskill-bank';
export const BANK_FORMAT_VERSION = 1;
const MAX_SKILLS = 1000;

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/u, 'must be a SHA-256 in 64 lower-case hex digits');

const bankFileSkillSchema = skillSchema.extend({
  contentHash: hashSchema.describe(
    'SHA-256 of the RFC 8785 form of {name, description, instruction, type} of this skill',
  ),
  lineage: skillLineageSchema
    .nullable()
    .describe('where the current text comes from; null for a text that was there from the start'),
  statistics: skillStatisticsSchema
    .nullable()
    .describe('counters of the run the bank comes from; null when it was never used'),
});

/** The published document; resources/schema/skill-bank.schema.json is generated from it. */
export const bankFileSchema = z
  .strictObject({
    format: z.literal(BANK_FORMAT),
    formatVersion: z.literal(BANK_FORMAT_VERSION),
    bankHash: hashSchema.describe(
      'SHA-256 of the RFC 8785 form of the list of {name, description, instruction, type} of all skills in order',
    ),
    skills: z.array(bankFileSkillSchema).max(MAX_SKILLS).describe('in the order they entered the bank'),
  })
  .meta({
    title: 'MemSkill skill bank',
    description:
      'Memory skills with their lineage and statistics. Serialised in RFC 8785 canonical form with a final line feed.',
  });
export type BankFile = z.infer<typeof bankFileSchema>;

/** Skills in insertion order with what is known of each, by name. A `BankVersion` is one. */
export interface BankContents {
  readonly skills: readonly Skill[];
  readonly lineage: Readonly<Record<string, SkillLineage>>;
  readonly statistics: Readonly<Record<string, SkillStatistics>>;
}

/** What a bank file holds, hashes verified. */
export interface ImportedBank extends BankContents {
  readonly bankHash: string;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}

/** The document of a bank: RFC 8785 canonical JSON and a line feed. Entries of skills that are gone are left out. */
export function exportBank({ skills, lineage, statistics }: BankContents): string {
  const document: z.input<typeof bankFileSchema> = {
    format: BANK_FORMAT,
    formatVersion: BANK_FORMAT_VERSION,
    bankHash: bankHash(skills),
    skills: skills.map((skill) => ({
      ...skill,
      contentHash: skillHash(skill),
      lineage: own(lineage, skill.name),
      statistics: own(statistics, skill.name),
    })),
  };
  const checked = bankFileSchema.safeParse(document);
  if (!checked.success)
    throw new AppError('INTERNAL', `The bank cannot be exported: ${z.prettifyError(checked.error)}.`, {
      cause: checked.error,
    });
  return `${canonicalJson(checked.data)}\n`;
}

/**
 * Reads a bank document, strictly: INVALID_INPUT for what is not one (at most 8 MiB of JSON), CORRUPT_DATA when a
 * hash does not fit its text, each with file name and key path. Hidden characters are left as they are, since hashes
 * cover them; `validateChange` reports them when the skills are proposed.
 */
export function parseBank(source: Uint8Array | string, fileName: string): ImportedBank {
  const value = parseStrictJson(source, fileName);
  refuseOtherFormats(value, fileName);
  const parsed = bankFileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fileError('INVALID_INPUT', {
      fileName,
      path: issue?.path ?? [],
      problem: `is not as the schema skill-bank.schema.json asks (${issue?.message ?? 'unknown'}): correct it or export it again`,
    });
  }
  verify(parsed.data, fileName);
  const { skills, bankHash: hash } = parsed.data;
  return {
    skills: skills.map(({ name, description, instruction, type, origin, isPinned }) => ({
      name,
      description,
      instruction,
      type,
      origin,
      isPinned,
    })),
    lineage: byName(skills, ({ lineage }) => lineage),
    statistics: byName(skills, ({ statistics }) => statistics),
    bankHash: hash,
  };
}

function byName<T>(
  skills: BankFile['skills'],
  of: (skill: BankFile['skills'][number]) => T | null,
): Record<string, T> {
  return Object.fromEntries(
    skills.flatMap((skill) => {
      const value = of(skill);
      return value === null ? [] : [[skill.name, value] as const];
    }),
  );
}

/** Before the schema is asked, so that a file of another kind or of a newer version is told what it is. */
function refuseOtherFormats(value: unknown, fileName: string): void {
  const header = z.looseObject({}).safeParse(value);
  if (!header.success || header.data['format'] !== BANK_FORMAT)
    throw fileError('INVALID_INPUT', {
      fileName,
      path: header.success ? ['format'] : [],
      problem: `is not a skill bank ("format" is not "${BANK_FORMAT}"): choose a file written by "memskill bank export"`,
    });
  const formatVersion = header.data['formatVersion'];
  if (typeof formatVersion === 'number' && formatVersion > BANK_FORMAT_VERSION)
    throw fileError('INVALID_INPUT', {
      fileName,
      path: ['formatVersion'],
      problem: `has format version ${formatVersion}, and this MemSkill Studio reads up to ${BANK_FORMAT_VERSION}: update it`,
    });
}

function verify(file: BankFile, fileName: string): void {
  const seen = new Set<string>();
  for (const [index, skill] of file.skills.entries()) {
    if (seen.has(skill.name))
      throw fileError('INVALID_INPUT', {
        fileName,
        path: ['skills', index, 'name'],
        problem: `is "${skill.name}" for the second time: rename or remove one of the two`,
      });
    seen.add(skill.name);
    if (skillHash(skill) !== skill.contentHash)
      throw fileError('CORRUPT_DATA', {
        fileName,
        path: ['skills', index, 'contentHash'],
        problem: `does not fit the text of "${skill.name}", which was changed after the export: export it again`,
      });
  }
  if (bankHash(file.skills) !== file.bankHash)
    throw fileError('CORRUPT_DATA', {
      fileName,
      path: ['bankHash'],
      problem:
        'does not fit the skills, of which some were added, removed or moved after the export: export it again',
    });
}

/**
 * What would bring the imported skills into the current bank, one change for a skill, in the file's order: additions,
 * refinements, and pins where the texts agree. Skills with equal text give none, and skills the file does not have
 * stay: an import never takes anything away.
 */
export function importAsChanges(
  current: readonly Skill[],
  imported: Pick<BankContents, 'skills'>,
): BankChange[] {
  return imported.skills.flatMap(({ name, description, instruction, type, isPinned }): BankChange[] => {
    const skill = { name, description, instruction, type };
    const existing = current.find((one) => one.name === name);
    if (existing === undefined) return [{ kind: 'add', skill }];
    const changes = {
      ...(existing.description === description ? {} : { description }),
      ...(existing.instruction === instruction ? {} : { instruction }),
      ...(existing.type === type ? {} : { type }),
    };
    if (Object.keys(changes).length > 0) return [{ kind: 'refine', name, changes }];
    return isPinned && !existing.isPinned ? [{ kind: 'pin', name, isPinned }] : [];
  });
}

/**
 * What the file knows about the skills of a bank that took its changes in: for each skill whose text equals the
 * file's, lineage and statistics where the bank has none, and for those the import wrote (origin `import`) also who
 * wrote them first and the pin. If the bank has no skills but the file's, they take the file's order. So a bank
 * imported into a fresh workspace exports to the same bytes.
 */
export function adoptImport(bank: BankContents, imported: BankContents): BankContents {
  const source = new Map(imported.skills.map((skill, index) => [skill.name, { skill, index }]));
  const isFrom = (skill: Skill): boolean => {
    const found = source.get(skill.name);
    return found !== undefined && skillHash(found.skill) === skillHash(skill);
  };
  const skills = bank.skills.map((skill) => {
    const found = source.get(skill.name)?.skill;
    if (found === undefined || skill.origin !== 'import' || !isFrom(skill)) return skill;
    return { ...skill, origin: found.origin, isPinned: skill.isPinned || found.isPinned };
  });
  if (skills.every(({ name }) => source.has(name)))
    skills.sort((a, b) => (source.get(a.name)?.index ?? 0) - (source.get(b.name)?.index ?? 0));
  const adopted = skills.filter(isFrom).map(({ name }) => name);
  return {
    skills,
    lineage: withMissing(bank.lineage, imported.lineage, adopted),
    statistics: withMissing(bank.statistics, imported.statistics, adopted),
  };
}

function withMissing<T>(
  ours: Readonly<Record<string, T>>,
  theirs: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> {
  const missing = names.flatMap((name) => {
    const value = own(ours, name) === null ? own(theirs, name) : null;
    return value === null ? [] : [[name, structuredClone(value)] as const];
  });
  return { ...ours, ...Object.fromEntries(missing) };
}
