import { SKILL_LIMITS, skillSchema, type Skill, type SkillLineage } from '../contract/skill.ts';
import type { SkillStatistics } from '../contract/skill.ts';
import { skillHash } from '../skills/skillBank.ts';
import type { ImportedBank } from './bankFile.ts';
import { fileError } from './strictJson.ts';

/** Skills that were read from elsewhere, whatever the format, and what their file says about them. */

/** One file to be read; `path` is for words and for telling folders apart, and nothing is ever written under it. */
export interface ImportFile {
  /** Parts joined by `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ReadSkills extends Omit<ImportedBank, 'bankHash'> {
  /** What was guessed or left out, in sentences. */
  readonly notes: readonly string[];
}

export interface ReadSkill {
  readonly skill: Skill;
  readonly lineage: SkillLineage | null;
  readonly statistics: SkillStatistics | null;
  /** Place in the bank it comes from; null where the file does not say. */
  readonly position: number | null;
  readonly fileName: string;
  readonly notes: readonly string[];
}

/** @throws AppError INVALID_INPUT naming file and field. */
export function checkedSkill(skill: Skill, fileName: string): Skill {
  const parsed = skillSchema.safeParse(skill);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  const limits: Readonly<Record<string, number>> = {
    name: SKILL_LIMITS.nameLength,
    description: SKILL_LIMITS.descriptionLength,
    instruction: SKILL_LIMITS.instructionLength,
  };
  const limit = limits[field];
  throw fileError('INVALID_INPUT', {
    fileName,
    path: [field],
    problem: `is no ${field} of a skill (${issue?.message ?? 'unknown'}${limit === undefined ? '' : `; at most ${limit} characters`}): correct it`,
  });
}

/** @throws AppError CORRUPT_DATA when the text is not the one the hash was made of. */
export function checkTextHash(skill: Skill, hash: string, fileName: string): void {
  if (skillHash(skill) === hash) return;
  throw fileError('CORRUPT_DATA', {
    fileName,
    path: [],
    problem: `holds another text of "${skill.name}" than was exported (its hash does not fit): export it again, or take the hash out if the change is yours`,
  });
}

/** All skills of an import in the order of their bank. @throws AppError INVALID_INPUT for a name that is there twice. */
export function collectSkills(read: readonly ReadSkill[]): ReadSkills {
  const seen = new Map<string, string>();
  for (const { skill, fileName } of read) {
    const before = seen.get(skill.name);
    if (before !== undefined)
      throw fileError('INVALID_INPUT', {
        fileName,
        path: ['name'],
        problem: `is "${skill.name}", as that of ${before}: rename or remove one of the two`,
      });
    seen.set(skill.name, fileName);
  }
  const last = Number.MAX_SAFE_INTEGER;
  const ordered = read.toSorted((a, b) => (a.position ?? last) - (b.position ?? last));
  const byName = <T>(of: (one: ReadSkill) => T | null): Record<string, T> =>
    Object.fromEntries(
      ordered.flatMap((one) => {
        const value = of(one);
        return value === null ? [] : [[one.skill.name, value] as const];
      }),
    );
  return {
    skills: ordered.map(({ skill }) => skill),
    lineage: byName(({ lineage }) => lineage),
    statistics: byName(({ statistics }) => statistics),
    notes: ordered.flatMap(({ notes }) => notes),
  };
}

/** A file's bytes as text with line feeds only. @throws AppError INVALID_INPUT for what is no text. */
export function readText({ path, bytes }: ImportFile): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // The decoder's error says no more than that it failed.
    throw fileError('INVALID_INPUT', {
      fileName: path,
      path: [],
      problem: 'is not UTF-8 text: save it as UTF-8',
    });
  }
  if (text.includes('\0'))
    throw fileError('INVALID_INPUT', {
      fileName: path,
      path: [],
      problem: 'holds a NUL byte, which no text has: check that it is the right file',
    });
  return text.replace(/\r\n?/gu, '\n');
}

const ACTION_TYPE = /\bAction type:?\W{0,4}(insert|update|delete|noop)\b/iu;

/** The type that a text names in its closing line; null when it names none. */
export function statedType(instruction: string): Skill['type'] | null {
  const found = ACTION_TYPE.exec(instruction)?.[1]?.toLowerCase();
  return found === 'insert' || found === 'update' || found === 'delete' || found === 'noop' ? found : null;
}
