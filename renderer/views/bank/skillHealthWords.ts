import type { Skill, SkillHealth } from '../../../core/contract/skill.ts';
import { counted, percent, points } from '../../ui/format.ts';

/** The numbers of a skill, each with where it comes from. */

export interface Measure {
  readonly text: string;
  /** Formula and n. */
  readonly title: string;
}

export interface SkillRow {
  readonly skill: Skill;
  readonly usage: Measure;
  readonly reward: Measure;
  readonly nearest: Measure;
  readonly memories: Measure;
  readonly junk: Measure;
}

const NONE = '\u2013';
const COSINE_DIGITS = 2;
const NOT_COUNTED: Measure = { text: '', title: 'Being counted' };

function usageOf({ usageCount, usageEma }: SkillHealth): Measure {
  return {
    text: String(usageCount),
    title: `Selected ${counted(usageCount, 'time')}, at most once for each span. Moving average of the share of spans: ${percent(usageEma, 1)}`,
  };
}

function rewardOf({ meanReward, usageCount }: SkillHealth): Measure {
  return meanReward === null
    ? { text: NONE, title: 'No mean reward: it was never selected' }
    : {
        text: points(meanReward),
        title: `Mean reward, in points, of the episodes it was selected in, each counted once for each selection, n = ${usageCount}`,
      };
}

function nearestOf({ nearest }: SkillHealth): Measure {
  return nearest === null
    ? { text: NONE, title: 'There is no other skill' }
    : {
        text: `${nearest.similarity.toFixed(COSINE_DIGITS)} ${nearest.name}`,
        title: `The most similar other skill is ${nearest.name}: cosine ${nearest.similarity.toFixed(COSINE_DIGITS)} between the built-in embeddings of the two texts, from \u22121 to 1`,
      };
}

function junkOf({ junkRate, memoriesWritten }: SkillHealth): Measure {
  return junkRate === null
    ? { text: NONE, title: 'No junk rate: it wrote no memory' }
    : {
        text: percent(junkRate, 1),
        title: `Memories that no question of their trace retrieved: ${Math.round(junkRate * memoriesWritten)} of the ${memoriesWritten} it wrote`,
      };
}

function memoriesOf({ memoriesWritten }: SkillHealth): Measure {
  return {
    text: String(memoriesWritten),
    title: `${counted(memoriesWritten, 'memory', 'memories')} written`,
  };
}

/** The skills in the bank's order; their numbers are empty until they are known. */
export function skillRows(skills: readonly Skill[], health: readonly SkillHealth[] | null): SkillRow[] {
  const byName = new Map((health ?? []).map((one) => [one.name, one]));
  return skills.map((skill) => {
    const known = byName.get(skill.name);
    const of = (measure: (health: SkillHealth) => Measure): Measure =>
      known === undefined ? NOT_COUNTED : measure(known);
    return {
      skill,
      usage: of(usageOf),
      reward: of(rewardOf),
      nearest: of(nearestOf),
      memories: of(memoriesOf),
      junk: of(junkOf),
    };
  });
}
