import type { MetricRow } from '../../../core/contract/run.ts';
import type { Skill, SkillHealth } from '../../../core/contract/skill.ts';
import { counted, percent, points } from '../../ui/format.ts';

/** The numbers of a skill, each with where it comes from. */

export interface Measure {
  /** What is sorted by; null where there is none. */
  readonly value: number | null;
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
  /** The most similar other skill; null when there is none, or it is not known yet. */
  readonly nearestName: string | null;
}

const NONE = '\u2013';
const COSINE_DIGITS = 2;
const NOT_COUNTED: Measure = { value: null, text: '', title: 'Being counted' };

function usageOf({ usageCount, usageEma }: SkillHealth): Measure {
  return {
    value: usageCount,
    text: String(usageCount),
    title: `Selected ${counted(usageCount, 'time')}, at most once for each span. Moving average of the share of spans: ${percent(usageEma, 1)}`,
  };
}

function rewardOf({ meanReward, usageCount }: SkillHealth): Measure {
  return meanReward === null
    ? { value: null, text: NONE, title: 'No mean reward: it was never selected' }
    : {
        value: meanReward,
        text: points(meanReward),
        title: `Mean reward, in points, of the episodes it was selected in, each counted once for each selection, n = ${usageCount}`,
      };
}

function nearestOf({ nearest }: SkillHealth): Measure {
  return nearest === null
    ? { value: null, text: NONE, title: 'There is no other skill' }
    : {
        value: nearest.similarity,
        text: `${nearest.similarity.toFixed(COSINE_DIGITS)} ${nearest.name}`,
        title: `The most similar other skill is ${nearest.name}: cosine ${nearest.similarity.toFixed(COSINE_DIGITS)} between the built-in embeddings of the two texts, from \u22121 to 1`,
      };
}

function junkOf({ junkRate, memoriesWritten }: SkillHealth): Measure {
  return junkRate === null
    ? { value: null, text: NONE, title: 'No junk rate: it wrote no memory' }
    : {
        value: junkRate,
        text: percent(junkRate, 1),
        title: `Memories that no question of their trace retrieved: ${Math.round(junkRate * memoriesWritten)} of the ${memoriesWritten} it wrote`,
      };
}

function memoriesOf({ memoriesWritten }: SkillHealth): Measure {
  return {
    value: memoriesWritten,
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
      nearestName: known?.nearest?.name ?? null,
    };
  });
}

/** The numbers with their formula and n to be read, not only to be pointed at. */
export function measureFacts(row: SkillRow): { readonly term: string; readonly value: string }[] {
  return [
    { term: 'Used', value: row.usage.title },
    { term: 'Reward', value: row.reward.title },
    { term: 'Memories', value: row.memories.title },
    { term: 'Junk', value: row.junk.title },
    { term: 'Overlap', value: row.nearest.title },
  ];
}

/** How often a skill was selected in an episode of each step; NaN in steps whose bank was without it. */
export function useOf(name: string, rows: readonly MetricRow[]): readonly number[] {
  return rows.map(({ values }) => values[`skill/${name}`] ?? Number.NaN);
}

const PER_EPISODE_DIGITS = 1;

/** `Selections an episode, from 3.1 (step 1) to 4.2 (step 30)`; null where there is nothing to draw. */
export function useInWords(use: readonly number[]): string | null {
  const first = use.findIndex(Number.isFinite);
  const last = use.findLastIndex(Number.isFinite);
  if (first === -1) return null;
  const at = (step: number): string =>
    `${(use[step] ?? Number.NaN).toFixed(PER_EPISODE_DIGITS)} (step ${step + 1})`;
  return `Selections an episode, from ${at(first)} to ${at(last)}`;
}
