import type { RunConfig } from '../config/schema.ts';
import type { Skill } from '../contract/skill.ts';

/**
 * What is embedded of a skill. `full` is description and instruction, so that refining an instruction changes what
 * the controller sees; `reference` is the description only, which leaves it blind to that (15.2 #39).
 */
export function skillText(
  skill: Pick<Skill, 'description' | 'instruction'>,
  mode: RunConfig['skillText'],
): string {
  return mode === 'reference' ? skill.description : `${skill.description}\n\n${skill.instruction}`;
}
