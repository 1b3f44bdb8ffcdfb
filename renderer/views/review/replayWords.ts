import type { HardCase } from '../../../core/contract/hardCase.ts';
import {
  differenceTone,
  type BankChange,
  type PairedResult,
  type Proposal,
  type Replay,
} from '../../../core/contract/proposal.ts';

/** What a replay shows, in words and in order of reading. Differences are new minus old. */

export type ReplayCase = Replay['cases'][number];

export interface Outcome {
  readonly words: string;
  readonly tone: 'better' | 'worse' | 'neutral';
}

export function outcomeOf({
  count,
  wins,
  losses,
  interval: bounds,
}: Pick<PairedResult, 'count' | 'wins' | 'losses' | 'interval'>): Outcome {
  if (count === 0) return { words: 'no cases', tone: 'neutral' };
  const tone = differenceTone(bounds, wins + losses);
  if (tone !== null) return { words: tone, tone };
  const [low, high] = bounds;
  const holdsZero = low <= 0 && high >= 0;
  return { words: holdsZero ? 'no difference shown' : 'too few differ to tell', tone: 'neutral' };
}

export interface CaseGroups {
  readonly losses: readonly ReplayCase[];
  readonly wins: readonly ReplayCase[];
  readonly ties: readonly ReplayCase[];
}

/** In the replay's own order. */
export function caseGroups(cases: readonly ReplayCase[]): CaseGroups {
  return {
    losses: cases.filter(({ oldScore, newScore }) => newScore < oldScore),
    wins: cases.filter(({ oldScore, newScore }) => newScore > oldScore),
    ties: cases.filter(({ oldScore, newScore }) => newScore === oldScore),
  };
}

/** A case on the card: a question that was replayed, a failure that the proposal was drafted from, or both. */
export interface CardCase {
  readonly key: string;
  readonly replayCase: ReplayCase | null;
  readonly hardCase: HardCase | null;
}

export interface CardCases {
  readonly losses: readonly CardCase[];
  readonly wins: readonly CardCase[];
  readonly ties: readonly CardCase[];
  /** Drafted from, but not replayed. */
  readonly others: readonly CardCase[];
}

/** @param replay null: none has been made, so all hard cases are `others`. */
export function cardCases(replay: Pick<Replay, 'cases'> | null, hardCases: readonly HardCase[]): CardCases {
  const byQuestion = new Map(hardCases.map((one) => [one.questionId, one]));
  const replayed = new Set(replay?.cases.map(({ questionId }) => questionId));
  const card = (cases: readonly ReplayCase[]): CardCase[] =>
    cases.map((replayCase) => ({
      key: `${replayCase.set} ${replayCase.questionId}`,
      replayCase,
      hardCase: byQuestion.get(replayCase.questionId) ?? null,
    }));
  const { losses, wins, ties } = caseGroups(replay?.cases ?? []);
  const others = hardCases
    .filter(({ questionId }) => !replayed.has(questionId))
    .map((hardCase) => ({ key: `case ${hardCase.id}`, replayCase: null, hardCase }));
  return { losses: card(losses), wins: card(wins), ties: card(ties), others };
}

function isSameChange(one: BankChange, other: BankChange): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Whether a proposal's replay is of the text in force: an edit leaves that of the text before it attached, and taking
 * the edit back brings that text, and so its replay, back as a revision of its own.
 */
export function isReplayOfText(replay: Replay, { revisions }: Proposal): boolean {
  const current = revisions.at(-1);
  const replayed = revisions.findLast(({ createdAtMs }) => createdAtMs <= replay.createdAtMs);
  return current !== undefined && replayed !== undefined && isSameChange(current.change, replayed.change);
}

/** Whether there is something to replay: the words of the bank change, and there is a run with cases. */
export function canReplay({ runId }: Pick<Proposal, 'runId'>, change: BankChange): boolean {
  return runId !== null && change.kind !== 'pin' && change.kind !== 'rollback';
}
