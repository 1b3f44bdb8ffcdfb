import {
  BASELINE_WORDS,
  type Baseline,
  type Comparison,
  type Estimate,
  type Evaluation,
  type EvaluationResults,
  type EvaluationSummary,
} from '../../../core/contract/evaluation.ts';
import { differenceTone, LEAST_DIFFERING } from '../../../core/contract/proposal.ts';
import { counted, duration, interval, percent, points, signedPoints } from '../../ui/format.ts';

/** Evaluations in words and rows. Law: pure. */

const SECOND_MS = 1000;
const SHORT_HASH = 12;

export const EVALUATION_STATUS_WORDS: Readonly<Record<Evaluation['status'], string>> = {
  running: 'running',
  done: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
};

export const EVALUATION_TONES: Readonly<Record<Evaluation['status'], 'neutral' | 'accent' | 'worse'>> = {
  running: 'accent',
  done: 'neutral',
  cancelled: 'neutral',
  failed: 'worse',
};

/** `[21.3, 30.9]`, of scores. */
export function plainInterval([low, high]: Estimate['interval']): string {
  return `[${points(low)}, ${points(high)}]`;
}

export interface DifferenceWords {
  readonly text: string;
  readonly interval: string;
  /** Null: the interval holds both signs, or too few questions differ, so that neither is told. */
  readonly tone: ReturnType<typeof differenceTone>;
  readonly words: string;
}

/** `differing`: questions that may differ; all that are paired, where no less is known. */
export function differenceWords({ mean, interval: bounds }: Estimate, differing: number): DifferenceWords {
  const tone = differenceTone(bounds, differing);
  return {
    text: signedPoints(mean),
    interval: interval(bounds),
    tone,
    words: tone ?? (differing < LEAST_DIFFERING ? 'too few differ to tell' : 'no clear difference'),
  };
}

export interface ScoreRow {
  readonly key: string;
  readonly label: string;
  readonly questions: number;
  readonly f1: string;
  readonly interval: string;
  readonly exactMatch: string;
  /** Null where the judge was not asked. */
  readonly judge: string | null;
  /** Mean of a game, and its interval; null where none was played. */
  readonly gameSteps: { readonly mean: string; readonly interval: string } | null;
  /** Null without a base, or where the base has none of these questions. */
  readonly difference: DifferenceWords | null;
}

function stepsWords({ mean, interval: [low, high] }: Estimate): ScoreRow['gameSteps'] {
  return { mean: mean.toFixed(1), interval: `[${low.toFixed(1)}, ${high.toFixed(1)}]` };
}

type NamedCategory = Pick<EvaluationResults['byCategory'][number], 'category' | 'name'>;

export function categoryName(
  results: { readonly byCategory: readonly NamedCategory[] } | null,
  category: number,
): string {
  const name = results?.byCategory.find((one) => one.category === category)?.name ?? `category ${category}`;
  // Kinds of games are named as in code.
  return name.replaceAll('_', ' ');
}

type Scores = Pick<EvaluationResults, 'questions' | 'f1' | 'exactMatch' | 'judge' | 'gameSteps'>;

/** The first row is over all questions. */
export function scoreRows(
  results: Scores & { readonly byCategory: readonly (Scores & NamedCategory)[] },
  comparison: Comparison | null,
): ScoreRow[] {
  const row = (key: string, label: string, scores: Scores, difference: DifferenceWords | null): ScoreRow => ({
    key,
    label,
    questions: scores.questions,
    f1: points(scores.f1.mean),
    interval: plainInterval(scores.f1.interval),
    exactMatch: points(scores.exactMatch),
    judge: scores.judge === null ? null : points(scores.judge),
    gameSteps: scores.gameSteps === undefined ? null : stepsWords(scores.gameSteps),
    difference,
  });
  return [
    row(
      'all',
      results.gameSteps === undefined ? 'All questions' : 'All games',
      results,
      comparison === null ? null : comparisonWords(comparison),
    ),
    ...results.byCategory.map((scores) => {
      const compared = comparison?.byCategory.find(({ category }) => category === scores.category);
      return row(
        String(scores.category),
        categoryName(results, scores.category),
        scores,
        compared === undefined ? null : differenceWords(compared.f1, compared.questions),
      );
    }),
  ];
}

export function comparisonWords({ f1, wins, losses }: Comparison): DifferenceWords {
  return differenceWords(f1, wins + losses);
}

function signedSteps(steps: number): string {
  const text = Math.abs(steps).toFixed(1);
  return Number(text) === 0 ? text : `${steps > 0 ? '+' : '−'}${text}`;
}

/** `−1.0 [−3.0, 0.0]`. */
function stepsDifference({ mean, interval: [low, high] }: Estimate): string {
  return `${signedSteps(mean)} [${signedSteps(low)}, ${signedSteps(high)}]`;
}

