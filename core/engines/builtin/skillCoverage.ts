import type { Skill } from '../../contract/skill.ts';
import type { InformationKind } from './informationKinds.ts';
import { readSkill } from './skillDemand.ts';

/** The kinds of information a skill's text asks for, as the executor reads it; weights relative to the strongest, in (0, 1]. */
export function askedKinds(
  skill: Pick<Skill, 'description' | 'instruction' | 'type'>,
): ReadonlyMap<InformationKind, number> {
  return readSkill(skill).facets;
}

/** A kind with this share of the strongest weight is what a skill is for. */
const DEDICATED_WEIGHT = 0.75;
/** A skill that is for more kinds than this is a generalist: it asks for everything and so for nothing in particular. */
const MOST_KINDS = 3;

export function isTextSkill({ type }: Skill): boolean {
  return type === 'insert' || type === 'update';
}

/** True when the skill is there for this kind of information, not merely touching it. */
export function isDedicatedTo(skill: Skill, kind: InformationKind): boolean {
  // The primitives of reference 3.2 stay generalists whatever words they use ("events and plans").
  if (skill.origin === 'seed' || !isTextSkill(skill)) return false;
  const asked = askedKinds(skill);
  const strong = [...asked]
    .filter(([, weight]) => weight >= DEDICATED_WEIGHT)
    .map(([strongKind]) => strongKind);
  return strong.length <= MOST_KINDS && strong.includes(kind);
}
