import type { Question, TraceOutline } from './trace.ts';

/** Every fifth question decides whether a stage was better, and is never asked in training (design 6). */
const SELECTION_PERIOD = 5;

export interface SelectionSplit {
  readonly training: readonly Question[];
  readonly selection: readonly Question[];
}

/**
 * Splits the questions of the training traces, by trace, in file order, adversarial ones not counted. A trace with fewer
 * than five, as in data sets that ask one question a trace, is counted on with the others of its kind.
 */
export function splitSelection(traces: readonly TraceOutline[]): ReadonlyMap<string, SelectionSplit> {
  let counted = 0;
  return new Map(
    traces.map(({ id, questions }) => {
      const from = questions.length >= SELECTION_PERIOD ? 0 : counted;
      if (questions.length < SELECTION_PERIOD) counted += questions.length;
      const isSelection = (position: number): boolean =>
        (from + position) % SELECTION_PERIOD === SELECTION_PERIOD - 1;
      return [
        id,
        {
          training: questions.filter((_, position) => !isSelection(position)),
          selection: questions.filter((_, position) => isSelection(position)),
        },
      ] as const;
    }),
  );
}