/** `+3.1 points [+1.0, +5.2] against no memory on 40 questions: 12 better, 20 same, 8 worse.` */
export function comparisonSentence(comparison: Comparison, baseName: string): string {
  const { gameSteps, apart, wins, ties, losses, questions } = comparison;
  const { text, interval: bounds } = comparisonWords(comparison);
  const what = gameSteps === undefined ? 'points' : 'points of games won';
  const steps = gameSteps === undefined ? '' : `, ${stepsDifference(gameSteps)} steps a game,`;
  const asked = counted(questions, gameSteps === undefined ? 'question' : 'game');
  const others = apart === 0 ? '' : ` ${apart} more have the same ids and ask something else.`;
  return `${text} ${what} ${bounds}${steps} against ${baseName} on ${asked}: ${wins} better, ${ties} same, ${losses} worse.${others}`;
}

interface Fact {
  readonly term: string;
  readonly value: string;
  readonly title?: string;
  readonly isCode?: boolean;
}

function bankFacts({ bank, controller, input }: Evaluation): Fact[] {
  const { subject } = input;
  if (bank === null)
    return [
      { term: 'Baseline', value: subject.kind === 'baseline' ? BASELINE_WORDS[subject.baseline] : 'none' },
    ];
  const version = bank.version === null ? '' : `, v${bank.version}`;
  return [
    { term: 'Bank', value: `${counted(bank.skills.length, 'skill')}${version}` },
    { term: 'Bank hash', value: bank.hash.slice(0, SHORT_HASH), title: bank.hash, isCode: true },
    {
      term: 'Selection',
      value:
        controller?.selection === 'trained'
          ? `trained controller${controller.runId === null ? '' : ` of ${controller.runId}`}`
          : (controller?.selection ?? 'none'),
    },
  ];
}

/** What was evaluated, with what, on what. */
export function originFacts(evaluation: Evaluation): Fact[] {
  const { dataset, engine, config } = evaluation;
  return [
    ...bankFacts(evaluation),
    {
      term: 'Data',
      value: `${dataset.name}, ${dataset.split} split: ${counted(dataset.traces, 'trace')}, ${counted(dataset.questions, 'question')}`,
      title: `SHA-256 of the file ${dataset.fileHash}`,
    },
    {
      term: 'Engine',
      value:
        engine.kind === 'builtin'
          ? 'Built-in (no model)'
          : engine.models.map(({ role, name }) => `${role}: ${name}`).join(', '),
    },
    ...engine.warnings.map((value) => ({ term: 'Caution', value })),
    { term: 'Settings', value: `K ${String(config['k'])}, seed ${String(config['seed'])}` },
  ];
}

/** What it cost and what it kept. */
export function workFacts(results: EvaluationResults): Fact[] {
  const { memoriesPerTrace, memoriesPerSpan, evidenceRecall, contextCharacters, seconds, cachedTraces } =
    results;
  const facts: (Fact | null)[] = [
    memoriesPerTrace === null || memoriesPerSpan === null
      ? null
      : {
          term: 'Memories',
          value: `${memoriesPerTrace.toFixed(1)} a trace, ${memoriesPerSpan.toFixed(2)} a span`,
        },
    evidenceRecall === null
      ? null
      : {
          term: 'Evidence found',
          value: percent(evidenceRecall, 1),
          title: 'Share of evidence turns whose span wrote a memory that was shown to the answerer',
        },
    { term: 'Shown', value: `${Math.round(contextCharacters)} characters a question` },
    {
      term: 'Took',
      value: `${duration(seconds * SECOND_MS)}${cachedTraces === 0 ? '' : `; memories of ${counted(cachedTraces, 'trace')} were there already`}`,
    },
  ];
  return facts.filter((fact) => fact !== null);
}

type Compared = Pick<EvaluationSummary, 'id' | 'status' | 'dataset'>;

/** The evaluations that asked the same questions: of the same file and split. */
export function comparableWith<Item extends Compared>(all: readonly Item[], evaluation: Compared): Item[] {
  return all.filter(
    ({ id, status, dataset }) =>
      id !== evaluation.id &&
      status === 'done' &&
      dataset.fileHash === evaluation.dataset.fileHash &&
      dataset.split === evaluation.dataset.split,
  );
}

/** The most telling first: does the bank beat plain retrieval? */
const USUAL_BASES: readonly Baseline[] = ['bm25', 'vectors', 'static-skills', 'full-context', 'no-memory'];

/** What an evaluation is compared with when nobody has chosen: a baseline; but a baseline itself, or a part of an experiment, with nothing. */
export function usualBase(
  all: readonly EvaluationSummary[],
  evaluation: Pick<EvaluationSummary, 'id' | 'status' | 'dataset' | 'baseline' | 'experimentId'>,
): string | null {
  // An experiment says itself what its arms are compared with.
  if (evaluation.baseline !== null || evaluation.experimentId !== null) return null;
  const others = comparableWith(all, evaluation);
  const bases = USUAL_BASES.flatMap((wanted) => others.find(({ baseline }) => baseline === wanted) ?? []);
  return bases[0]?.id ?? null;
}

/** `e3 bank v4, 31.2` for a list to choose from. */
export function evaluationLabel({ id, name, results }: EvaluationSummary): string {
  return `${name} (${id}${results === null ? '' : `, ${points(results.f1.mean)}`})`;
}
