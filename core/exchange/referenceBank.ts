import { z } from 'zod';
import type { ExportedFile } from '../contract/bankExchange.ts';
import { SKILL_TYPES, skillTypeSchema, type Skill, type SkillStatistics } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { ownEntry, type BankContents } from './bankFile.ts';
import {
  checkedSkill,
  checkTextHash,
  collectSkills,
  readText,
  statedType,
  type ImportFile,
  type ReadSkill,
  type ReadSkills,
} from './importedSkills.ts';
import { MARKER, readMarker, writeMarker } from './skillMarkers.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

/**
 * The reference's two readable forms of a bank: the dictionary of its operations (reference 3.1) and one Markdown text for
 * each skill. Its pickled checkpoints are never read: unpickling runs code.
 */

const DICTIONARY_FILE = 'operation_bank.json';
/** The reference's own default (reference 3.1). */
const MAX_OPERATIONS = 30;
const RECENT_REWARDS = 20;

const metaInfoSchema = z.looseObject({
  usage_count: z.number().int().min(0).optional(),
  avg_reward: z.number().optional(),
  recent_rewards: z.array(z.number()).max(10_000).optional(),
  recent_usage_ema: z.number().min(0).max(1).optional(),
  created_at: z.string().optional(),
});

const operationSchema = z.looseObject({
  name: z.string(),
  description: z.string(),
  instruction_template: z.string(),
  update_type: z.string().trim().toLowerCase().pipe(skillTypeSchema),
  meta_info: metaInfoSchema.optional(),
  // Vectors of another embedder: checked to be some, and not taken.
  embedding: z.array(z.number()).max(32_768).nullable().optional(),
});
type Operation = z.output<typeof operationSchema>;

function statisticsOf({ meta_info: meta }: Operation): SkillStatistics | null {
  if (meta?.usage_count === undefined || meta.usage_count === 0) return null;
  return {
    usageCount: meta.usage_count,
    averageReward: meta.avg_reward ?? 0,
    recentRewards: (meta.recent_rewards ?? []).slice(-RECENT_REWARDS),
    usageEma: meta.recent_usage_ema ?? 0,
    memoriesWritten: 0,
    memoriesRetrieved: 0,
  };
}

/** The operations of a document in their order; null when it is no such dictionary. */
function operationsIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (typeof value !== 'object' || value === null) return null;
  if ('operations' in value) return operationsIn(value.operations);
  return Object.values(value) as readonly unknown[];
}

/** Whether a JSON document looks like the reference's dictionary. */
export function isOperationBank(value: unknown): boolean {
  const [first] = operationsIn(value) ?? [];
  return typeof first === 'object' && first !== null && 'instruction_template' in first;
}

function readOperation(value: unknown, index: number, fileName: string): ReadSkill {
  const parsed = operationSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fileError('INVALID_INPUT', {
      fileName,
      path: ['operations', index, ...(issue?.path ?? [])],
      problem: `is not as in an operation bank (${issue?.message ?? 'unknown'}): correct it`,
    });
  }
  const { name, description, instruction_template: instruction, update_type: type, meta_info } = parsed.data;
  const origin = meta_info?.created_at === 'initial' ? 'seed' : 'designer';
  const skill = checkedSkill({ name, description, instruction, type, origin, isPinned: false }, fileName);
  return {
    skill,
    lineage: null,
    statistics: statisticsOf(parsed.data),
    position: index,
    fileName,
    notes: [],
  };
}

/** @throws AppError INVALID_INPUT naming file and key path. */
export function readOperationBank(value: unknown, fileName: string): ReadSkills {
  return collectSkills(
    (operationsIn(value) ?? []).map((operation, index) => readOperation(operation, index, fileName)),
  );
}

const PURPOSE = /^[\s*#_-]*Purpose[\s*_]*:[\s*_]*(.+)$/imu;

/** A skill's text as one Markdown file, named after the skill. */
function readMarkdownSkill(file: ImportFile): ReadSkill {
  const { path } = file;
  const text = readText(file);
  const [first = '', ...rest] = text.split('\n');
  const json = MARKER.exec(first)?.[1];
  if (json !== undefined) {
    const { position, hash, ...known } = readMarker(json, path);
    const instruction = rest.join('\n').replace(/^\n/u, '').replace(/\n$/u, '');
    const skill = checkedSkill({ ...known, instruction }, path);
    checkTextHash(skill, hash, path);
    return { skill, lineage: null, statistics: null, position, fileName: path, notes: [] };
  }
  const name = required(path.split('/').at(-1), 'file name')
    .replace(/\.md$/iu, '')
    .toLowerCase()
    .replace(/[\s-]+/gu, '_');
  const instruction = text.trim();
  const stated = statedType(instruction);
  const named = SKILL_TYPES.find((type) => type === name);
  const purpose = PURPOSE.exec(instruction)?.[1]?.trim();
  const skill = checkedSkill(
    {
      name,
      description: purpose ?? instruction.split('\n')[0] ?? '',
      instruction,
      type: stated ?? named ?? 'insert',
      origin: 'import',
      isPinned: false,
    },
    path,
  );
  const notes = [
    ...(purpose === undefined ? [`${name} has no line "Purpose:"; its first line describes it.`] : []),
    ...(stated === null && named === undefined
      ? [`${name} does not say what it does to memory; it is taken as an insert skill.`]
      : []),
  ];
  return { skill, lineage: null, statistics: null, position: null, fileName: path, notes };
}

/** @throws AppError INVALID_INPUT or CORRUPT_DATA naming the file. */
export function readMarkdownSkills(files: readonly ImportFile[]): ReadSkills {
  return collectSkills(files.map(readMarkdownSkill));
}

/** The dictionary of a folder, where it has one: it says more than the Markdown beside it. */
export function dictionaryIn(files: readonly ImportFile[]): ImportFile | null {
  return files.find(({ path }) => path.split('/').at(-1) === DICTIONARY_FILE) ?? null;
}

export function readDictionaryFile(file: ImportFile): ReadSkills {
  return readOperationBank(parseStrictJson(file.bytes, file.path), file.path);
}

function operationOf(bank: BankContents, skill: Skill): z.input<typeof operationSchema> {
  const known = ownEntry(bank.statistics, skill.name);
  const written = skill.origin === 'seed' ? 'initial' : 'designer';
  return {
    name: skill.name,
    description: skill.description,
    instruction_template: skill.instruction,
    update_type: skill.type,
    meta_info: {
      usage_count: known?.usageCount ?? 0,
      avg_reward: known?.averageReward ?? 0,
      recent_rewards: known?.recentRewards ?? [],
      recent_usage_ema: known?.usageEma ?? 0,
      created_at: written,
      last_modified: written,
    },
    // Recomputed by whoever loads it: vectors of another embedder would be compared with its own.
    embedding: null,
  };
}

/** Both forms: the dictionary, and a Markdown text for each skill. */
export function writeReferenceBank(bank: BankContents): ExportedFile[] {
  const dictionary = {
    operations: Object.fromEntries(bank.skills.map((skill) => [skill.name, operationOf(bank, skill)])),
    max_ops: Math.max(MAX_OPERATIONS, bank.skills.length),
    skip_noop: bank.skills.every(({ type }) => type !== 'noop'),
    new_operation_names: [],
  };
  return [
    { path: DICTIONARY_FILE, text: `${JSON.stringify(dictionary, null, 2)}\n` },
    ...bank.skills.map((skill, index) => ({
      path: `skills/${skill.name}.md`,
      text: `${writeMarker(skill, index)}\n\n${skill.instruction}\n`,
    })),
  ];
}
