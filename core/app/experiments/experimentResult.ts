import type { EvaluationQuestionSummary } from '../../contract/evaluation.ts';
import {
  armLabel,
  type ArmResult,
  type Experiment,
  type ExperimentResult,
  type TransferMatrix,
} from '../../contract/experiment.ts';
import { pairQuestions, type QuestionPairs } from '../../evaluation/pairQuestions.ts';
import { estimate, gameStepsOf } from '../../evaluation/summary.ts';
import { mean, sum } from '../../shared/arithmetic.ts';
import { required } from '../../shared/assertions.ts';
import type { Workspace } from '../../store/workspace.ts';
import { armProposals } from './armProposals.ts';
import { bankGrowth } from './bankGrowth.ts';

type Stored = Pick<
  Workspace,
  | 'evaluations'
  | 'evaluationQuestions'
  | 'runs'
  | 'bankVersions'
  | 'metrics'
  | 'checkpoints'
  | 'proposals'
  | 'replays'
  | 'clusters'
>;

/** Of all intervals: they say how much the questions vary, and need no more seeds than one. */
const INTERVAL_SEED = 42;

interface MeasuredCell {
  readonly seed: number;
  readonly runId: string | null;
  readonly evaluationId: string;
  readonly questions: readonly EvaluationQuestionSummary[];
}

function cellsOf(workspace: Stored, { cells }: Experiment, arm: string): MeasuredCell[] {
  return cells.flatMap(({ arm: name, seed, runId, evaluationId, isDone }) =>
    name !== arm || !isDone || evaluationId === null || workspace.evaluations.get(evaluationId) === null
      ? []
      : [{ seed, runId, evaluationId, questions: workspace.evaluationQuestions.summaries(evaluationId) }],
  );
}

interface MeasuredArm {
  readonly name: string;
  readonly label: string;
  readonly cells: readonly MeasuredCell[];
}

interface QuestionMean {
  readonly category: number;
  readonly f1: number;
}

/** Each question's mean over its seeds: seeds are repetitions, questions are what varies. */
function questionMeans(cells: readonly MeasuredCell[]): Map<string, QuestionMean> {
  const rows = Map.groupBy(
    cells.flatMap(({ questions }) => questions),
    ({ questionId }) => questionId,
  );
  return new Map(
    [...rows].map(([id, all]) => [
      id,
      { category: required(all[0], 'question').category, f1: mean(all.map(({ f1 }) => f1)) },
    ]),
  );
}

type Measure = (question: EvaluationQuestionSummary) => number | undefined;

interface ArmPairs {
  /** Of every seed. */
  readonly pairs: QuestionPairs<EvaluationQuestionSummary>['pairs'];
  readonly paired: number;
  readonly apart: number;
}

/** An arm's questions with those of its base, seed by seed; counts are of different questions. */
function pairsOf(base: MeasuredArm | null, cells: readonly MeasuredCell[]): ArmPairs {
  const baseSeeds = new Map(base?.cells.map((cell) => [cell.seed, cell.questions]));
  const bySeed = cells.map(({ seed, questions }) => pairQuestions(questions, baseSeeds.get(seed) ?? []));
  const pairs = bySeed.flatMap((one) => one.pairs);
  return {
    pairs,
    paired: new Set(pairs.map(({ of }) => of.questionId)).size,
    apart: Math.max(0, ...bySeed.map(({ apart }) => apart)),
  };
}

function differenceOf({ pairs }: ArmPairs, measure: Measure): ArmResult['difference'] {
  const measured = pairs.flatMap(({ of, base }) => {
    const [mine, other] = [measure(of), measure(base)];
    return mine === undefined || other === undefined
      ? []
      : [{ questionId: of.questionId, difference: mine - other }];
  });
  if (measured.length === 0) return null;
  const byQuestion = Map.groupBy(measured, ({ questionId }) => questionId);
  return estimate(
    [...byQuestion.values()].map((pairs) => mean(pairs.map(({ difference }) => difference))),
    INTERVAL_SEED,
  );
}

function gameStepsOfArm(pairs: ArmPairs, cells: readonly MeasuredCell[]): Pick<ArmResult, 'gameSteps'> {
  const steps = gameStepsOf(cells.flatMap(({ questions }) => questions));
  if (steps.length === 0) return {};
  const difference = differenceOf(pairs, ({ gameSteps }) => gameSteps);
  return { gameSteps: { mean: mean(steps), difference } };
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : mean(present);
}

