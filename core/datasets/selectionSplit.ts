import type { Question, Trace } from './trace.ts';

/** Every fifth question decides whether a stage was better, and is never asked in training (design 6). */
const SELECTION_PERIOD = 5;

export interface SelectionSplit {
  readonly training: readonly Question[];
  readonly selection: readonly Question[];
}

/** Splits the questions of a training trace, in file order, adversarial ones not counted. */
export function splitSelection(trace: Trace): SelectionSplit {
  const isSelection = (_: Question, position: number): boolean =>
    position % SELECTION_PERIOD === SELECTION_PERIOD - 1;
  return {
    training: trace.questions.filter((question, position) => !isSelection(question, position)),
    selection: trace.questions.filter(isSelection),
  };
}
