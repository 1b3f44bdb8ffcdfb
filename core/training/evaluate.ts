import type { RunConfig } from '../config/schema.ts';
import type { EvaluationReport } from '../contract/run.ts';
import type { Skill } from '../contract/skill.ts';
import type { NamedArrays } from '../controller/weights.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import type { SplitName } from '../datasets/trace.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob, EpisodeResult } from '../engines/episode.ts';
import { summariseScores } from '../evaluation/report.ts';
import { required } from '../shared/assertions.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { bankHash } from '../skills/skillBank.ts';
import { runEpisodes } from './runEpisodes.ts';
import { mean, sum } from '../shared/arithmetic.ts';

export interface EvaluationInput {
  readonly dataset: LoadedDataset;
  readonly split: SplitName;
  readonly config: RunConfig;
  readonly engines: Engines;
  readonly skills: readonly Skill[];
  /** The greedy controller; null for random and similarity selection. */
  readonly weights: NamedArrays | null;
  readonly hasQuestions: boolean;
  readonly clock: Clock;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

interface Row {
  readonly questionId: string;
  readonly traceId: string;
  readonly category: number;
  readonly question: string;
  readonly golds: string[];
  readonly prediction: string;
  readonly f1: number;
  readonly isExactMatch: boolean;
  readonly evidenceRecall: number | null;
  readonly judge: number;
}

function rowsOf(episodes: readonly EpisodeResult[], dataset: LoadedDataset): Row[] {
  const questions = new Map(dataset.traces.flatMap((trace) => trace.questions.map((one) => [one.id, one])));
  return episodes.flatMap((episode) =>
    episode.outcomes.map(({ questionId, prediction, f1, isExactMatch, evidenceRecall, judge }) => {
      const question = required(questions.get(questionId), `question ${questionId}`);
      return {
        questionId,
        traceId: episode.traceId,
        category: question.category,
        question: question.text,
        golds: [...question.golds],
        prediction,
        f1,
        isExactMatch,
        evidenceRecall,
        judge: judge?.score ?? 0,
      };
    }),
  );
}

/**
 * Formal evaluation (reference 13): memories from nothing, greedy controller, no exploration bias, noop hidden from the
 * executor, every question of the split asked and judged.
 *
 * @throws AppError NOT_FOUND for a split without traces; CANCELLED by the signal.
 */
export async function evaluate(input: EvaluationInput): Promise<EvaluationReport> {
  const { dataset, split, config, engines, skills, signal } = input;
  const startedMs = input.clock.now();
  const ids = dataset.splits[split];
  if (ids.length === 0) {
    throw new AppError(
      'NOT_FOUND',
      `The data set ${dataset.name} has no traces in its ${split} split; choose another.`,
    );
  }
  const traces = dataset.traces.filter((trace) => ids.includes(trace.id));
  await engines.setPolicy(input.weights);
  const jobs = traces.map((trace): EpisodeJob => ({
    traceId: trace.id,
    skills,
    selection: choiceModeOf(config.selection, 'measuring'),
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [config.seed, 'evaluation', trace.id],
    questionIds: trace.questions.map((question) => question.id),
    memoriesPerQuestion: config.memTopKEval,
    hidesNoop: true,
    judges: 'all',
    returnsMemories: false,
  }));
  const episodes = await runEpisodes(engines, jobs, {
    signal,
    onDone: (done) => input.onProgress(done, traces.length),
  });
  const rows = rowsOf(episodes, dataset);
  const recalls = rows.flatMap(({ evidenceRecall }) => evidenceRecall ?? []);
  const memories = sum(episodes.map((episode) => episode.memoryCount));
  const spans = sum(episodes.map((episode) => episode.selections.length));
  const f1 = summariseScores(rows.map(({ category, f1: score }) => ({ category, score })));
  const judge = summariseScores(rows.map(({ category, judge: score }) => ({ category, score })));
  return {
    bankHash: bankHash(skills),
    selection: config.selection,
    split,
    k: config.k,
    seed: config.seed,
    questions: rows.length,
    f1: f1.f1,
    judge: judge.f1,
    exactMatch: mean(rows.map(({ isExactMatch }) => (isExactMatch ? 1 : 0))),
    evidenceRecall: recalls.length === 0 ? null : mean(recalls),
    byCategory: f1.byCategory.map(({ category, count, f1: score }, index) => ({
      category,
      name: dataset.categories[category] ?? null,
      questions: count,
      f1: score,
      judge: required(judge.byCategory[index], 'category').f1,
    })),
    memoriesPerTrace: memories / traces.length,
    memoriesPerSpan: memories / spans,
    seconds: (input.clock.now() - startedMs) / 1000,
    perQuestion: input.hasQuestions ? rows : null,
  };
}
