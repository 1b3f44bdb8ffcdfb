import { BASELINE_WORDS, type Comparison, type Estimate, type Evaluation } from '../contract/evaluation.ts';

/** Numbers and names as reports write them. Points: hundredths of a score. */

/** A fraction as a signed or unsigned number of points with one decimal: 0.1234 -> `12.3`. */
export function inPoints(fraction: number, isSigned = false): string {
  const text = (fraction * 100).toFixed(1);
  // Rounded to nothing it has no sign.
  if (text === '0.0' || text === '-0.0') return '0.0';
  return isSigned && fraction > 0 ? `+${text}` : text;
}

export function intervalText(
  { interval: [low, high] }: Pick<Estimate, 'interval'>,
  isSigned = false,
): string {
  return `[${inPoints(low, isSigned)}, ${inPoints(high, isSigned)}]`;
}

/** A number of steps with one decimal and its sign: `-9.2`. */
export function signedSteps(steps: number): string {
  return `${steps > 0 ? '+' : ''}${steps.toFixed(1)}`;
}

export function stepsIntervalText(
  { interval: [low, high] }: Pick<Estimate, 'interval'>,
  text: (steps: number) => string = (steps) => steps.toFixed(1),
): string {
  return `[${text(low)}, ${text(high)}]`;
}

/** What a category is called in this evaluation. */
export function categoryText({ results }: Pick<Evaluation, 'results'>, category: number): string {
  const known = results?.byCategory.find((scores) => scores.category === category)?.name ?? null;
  return known ?? `category ${category}`;
}

/** What was evaluated, in a few words. */
export function subjectText({ input: { subject }, bank, controller }: Evaluation): string {
  if (subject.kind === 'baseline') return `baseline: ${BASELINE_WORDS[subject.baseline]}`;
  const skills = `${bank?.skills.length ?? 0} skills`;
  return `${skills}, ${controller?.selection ?? 'no'} selection`;
}

/** A row of a table by category; the last is over all questions. */
export interface ScoreRow {
  readonly label: string;
  readonly questions: number;
  readonly f1: string;
  readonly interval: string;
  readonly exactMatch: string;
  readonly judge: string;
  /** Mean of a game, with its interval; null where none was played. */
  readonly gameSteps: { readonly mean: string; readonly interval: string } | null;
  /** Against the base, with its interval; null without one. */
  readonly difference: string | null;
}

function differenceText(estimate: Estimate | undefined): string {
  return estimate === undefined ? '' : `${inPoints(estimate.mean, true)} ${intervalText(estimate, true)}`;
}

export function scoreRows(evaluation: Evaluation, comparison: Comparison | null): ScoreRow[] {
  const { results } = evaluation;
  if (results === null) return [];
  const row = (
    label: string,
    scores: Pick<typeof results, 'questions' | 'f1' | 'exactMatch' | 'judge' | 'gameSteps'>,
    difference: Estimate | undefined,
  ): ScoreRow => ({
    label,
    questions: scores.questions,
    f1: inPoints(scores.f1.mean),
    interval: intervalText(scores.f1),
    exactMatch: inPoints(scores.exactMatch),
    judge: scores.judge === null ? '-' : inPoints(scores.judge),
    gameSteps:
      scores.gameSteps === undefined
        ? null
        : { mean: scores.gameSteps.mean.toFixed(1), interval: stepsIntervalText(scores.gameSteps) },
    difference: comparison === null ? null : differenceText(difference),
  });
  return [
    ...results.byCategory.map((scores) =>
      row(
        categoryText(evaluation, scores.category),
        scores,
        comparison?.byCategory.find(({ category }) => category === scores.category)?.f1,
      ),
    ),
    row('all', results, comparison?.f1),
  ];
}
