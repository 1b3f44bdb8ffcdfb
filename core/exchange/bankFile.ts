import { z } from 'zod';
import {
  bankControllerSchema,
  bankEvaluationsSchema,
  bankSignatureSchema,
  type BankController,
  type BankEvaluations,
  type BankSignature,
} from '../contract/bankExchange.ts';
import {
  BANK_FILE_LIMITS,
  lineageRecordSchema,
  skillSchema,
  skillStatisticsSchema,
  type Skill,
  type SkillLineage,
  type SkillStatistics,
} from '../contract/skill.ts';
import { canonicalJson, contentHash } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { bankHash, skillHash } from '../skills/skillBank.ts';
import { checkSkillMap, decodeController } from './bankController.ts';
import { isSignatureValid, signDocument } from './bankSignature.ts';
import { currentBankFile } from './formerBankFile.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

// Law: exportBank(parseBank(exportBank(bank))) equals exportBank(bank) byte for byte. So the document holds nothing of
// the workspace it was made in: no time of export, no local ids, no version numbers.

export const BANK_FORMAT = 'memskill-bank';
export const BANK_FORMAT_VERSION = 2;
const MAX_SKILLS = 1000;

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/u, 'must be a SHA-256 in 64 lower-case hex digits');

const bankFileSkillSchema = skillSchema.extend({
  contentHash: hashSchema.describe(
    'SHA-256 of the RFC 8785 form of {name, description, instruction, type} of this skill',
  ),
  lineage: lineageRecordSchema
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
    controller: bankControllerSchema.optional(),
    evaluations: bankEvaluationsSchema.optional(),
    documentHash: hashSchema.describe(
      'SHA-256 of the RFC 8785 form of this document without documentHash and signature',
    ),
    signature: bankSignatureSchema.optional(),
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

/** What may travel along. */
export interface BankParts {
  readonly controller?: BankController | undefined;
  readonly evaluations?: BankEvaluations | undefined;
}

/** What a bank file holds, hashes and signature verified. */
export interface ImportedBank extends BankContents, BankParts {
  readonly bankHash: string;
  readonly signature?: BankSignature | undefined;
}

/** The value of a key of the record's own, or null. */
export function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}

function optionalParts({ controller, evaluations }: BankParts): BankParts {
  return {
    ...(controller === undefined ? {} : { controller }),
    ...(evaluations === undefined ? {} : { evaluations }),
  };
}

/** What is hashed and signed of a document. */
function documentHashOf(file: BankFile): string {
  // The canonical form has no keys without a value.
  return contentHash({ ...file, documentHash: undefined, signature: undefined });
}

function bankDocument(bank: BankContents & BankParts): BankFile {
  const { skills, lineage, statistics } = bank;
  const document: z.input<typeof bankFileSchema> = {
    format: BANK_FORMAT,
    formatVersion: BANK_FORMAT_VERSION,
    bankHash: bankHash(skills),
    documentHash: '0'.repeat(64),
    skills: skills.map((skill) => ({
      ...skill,
      contentHash: skillHash(skill),
      lineage: ownEntry(lineage, skill.name),
      statistics: ownEntry(statistics, skill.name),
    })),
    ...optionalParts(bank),
  };
  const checked = bankFileSchema.safeParse(document);
  if (!checked.success)
    throw new AppError('INTERNAL', `The bank cannot be exported: ${z.prettifyError(checked.error)}.`, {
      cause: checked.error,
    });
  return { ...checked.data, documentHash: documentHashOf(checked.data) };
}

/**
 * The document of a bank: RFC 8785 canonical JSON and a line feed. Entries of skills that are gone are left out.
 *
 * @throws AppError INVALID_INPUT when it has more bytes than are read again.
 */
export function exportBank(
  bank: BankContents & BankParts & { readonly signature?: BankSignature | undefined },
): string {
  const document = bankDocument(bank);
  const { signature } = bank;
  const text = `${canonicalJson(signature === undefined ? document : { ...document, signature })}\n`;
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= BANK_FILE_LIMITS.sizeBytes) return text;
  throw new AppError(
    'INVALID_INPUT',
    `The bank file would have ${sizeBytes} bytes, and at most ${BANK_FILE_LIMITS.sizeBytes} are read again: leave out the controller or the cases.`,
  );
}

/** A bank document signed by the owner of a private key in PEM; a former signature gives way. */
export function signBank(text: string, key: { readonly pem: string; readonly source: string }): string {
  const document = { ...bankFileSchema.parse(JSON.parse(text)), signature: undefined };
  return `${canonicalJson({ ...document, signature: signDocument(document, key.pem, key.source) })}\n`;
}

/**
 * Reads a bank document, strictly: INVALID_INPUT for what is not one (at most 8 MiB of JSON), CORRUPT_DATA when a
 * hash does not fit its text, each with file name and key path. Hidden characters are left as they are, since hashes
 * cover them; `validateChange` reports them when the skills are proposed.
 */
export function parseBank(source: Uint8Array | string, fileName: string): ImportedBank {
  const written = parseStrictJson(source, fileName);
  refuseOtherFormats(written, fileName);
  const value = currentBankFile(written);
  const parsed = bankFileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fileError('INVALID_INPUT', {
      fileName,
      path: issue?.path ?? [],
      problem: `is not as the schema skill-bank.schema.json asks (${issue?.message ?? 'unknown'}): correct it or export it again`,
    });
  }
  const { skills, bankHash: hash, signature } = parsed.data;
  verify(parsed.data, fileName);
  return {
    ...optionalParts(parsed.data),
    ...(signature === undefined ? {} : { signature }),
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
  verifyDocument(file, fileName);
}

/** What was changed besides the words of the skills: lineage, controller, cases, signature. */
function verifyDocument(file: BankFile, fileName: string): void {
  const { documentHash, signature, controller, skills } = file;
  if (documentHashOf(file) !== documentHash)
    throw fileError('CORRUPT_DATA', {
      fileName,
      path: ['documentHash'],
      problem: 'does not fit the file, of which something was changed after the export: export it again',
    });
  if (signature !== undefined && !isSignatureValid({ ...file, signature: undefined }, signature))
    throw fileError('CORRUPT_DATA', {
      fileName,
      path: ['signature'],
      problem: 'is not by its key over this file, which was changed after it was signed: ask for it again',
    });
  if (controller === undefined) return;
  decodeController(controller, fileName);
  checkSkillMap(controller, skills, fileName);
}
