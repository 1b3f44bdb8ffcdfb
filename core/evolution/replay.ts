import { differenceTone, type BankChange, type PairedResult, type Replay } from '../contract/proposal.ts';
import type { Skill } from '../contract/skill.ts';
import { pairedBootstrap } from '../evaluation/pairedBootstrap.ts';
import { sum } from '../shared/arithmetic.ts';
import { AppError, throwIfAborted } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';

/**
 * Replay (design 8): the same questions are answered from memories built with the old bank and with the proposed one,
 * from the same spans with the same seed. Both sides are built anew, so that a question which failed by bad luck in
 * training does not count as a gain (regression to the mean touches both sides alike).
 */

/** Scores closer than this are a tie; they differ by rounding only. */
const TIE = 1e-9;

/**
 * Three intervals are worked out for every proposal in the shell's own thread: with the bootstrap's usual 10,000 a hundred
 * questions would hold it up for 0.2 s. With 2,000 a bound moves by about 1.5 % of the interval's width.
 */
const RESAMPLES = 2000;

export interface ReplayQuestion {
  readonly questionId: string;
  readonly traceId: string;
  readonly question: string;
  readonly golds: readonly string[];
}

export interface ReplayRequest {
  readonly bank: readonly Skill[];
  /**
   * Names of skills put into the selection of every span in place of the last of the K, so that no side selects more
   * than the other. Those that do not fit into K are left out from the end.
   */
  readonly forcedSkills: readonly string[];
  /** Traces whose memories are to be built, sorted. */
  readonly traceIds: readonly string[];
  readonly questionIds: readonly string[];
  /** The bank of the other side, where the runner may choose which spans it reads; null where `spans` says so. */
  readonly otherBank: readonly Skill[] | null;
  /** What the old side read, for the new side to read the same; null: the runner chooses, or reads every span. */
  readonly spans: SpansByTrace | null;
  /** Equal on both sides: the runner names its random streams by it and the trace, never by the bank. */
  readonly seed: number;
  /** Called as each episode ends. */
  readonly onEpisode?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ReplayAnswers {
  /** One for each requested question, in any order; score in [0, 1]. */
  readonly answers: readonly {
    readonly questionId: string;
    readonly prediction: string;
    readonly score: number;
  }[];
  /** Mean number of memories at the end of an episode over the spans that were read. */
  readonly memoriesPerSpan: number;
  /** What was read; null: every span of every trace. */
  readonly spans: { readonly read: SpansByTrace; readonly total: number } | null;
  /** Characters of memory shown to the answerer over all questions. */
  readonly contextCharacters: number;
}

/** Indices of the spans that were read of each trace. */
export type SpansByTrace = Readonly<Record<string, readonly number[]>>;

/** Builds memories and answers questions with one bank. A failed model is an error, never a score. */
export interface ReplayRunner {
  runEpisodes(request: ReplayRequest): Promise<ReplayAnswers>;
}

/** What one change touches: its own cases, and the others of the cluster it was drafted for. */
export interface AffectedCases {
  readonly own: readonly ReplayQuestion[];
  readonly cluster: readonly ReplayQuestion[];
}

export interface ReplaySelection {
  readonly affected: readonly ReplayQuestion[];
  readonly guard: readonly ReplayQuestion[];
}

export interface SelectionLimits {
  readonly replayCases: number;
  readonly guardCases: number;
  readonly seed: number;
}

function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

function uniqueQuestions(questions: readonly ReplayQuestion[]): ReplayQuestion[] {
  return [...new Map(questions.map((question) => [question.questionId, question])).values()];
}

/**
 * The questions of a replay: the changes' own cases in turns, then their clusters' in seeded order, up to `replayCases`;
 * and up to `guardCases` solved questions of the same traces in seeded order, to see what a change breaks. A change
 * without cases (retiring, merging) is checked on solved questions of all traces.
 */
export function selectReplayQuestions(
  changes: readonly AffectedCases[],
  solved: readonly ReplayQuestion[],
  limits: SelectionLimits,
): ReplaySelection {
  const own = interleave(changes.map((change) => change.own));
  const cluster = createRng(limits.seed, 'replay', 'affected').shuffle(
    uniqueQuestions(changes.flatMap((change) => change.cluster)),
  );
  // `Map` keeps the place of the first and the value of the last of two equal keys; both are the same question.
  const affected = uniqueQuestions([...own, ...cluster]).slice(0, limits.replayCases);
  const affectedIds = new Set(affected.map((question) => question.questionId));
  const traceIds = new Set(affected.map((question) => question.traceId));
  const candidates = uniqueQuestions(solved).filter(
    (question) =>
      !affectedIds.has(question.questionId) && (traceIds.size === 0 || traceIds.has(question.traceId)),
  );
  const guard = createRng(limits.seed, 'replay', 'guard').shuffle(candidates).slice(0, limits.guardCases);
  return { affected, guard };
}

/** Skills forced into the selection on each side, so that a change is seen at work on every span. */
export function forcedSkills(changes: readonly BankChange[]): {
  readonly old: string[];
  readonly new: string[];
} {
  const forced = { old: new Set<string>(), new: new Set<string>() };
  for (const change of changes) {
    if (change.kind === 'add') forced.new.add(change.skill.name);
    if (change.kind === 'refine') {
      // On both sides: otherwise the replay would measure being selected, not the new words.
      forced.old.add(change.name);
      forced.new.add(change.name);
    }
    if (change.kind === 'merge') {
      for (const name of change.names) forced.old.add(name);
      forced.new.add(change.into.name);
    }
    // retire, pin, rollback: what matters is what the selector does without help.
  }
  return { old: [...forced.old], new: [...forced.new] };
}

/** Wins, ties, losses, mean difference and its 95 % paired bootstrap interval. `differences` are new minus old. */
export function pairedResult(differences: readonly number[], seed: number): PairedResult {
  const { mean, interval } = pairedBootstrap(differences, { seed, samples: RESAMPLES });
  const wins = differences.filter((difference) => difference >= TIE).length;
  const losses = differences.filter((difference) => difference <= -TIE).length;
  return {
    count: differences.length,
    wins,
    ties: differences.length - wins - losses,
    losses,
    meanDifference: mean,
    interval: [interval[0], interval[1]],
  };
}

/** `guarded` mode's test: clearly better over all questions, and not clearly worse on what was solved before. */
export function passesGuard(replay: Pick<Replay, 'overall' | 'guard'>): boolean {
  const { overall, guard } = replay;
  return (
    differenceTone(overall.interval, overall.wins + overall.losses) === 'better' && guard.interval[1] >= 0
  );
}

type ReplayCase = Replay['cases'][number];

const differenceOf = (replayed: ReplayCase): number => replayed.newScore - replayed.oldScore;

/** Losses, then wins, each by size, then ties in the order of the questions. */
function sortCases(cases: readonly ReplayCase[]): ReplayCase[] {
  const rank = (replayed: ReplayCase): number => {
    const difference = differenceOf(replayed);
    if (difference <= -TIE) return 0;
    return difference >= TIE ? 1 : 2;
  };
  return cases.toSorted((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    return rank(a) === 2 ? 0 : Math.abs(differenceOf(b)) - Math.abs(differenceOf(a));
  });
}

type Answer = ReplayAnswers['answers'][number];

function answerLookup(answers: ReplayAnswers): (questionId: string) => Answer {
  const byId = new Map(answers.answers.map((answer) => [answer.questionId, answer]));
  return (questionId) => {
    const answer = byId.get(questionId);
    if (answer === undefined) {
      throw new AppError('INTERNAL', `The replay gave no answer to question "${questionId}".`);
    }
    return answer;
  };
}

export interface ReplayInput {
  readonly runner: ReplayRunner;
  readonly changes: readonly BankChange[];
  readonly oldSkills: readonly Skill[];
  readonly newSkills: readonly Skill[];
  readonly selection: ReplaySelection;
  readonly seed: number;
  /** Called at the start and as each episode of either bank ends. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type ReplayMeasurement = Pick<Replay, 'affected' | 'guard' | 'overall' | 'cases' | 'cost' | 'spans'>;

function spanCounts({ spans }: ReplayAnswers): Replay['spans'] {
  if (spans === null) return null;
  return { read: sum(Object.values(spans.read).map(({ length }) => length)), total: spans.total };
}

/**
 * Runs both banks and compares them. Positive differences mean the proposed bank is better.
 *
 * @throws AppError CANCELLED by the signal; INTERNAL when the runner leaves a question out; whatever the runner throws.
 */
export async function replayChange(input: ReplayInput): Promise<ReplayMeasurement> {
  const { runner, selection, seed, signal } = input;
  const questions = [
    ...selection.affected.map((question) => ({ ...question, set: 'affected' as const })),
    ...selection.guard.map((question) => ({ ...question, set: 'guard' as const })),
  ];
  const questionIds = questions.map((question) => question.questionId);
  const traceIds = [...new Set(questions.map((question) => question.traceId))].sort();
  const forced = forcedSkills(input.changes);
  let done = 0;
  const report = (): void => input.onProgress?.(done, 2 * traceIds.length);
  const onEpisode = (): void => {
    done += 1;
    report();
  };
  const run = async (
    side: Pick<ReplayRequest, 'bank' | 'forcedSkills' | 'otherBank' | 'spans'>,
  ): Promise<ReplayAnswers> => {
    throwIfAborted(signal);
    if (questionIds.length === 0)
      return { answers: [], memoriesPerSpan: 0, spans: null, contextCharacters: 0 };
    return await runner.runEpisodes({ ...side, traceIds, questionIds, seed, onEpisode, signal });
  };
  report();
  // One after the other: the runner spreads the traces of one side over its workers already, and both read the same.
  const oldAnswers = await run({
    bank: input.oldSkills,
    forcedSkills: forced.old,
    otherBank: input.newSkills,
    spans: null,
  });
  const newAnswers = await run({
    bank: input.newSkills,
    forcedSkills: forced.new,
    otherBank: null,
    spans: oldAnswers.spans?.read ?? null,
  });
  throwIfAborted(signal);

  const oldAnswer = answerLookup(oldAnswers);
  const newAnswer = answerLookup(newAnswers);
  const cases = questions.map(({ questionId, set, question, golds }): ReplayCase => {
    const old = oldAnswer(questionId);
    const proposed = newAnswer(questionId);
    return {
      questionId,
      set,
      question,
      golds: [...golds],
      oldPrediction: old.prediction,
      newPrediction: proposed.prediction,
      oldScore: old.score,
      newScore: proposed.score,
    };
  });
  const result = (set: ReplayCase['set'] | null): PairedResult =>
    pairedResult(cases.filter((replayed) => set === null || replayed.set === set).map(differenceOf), seed);
  return {
    affected: result('affected'),
    guard: result('guard'),
    overall: result(null),
    cases: sortCases(cases),
    spans: spanCounts(oldAnswers),
    cost: {
      oldMemoriesPerSpan: oldAnswers.memoriesPerSpan,
      newMemoriesPerSpan: newAnswers.memoriesPerSpan,
      // Growth from nothing has no ratio; from one character it has, and still reads as "much more".
      contextGrowth:
        (newAnswers.contextCharacters - oldAnswers.contextCharacters) /
        Math.max(oldAnswers.contextCharacters, 1),
    },
  };
}
