import { z } from 'zod';
import type { RunConfig } from '../config/schema.ts';
import { pairedBootstrap } from '../evaluation/pairedBootstrap.ts';
import { mean } from '../shared/arithmetic.ts';
import { AppError } from '../shared/errors.ts';

/**
 * What happens at the end of a stage (reference 11 with 15.1 #9 #10 #16 #27 and 15.2 #28-30): is this the best version
 * so far, does the run go back to the best one, does it stop. Pure: the state goes in and comes out.
 *
 * A *version* here is what a rollback restores as a whole: bank, controller and optimiser (15.2 #29). Its score is the
 * mean over the selection set with the greedy controller, so best and current are paired by question.
 */

/** Half a 95 % interval is 1.96 standard errors of a mean whose bootstrap distribution is close to normal. */
const STANDARD_ERRORS_IN_HALF_INTERVAL = 1.96;

const stageScoresSchema = z.strictObject({
  stage: z.number().int().min(0),
  version: z.number().int().min(0),
  bankHash: z.string(),
  /** Tail mean of the stage's batch rewards. */
  reward: z.number(),
  /** Score of each selection question in [0, 1], by question id. */
  questionScores: z.record(z.string(), z.number()),
});
type StageScores = z.infer<typeof stageScoresSchema>;

export const STAGE_OUTCOMES = ['first', 'better', 'undecided', 'worse'] as const;
export const STOP_REASONS = ['patience', 'max_evolutions', 'last_stage'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

const stageHistoryEntrySchema = z.strictObject({
  stage: z.number().int(),
  version: z.number().int(),
  /** Whether the stage trained a bank that neither the stage before nor the best version had. */
  isBankChanged: z.boolean(),
  outcome: z.enum(STAGE_OUTCOMES),
  /** What was compared, and with what: selection means, or tail means in `reference` mode. */
  score: z.number(),
  baseScore: z.number(),
  isRolledBack: z.boolean(),
});
export type StageHistoryEntry = z.infer<typeof stageHistoryEntrySchema>;

/** Everything the next decision depends on; saved with the run, so that a stopped run stays stopped (15.1 #27). */
export const stageStateSchema = z.strictObject({
  best: stageScoresSchema.nullable(),
  lastBankHash: z.string().nullable(),
  /** Changed stages in a row without improvement. */
  withoutImprovement: z.number().int().min(0),
  evolutions: z.number().int().min(0),
  stopped: z.enum(STOP_REASONS).nullable(),
  history: z.array(stageHistoryEntrySchema),
});
export type StageState = z.infer<typeof stageStateSchema>;

export const INITIAL_STAGE_STATE: StageState = {
  best: null,
  lastBankHash: null,
  withoutImprovement: 0,
  evolutions: 0,
  stopped: null,
  history: [],
};

export type StageConfig = Pick<
  RunConfig,
  | 'stageRewardFraction'
  | 'stageComparison'
  | 'patience'
  | 'maxEvolutions'
  | 'outerEpochs'
  | 'designer'
  | 'rollsBack'
  | 'seed'
>;

export interface StageEnd {
  readonly stage: number;
  readonly version: number;
  readonly bankHash: string;
  /** Mean batch reward of each inner epoch of the stage, in order. */
  readonly rewards: readonly number[];
  /** Score of each selection question; may be empty in `reference` mode. */
  readonly questionScores: Readonly<Record<string, number>>;
}

export interface Comparison {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

export interface StageDecision {
  readonly reward: number;
  readonly outcome: (typeof STAGE_OUTCOMES)[number];
  /** Current minus best over the selection set; null for the first stage and in `reference` mode. */
  readonly comparison: Comparison | null;
  readonly isNewBest: boolean;
  /** The version to go back to (bank, controller and optimiser of the end of `stage`); null to go on as it is. */
  readonly rollback: { readonly stage: number; readonly version: number } | null;
  readonly stop: StopReason | null;
  /** Whether the designer may change the bank now. */
  readonly mayEvolve: boolean;
  readonly state: StageState;
}

/**
 * Mean of the last part of a stage's rewards: those from index floor(n (1 - fraction)) on (reference 11.1).
 *
 * @throws AppError INVALID_INPUT for a stage without rewards.
 */
export function tailMean(rewards: readonly number[], fraction: number): number {
  if (rewards.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      'A stage without rewards has no stage reward; train at least one step.',
    );
  }
  // A tail has at least one value, also when the fraction is too small for 1 - fraction to differ from 1.
  return mean(rewards.slice(Math.min(Math.floor(rewards.length * (1 - fraction)), rewards.length - 1)));
}

function comparePaired(current: StageScores, best: StageScores, seed: number): Comparison {
  const ids = Object.keys(best.questionScores).sort();
  const differences = ids.map((id) => {
    const score = current.questionScores[id];
    if (score === undefined) {
      throw new AppError(
        'INVALID_INPUT',
        `Selection question "${id}" was not scored in stage ${current.stage}.`,
      );
    }
    return score - (best.questionScores[id] ?? 0);
  });
  if (ids.length === 0 || Object.keys(current.questionScores).length !== ids.length) {
    throw new AppError(
      'INVALID_INPUT',
      `Stages ${best.stage} and ${current.stage} were scored on different selection sets; score both on the same one.`,
    );
  }
  return pairedBootstrap(differences, { seed });
}

/**
 * The rule of `paired` mode. On a fixed selection set:
 *
 * - *better*: the mean difference exceeds one standard error (the one-standard-error rule of Breiman et al. 1984: a
 *   larger model has to beat the smaller one by more than the noise of the comparison). A full 97.5 % test would be the
 *   wrong bar: with 150 to 200 questions its power for a gain of three points is about one in four, and the cost of a
 *   wrong "better" is small, since the best score on one fixed set can only rise.
 *   For the *same* bank there is nothing to be suspicious of: the better measurement replaces the older one, so that
 *   later banks do not get credit for what the controller learnt meanwhile (15.2 #28).
 * - *worse*: the whole 95 % interval lies below 0. Only then does the run go back.
 * - *undecided* otherwise: not shown to be worse, so training goes on with it, but the best version stays what it was and
 *   remains the yardstick: small losses that add up are found out, and one lucky stage blocks nothing.
 */
function judge(comparison: Comparison, isSameBank: boolean): 'better' | 'undecided' | 'worse' {
  const [low, high] = comparison.interval;
  if (high < 0) return 'worse';
  const standardError = (high - low) / 2 / STANDARD_ERRORS_IN_HALF_INTERVAL;
  const bar = isSameBank ? 0 : standardError;
  return comparison.mean > bar ? 'better' : 'undecided';
}

function assess(
  current: StageScores,
  best: StageScores | null,
  config: StageConfig,
): Pick<StageDecision, 'outcome' | 'comparison'> {
  if (best === null) return { outcome: 'first', comparison: null };
  const isSameBank = current.bankHash === best.bankHash;
  if (config.stageComparison === 'paired') {
    const comparison = comparePaired(current, best, config.seed);
    return { outcome: judge(comparison, isSameBank), comparison };
  }
  // Reference 11.2: strictly greater. A stage that trained the best bank further is never "worse": there is no bank to
  // go back to, and the reference keeps its controller too.
  if (current.reward > best.reward) return { outcome: 'better', comparison: null };
  return { outcome: isSameBank ? 'undecided' : 'worse', comparison: null };
}

function stopReason(
  facts: { readonly stage: number; readonly withoutImprovement: number; readonly evolutions: number },
  config: StageConfig,
): StopReason | null {
  if (facts.stage >= config.outerEpochs - 1) return 'last_stage';
  if (config.designer === 'none') return null;
  if (facts.withoutImprovement >= config.patience) return 'patience';
  return facts.evolutions >= config.maxEvolutions ? 'max_evolutions' : null;
}

/**
 * Decides on the end of a stage. When it stops (patience, evolutions used up, last stage) the run ends on the best
 * version, never on one that just failed (15.1 #9), and nothing evolves that would not be trained and measured (#10).
 *
 * @throws AppError CONFLICT for a run that has stopped; INVALID_INPUT for scores of another selection set.
 */
export function decideStage(state: StageState, end: StageEnd, config: StageConfig): StageDecision {
  if (state.stopped !== null) {
    throw new AppError(
      'CONFLICT',
      `The run stopped after stage ${state.history.at(-1)?.stage ?? 0} (${state.stopped}); start a new run to train on.`,
    );
  }
  const { best } = state;
  const reward = tailMean(end.rewards, config.stageRewardFraction);
  const { stage, version, bankHash } = end;
  const current: StageScores = {
    stage,
    version,
    bankHash,
    reward,
    questionScores: { ...end.questionScores },
  };
  const { outcome, comparison } = assess(current, best, config);
  const isNewBest = outcome === 'first' || outcome === 'better';
  // A rollback brings the best bank back: that is no new attempt, and neither is a stage nobody changed (15.2 #30).
  const isBankChanged = best !== null && bankHash !== state.lastBankHash && bankHash !== best.bankHash;
  const withoutImprovement = isNewBest ? 0 : state.withoutImprovement + (isBankChanged ? 1 : 0);
  const stop = stopReason({ stage, withoutImprovement, evolutions: state.evolutions }, config);
  const mayEvolve = stop === null && config.designer !== 'none';
  const isWorth = !isNewBest && (outcome === 'worse' || stop !== null);
  const target = config.rollsBack && isWorth ? best : null;
  const scoreOf = (scores: StageScores): number =>
    config.stageComparison === 'paired' ? mean(Object.values(scores.questionScores)) : scores.reward;
  return {
    reward,
    outcome,
    comparison,
    isNewBest,
    rollback: target === null ? null : { stage: target.stage, version: target.version },
    stop,
    mayEvolve,
    state: {
      best: isNewBest ? current : best,
      lastBankHash: bankHash,
      withoutImprovement,
      evolutions: state.evolutions + (mayEvolve ? 1 : 0),
      stopped: stop,
      history: [
        ...state.history,
        {
          stage,
          version,
          isBankChanged,
          outcome,
          score: scoreOf(current),
          // The first stage is its own base: there is nothing it could be compared with (15.1 #16).
          baseScore: scoreOf(best ?? current),
          isRolledBack: target !== null,
        },
      ],
    },
  };
}
