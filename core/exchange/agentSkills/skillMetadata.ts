import { z } from 'zod';
import { SKILL_ORIGINS, skillTypeSchema, type Skill } from '../../contract/skill.ts';
import { skillHash } from '../../skills/skillBank.ts';

/** What a SKILL.md keeps of a memory skill in its metadata, where other agents leave it alone. All values are strings. */

export const AGENT_SKILLS_VERSION = 1;
const PREFIX = 'memskill-';

const metadataSchema = z.object({
  format: z.string().regex(/^[1-9]\d{0,5}$/u),
  type: skillTypeSchema,
  origin: z.enum(SKILL_ORIGINS),
  pinned: z.enum(['true', 'false']),
  position: z.string().regex(/^\d{1,6}$/u),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .optional(),
});
export type SkillMetadata = z.infer<typeof metadataSchema>;

/** Marks the skill that lists the others; it is no memory skill itself. */
export const INDEX_KEY = `${PREFIX}index`;

export function writeMetadata(skill: Skill, position: number): Record<string, string> {
  const metadata = {
    format: String(AGENT_SKILLS_VERSION),
    type: skill.type,
    origin: skill.origin,
    pinned: skill.isPinned ? 'true' : 'false',
    position: String(position),
    hash: skillHash(skill),
  } satisfies SkillMetadata;
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [PREFIX + key, value]));
}

/** Null where the file is not of ours. @throws Error of zod for one that is and is damaged. */
export function readMetadata(metadata: Readonly<Record<string, string>>): SkillMetadata | null {
  const own = Object.entries(metadata).filter(([key]) => key.startsWith(PREFIX));
  if (own.length === 0) return null;
  return metadataSchema.parse(
    Object.fromEntries(own.map(([key, value]) => [key.slice(PREFIX.length), value])),
  );
}

/** `keep_calendar_dates` as a folder is named. */
export function folderName(skillName: string): string {
  return skillName.replaceAll('_', '-');
}

export function skillName(folder: string): string {
  return folder.replaceAll('-', '_');
}
