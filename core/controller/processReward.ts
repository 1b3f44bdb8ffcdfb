import type { RunConfig } from '../config/schema.ts';
import type { SkillType } from '../contract/skill.ts';

/** What became of one thing the executor did: an explicit "nothing to do" is a successful `noop`. */
export interface ActionOutcome {
  readonly type: SkillType;
  readonly isSuccess: boolean;
}

export type ProcessRewardOptions = Pick<
  RunConfig,
  'processBudget' | 'failureBudget' | 'noopMatchScale' | 'shapingScale'
>;

export interface ProcessRewardInput {
  /** Types of the selected skills; repeats do not matter. */
  readonly selected: readonly SkillType[];
  readonly outcomes: readonly ActionOutcome[];
  /** Spans of the episode; budgets are shared out among them. */
  readonly spanCount: number;
}

function succeeded(outcomes: readonly ActionOutcome[]): Set<SkillType> {
  return new Set(outcomes.filter(({ isSuccess }) => isSuccess).map(({ type }) => type));
}

/** Whether the successful actions are of exactly the selected types: what a match rate counts (reference 15.1 #17). */
export function isExactMatch({
  selected,
  outcomes,
}: Pick<ProcessRewardInput, 'selected' | 'outcomes'>): boolean {
  return jaccardIndex(new Set(selected), succeeded(outcomes)) === 1;
}

/**
 * Immediate reward of one span (reference 6.2): how well the types of the selected skills (S) agree with the types of
 * what the executor did with success (X), by Jaccard index. Within +-processBudget over an episode.
 */
export function processReward(input: ProcessRewardInput, options: ProcessRewardOptions): number {
  const selected = new Set(input.selected);
  const done = succeeded(input.outcomes);
  const spans = Math.max(1, input.spanCount);
  if (input.outcomes.length === 0) return 0;
  if (done.size === 0) return (-options.shapingScale * options.failureBudget) / spans;

  const budget = (options.shapingScale * options.processBudget) / spans;
  const agreement = jaccardIndex(selected, done);
  if (agreement === 0) return -budget;
  const isOnlyNoop = selected.has('noop') && done.has('noop') && common(selected, done).length === 1;
  return budget * agreement * (isOnlyNoop ? options.noopMatchScale : 1);
}

function common(a: ReadonlySet<SkillType>, b: ReadonlySet<SkillType>): SkillType[] {
  return [...a].filter((type) => b.has(type));
}

/** Size of the intersection over size of the union; 1 for two empty sets. */
function jaccardIndex(a: ReadonlySet<SkillType>, b: ReadonlySet<SkillType>): number {
  const shared = common(a, b).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
