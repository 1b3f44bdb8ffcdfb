import { z } from 'zod';
import { lineageRecordSchema, skillStatisticsSchema, type Skill } from '../../contract/skill.ts';
import {
  checkedSkill,
  checkTextHash,
  collectSkills,
  readText,
  statedType,
  type ImportFile,
  type ReadSkill,
  type ReadSkills,
} from '../importedSkills.ts';
import { fileError, parseStrictJson } from '../strictJson.ts';
import { readFrontMatter, type MarkdownParts } from './frontMatter.ts';
import {
  AGENT_SKILLS_VERSION,
  INDEX_KEY,
  readMetadata,
  skillName,
  type SkillMetadata,
} from './skillMetadata.ts';

/** Agent Skills, of MemSkill Studio or of anybody. Only words are taken: scripts and other files are never looked at. */

export const SKILL_FILE = 'SKILL.md';

const recordSchema = z.strictObject({
  formatVersion: z.number().int(),
  lineage: lineageRecordSchema.nullable(),
  statistics: skillStatisticsSchema.nullable(),
});

function metadataOf({ frontMatter }: MarkdownParts, fileName: string): SkillMetadata | null {
  let metadata: SkillMetadata | null;
  try {
    metadata = readMetadata(frontMatter.metadata ?? {});
  } catch (cause) {
    throw fileError('INVALID_INPUT', {
      fileName,
      path: ['metadata'],
      problem: `is not as MemSkill Studio writes it (${cause instanceof z.ZodError ? (cause.issues[0]?.message ?? '') : ''}): export it again, or take its memskill keys out`,
    });
  }
  if (metadata !== null && Number(metadata.format) > AGENT_SKILLS_VERSION)
    throw fileError('INVALID_INPUT', {
      fileName,
      path: ['metadata', 'memskill-format'],
      problem: `is ${metadata.format}, and this MemSkill Studio reads up to ${AGENT_SKILLS_VERSION}: update it`,
    });
  return metadata;
}

/** What MemSkill Studio knew of the skill when it was exported; nothing where the file is not there. */
function recordOf(file: ImportFile | undefined): Pick<ReadSkill, 'lineage' | 'statistics'> {
  if (file === undefined) return { lineage: null, statistics: null };
  const parsed = recordSchema.safeParse(parseStrictJson(file.bytes, file.path));
  if (parsed.success && parsed.data.formatVersion <= AGENT_SKILLS_VERSION) return parsed.data;
  throw fileError('INVALID_INPUT', {
    fileName: file.path,
    path: parsed.success ? ['formatVersion'] : (parsed.error.issues[0]?.path ?? []),
    problem: parsed.success
      ? `is ${parsed.data.formatVersion}, and this MemSkill Studio reads up to ${AGENT_SKILLS_VERSION}: update it`
      : 'is not as MemSkill Studio writes it: export it again, or remove the file',
  });
}

function checkFolder(name: string, path: string): void {
  const folder = path.split('/').at(-2);
  if (folder === undefined || folder === name) return;
  throw fileError('INVALID_INPUT', {
    fileName: path,
    path: ['name'],
    problem: `is "${name}", and its folder is "${folder}": the specification wants them equal`,
  });
}

function textOf(parts: MarkdownParts, metadata: SkillMetadata | null): string {
  // Ours is the text and one line feed; others write as they like.
  return metadata?.hash === undefined ? parts.body.trim() : parts.body.replace(/\n$/u, '');
}

function readSkill(file: ImportFile, record: ImportFile | undefined): ReadSkill | null {
  const { path } = file;
  const parts = readFrontMatter(readText(file), path);
  const { name, description } = parts.frontMatter;
  checkFolder(name, path);
  if (parts.frontMatter.metadata?.[INDEX_KEY] === 'true') return null;
  const metadata = metadataOf(parts, path);
  const instruction = textOf(parts, metadata);
  const stated = statedType(instruction);
  const type: Skill['type'] = metadata?.type ?? stated ?? 'insert';
  const skill = checkedSkill(
    {
      name: skillName(name),
      description,
      instruction,
      type,
      origin: metadata?.origin ?? 'import',
      isPinned: metadata?.pinned === 'true',
    },
    path,
  );
  if (metadata?.hash !== undefined) checkTextHash(skill, metadata.hash, path);
  const isGuessed = metadata === null && stated === null;
  return {
    skill,
    ...recordOf(record),
    position: metadata === null ? null : Number(metadata.position),
    fileName: path,
    notes: isGuessed
      ? [`${skill.name} does not say what it does to memory; it is taken as an insert skill.`]
      : [],
  };
}

/** @throws AppError INVALID_INPUT or CORRUPT_DATA naming the file; then nothing of the folder is taken. */
export function readAgentSkills(files: readonly ImportFile[]): ReadSkills {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const read = files
    .filter(({ path }) => path.split('/').at(-1) === SKILL_FILE)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) =>
      readSkill(file, byPath.get(`${file.path.slice(0, -SKILL_FILE.length)}references/memskill.json`)),
    );
  return collectSkills(read.filter((one) => one !== null));
}
