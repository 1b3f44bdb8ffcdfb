import { z } from 'zod';
import { skillSchema, type Skill } from '../contract/skill.ts';
import { canonicalJson } from '../shared/contentHash.ts';
import { skillHash } from '../skills/skillBank.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

/** What Markdown has no place for, kept in a comment that readers of Markdown do not show. */

const markerSchema = skillSchema.omit({ instruction: true }).extend({
  position: z.number().int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/u),
});
export type SkillMarker = z.infer<typeof markerSchema>;

export const MARKER = /^<!-- memskill: (\{.*\}) -->$/u;

export function writeMarker(skill: Skill, position: number): string {
  const { name, description, type, origin, isPinned } = skill;
  const marker: SkillMarker = { name, description, type, origin, isPinned, position, hash: skillHash(skill) };
  // A comment ends at "-->", whatever is quoted in it.
  const json = canonicalJson(marker).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
  return `<!-- memskill: ${json} -->`;
}

/** Of a line that `MARKER` fits. @throws AppError INVALID_INPUT naming the file. */
export function readMarker(json: string, fileName: string): SkillMarker {
  const parsed = markerSchema.safeParse(parseStrictJson(json, fileName));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fileError('INVALID_INPUT', {
    fileName,
    path: issue?.path ?? [],
    problem: `is not as MemSkill Studio writes it in its comments (${issue?.message ?? 'unknown'}): export it again`,
  });
}
