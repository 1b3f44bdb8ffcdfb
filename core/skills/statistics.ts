import type { Skill, SkillStatistics } from '../contract/skill.ts';

// Law: nothing here changes its arguments, and no result shares an array with them, so a snapshot stays as it was
// taken (15.1 #11).

export type BankStatistics = Readonly<Record<string, SkillStatistics>>;

const RECENT_REWARDS = 20;
/** Reference 3.3. */
export const USAGE_EMA_ALPHA = 0.1;

export function emptyStatistics(): SkillStatistics {
  return {
    usageCount: 0,
    averageReward: 0,
    recentRewards: [],
    usageEma: 0,
    memoriesWritten: 0,
    memoriesRetrieved: 0,
  };
}

/** A skill's statistics, as a copy; empty for one that has none yet. */
export function statisticsOf(statistics: BankStatistics, name: string): SkillStatistics {
  // Own keys only: "constructor" is a legal snake_case word.
  const found = Object.hasOwn(statistics, name) ? statistics[name] : undefined;
  return found === undefined ? emptyStatistics() : { ...found, recentRewards: [...found.recentRewards] };
}

/** A deep copy, restricted to the skills of `skills`: statistics of retired skills do not live on. */
export function copyStatistics(
  statistics: BankStatistics,
  skills: readonly Pick<Skill, 'name'>[],
): BankStatistics {
  return Object.fromEntries(skills.map(({ name }) => [name, statisticsOf(statistics, name)]));
}

function copyAll(statistics: BankStatistics): Map<string, SkillStatistics> {
  return new Map(Object.keys(statistics).map((name) => [name, statisticsOf(statistics, name)]));
}

/** One episode's part in the statistics. */
export interface EpisodeUsage {
  /** Total reward of the episode. */
  readonly reward: number;
  /** Names of the skills selected for each span, in span order. */
  readonly selections: readonly (readonly string[])[];
}

/**
 * Usage and reward of a batch of episodes (reference 3.3): one sample with the episode's total reward for every
 * selection, episodes in the order given, then the usage EMA once over the whole batch. `skillNames` are all skills
 * of the bank, so that the EMA of those that were not selected decays.
 */
export function recordBatch(
  statistics: BankStatistics,
  skillNames: readonly string[],
  episodes: readonly EpisodeUsage[],
): BankStatistics {
  const next = copyAll(statistics);
  for (const name of skillNames) if (!next.has(name)) next.set(name, emptyStatistics());
  const selectedInBatch = new Map<string, number>();
  let spans = 0;
  for (const { reward, selections } of episodes)
    for (const selected of selections) {
      spans += 1;
      for (const name of selected) {
        next.set(name, withSample(next.get(name) ?? emptyStatistics(), reward));
        selectedInBatch.set(name, (selectedInBatch.get(name) ?? 0) + 1);
      }
    }
  for (const [name, entry] of next)
    next.set(name, { ...entry, usageEma: nextEma(entry.usageEma, selectedInBatch.get(name) ?? 0, spans) });
  return Object.fromEntries(next);
}

function withSample(entry: SkillStatistics, reward: number): SkillStatistics {
  const usageCount = entry.usageCount + 1;
  return {
    ...entry,
    usageCount,
    averageReward: entry.averageReward + (reward - entry.averageReward) / usageCount,
    recentRewards: [...entry.recentRewards, reward].slice(-RECENT_REWARDS),
  };
}

/** f = c / T, d = (1 - alpha)^T, ema' = f (1 - d) + ema d; unchanged for T = 0. */
function nextEma(ema: number, selected: number, spans: number): number {
  if (spans === 0) return ema;
  const decay = (1 - USAGE_EMA_ALPHA) ** spans;
  // Rounding may leave [0, 1] by an ulp, which the contract's schema refuses.
  return Math.min(1, Math.max(0, (selected / spans) * (1 - decay) + ema * decay));
}

/** What became of one memory of an episode. */
export interface MemoryUse {
  /** Skill that wrote it. */
  readonly skill: string;
  /** Whether a question of its trace retrieved it at least once. */
  readonly wasRetrieved: boolean;
}

/** Adds an episode's memories to the counters of the skills that wrote them. */
export function recordMemories(statistics: BankStatistics, memories: readonly MemoryUse[]): BankStatistics {
  const next = copyAll(statistics);
  for (const { skill, wasRetrieved } of memories) {
    const entry = next.get(skill) ?? emptyStatistics();
    next.set(skill, {
      ...entry,
      memoriesWritten: entry.memoriesWritten + 1,
      memoriesRetrieved: entry.memoriesRetrieved + (wasRetrieved ? 1 : 0),
    });
  }
  return Object.fromEntries(next);
}

/** Share of a skill's memories that no question ever retrieved; null when it wrote none. */
export function junkRate(entry: SkillStatistics): number | null {
  return entry.memoriesWritten === 0 ? null : 1 - entry.memoriesRetrieved / entry.memoriesWritten;
}

/**
 * Names of the skills that may be retired, least valuable first, by the reference's rule (3.5): used ones by average
 * reward, then those never used, each in insertion order where equal. Pinned skills are not among them (15.1 #14).
 */
export function retirementOrder(
  skills: readonly Pick<Skill, 'name' | 'isPinned'>[],
  statistics: BankStatistics,
): string[] {
  return skills
    .filter(({ isPinned }) => !isPinned)
    .map(({ name }) => ({ name, ...statisticsOf(statistics, name) }))
    .sort((a, b) => {
      if (a.usageCount === 0 || b.usageCount === 0)
        return Number(a.usageCount === 0) - Number(b.usageCount === 0);
      return a.averageReward - b.averageReward;
    })
    .map(({ name }) => name);
}