function armResult(
  workspace: Stored,
  experiment: Experiment,
  { name, label, cells, base }: MeasuredArm & { readonly base: MeasuredArm | null },
): ArmResult {
  const questions = [...questionMeans(cells).values()];
  const pairs = pairsOf(base, cells);
  const evaluations = cells.map(({ evaluationId }) => workspace.evaluations.require(evaluationId));
  const results = evaluations.map(({ results: one, id }) => required(one, `results of ${id}`));
  const f1 = estimate(
    questions.map((one) => one.f1),
    INTERVAL_SEED,
  );
  const byCategory = [...Map.groupBy(questions, ({ category }) => category)].sort(([a], [b]) => a - b);
  return {
    name,
    label,
    f1: f1.mean,
    interval: f1.interval,
    questions: questions.length,
    seeds: cells.map(({ seed, runId, evaluationId }, at) => ({
      seed,
      runId,
      evaluationId,
      f1: required(results[at], 'results').f1.mean,
    })),
    byCategory: byCategory.map(([category, members]) => {
      const of = estimate(
        members.map((one) => one.f1),
        INTERVAL_SEED,
      );
      return { category, questions: members.length, f1: of.mean, interval: of.interval };
    }),
    judge: meanOrNull(results.map(({ judge }) => judge)),
    exactMatch: mean(results.map(({ exactMatch }) => exactMatch)),
    ...gameStepsOfArm(pairs, cells),
    evidenceRecall: meanOrNull(results.map(({ evidenceRecall }) => evidenceRecall)),
    memoriesPerSpan: meanOrNull(results.map(({ memoriesPerSpan }) => memoriesPerSpan)),
    contextCharacters: mean(results.map(({ contextCharacters }) => contextCharacters)),
    skills: meanOrNull(evaluations.map(({ bank }) => bank?.skills.length ?? null)),
    seconds: sum(
      experiment.cells
        .filter(({ arm }) => arm === name)
        .map(({ trainSeconds, evaluateSeconds }) => trainSeconds + evaluateSeconds),
    ),
    base: base?.name ?? null,
    paired: pairs.paired,
    apart: pairs.apart,
    difference: differenceOf(pairs, ({ f1: score }) => score),
  };
}

function matrixOf({ arms }: Experiment, results: readonly ArmResult[]): TransferMatrix | null {
  const placed = arms.flatMap(({ name, place }) => (place === null ? [] : [{ name, ...place }]));
  if (placed.length === 0) return null;
  const byName = new Map(results.map((result) => [result.name, result]));
  return {
    sources: [...new Set(placed.map(({ source }) => source))],
    targets: [...new Set(placed.map(({ target }) => target))],
    cells: placed.flatMap(({ name, source, target }) => {
      const result = byName.get(name);
      if (result === undefined) return [];
      const { questions, f1, interval, difference } = result;
      return [{ source, target, arm: name, questions, f1, interval, difference }];
    }),
  };
}

/** What the finished cells of an experiment come to. */
export async function experimentResult(workspace: Stored, experiment: Experiment): Promise<ExperimentResult> {
  const { name } = experiment.input.recipe;
  const [first] = experiment.arms;
  const measured = new Map(
    experiment.arms
      .map((arm): MeasuredArm => ({
        name: arm.name,
        label: armLabel(arm),
        cells: cellsOf(workspace, experiment, arm.name),
      }))
      .filter(({ cells }) => cells.length > 0)
      .map((arm) => [arm.name, arm]),
  );
  const arms = experiment.arms.flatMap((arm) => {
    const own = measured.get(arm.name);
    // In a matrix the arms without a base are what each column is compared with.
    const base = arm.base ?? (arm.place === null && first !== arm ? (first?.name ?? null) : null);
    return own === undefined
      ? []
      : [
          armResult(workspace, experiment, {
            ...own,
            base: (base === null ? null : measured.get(base)) ?? null,
          }),
        ];
  });
  return {
    experiment,
    arms,
    matrix: matrixOf(experiment, arms),
    growth: name === 'growth' ? await bankGrowth(workspace, experiment) : [],
    proposals:
      name === 'designers' || name === 'review'
        ? await armProposals(workspace, experiment, INTERVAL_SEED)
        : [],
    seconds: sum(experiment.cells.map(({ trainSeconds, evaluateSeconds }) => trainSeconds + evaluateSeconds)),
  };
}
