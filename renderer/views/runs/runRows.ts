import { MinMaxPyramid } from '../../charts/geometry/minMaxPyramid.ts';
import { StepPlaces, type AxisKind } from '../../charts/geometry/stepPlaces.ts';
import type { MetricRow } from '../../../core/contract/run.ts';
import { CALLS, ELAPSED, elapsedSince, metric, type MetricSeries } from './metricSeries.ts';

export type Column = Pick<MetricSeries, 'name' | 'valueOf'>;

export const REWARD: Column = { name: 'Reward', valueOf: metric('reward/mean') };

/** What an axis that does not count steps is summed up from; `increase` of two rows that follow one another. */
const AXIS_METRICS: Readonly<
  Record<
    Exclude<AxisKind, 'step'>,
    { readonly metric: string; readonly increase: (value: number, before: number) => number }
  >
> = {
  time: { metric: ELAPSED, increase: elapsedSince },
  calls: { metric: CALLS, increase: (value) => value },
};

/**
 * The metrics of a run, step after step, in the form that drawings ask for. Law: only ever longer; a series is made when
 * it is first asked for, grows with the run from then on, and is the same object all the while.
 */
export class RunRows {
  readonly #rows: MetricRow[] = [];
  readonly #names = new Set<string>();
  readonly #growing: ((rows: readonly MetricRow[]) => void)[] = [];
  readonly #columns = new Map<string, MinMaxPyramid>();
  readonly #places = new Map<AxisKind, StepPlaces>();

  /** Oldest first; the same array while it grows. */
  get rows(): readonly MetricRow[] {
    return this.#rows;
  }

  /** Names of all metrics that occur, in the order of their first appearance. */
  get metricNames(): readonly string[] {
    return [...this.#names];
  }

  /** Axes that there are numbers for. */
  get axes(): readonly AxisKind[] {
    const kinds = ['time', 'calls'] as const;
    return ['step', ...kinds.filter((kind) => this.#names.has(AXIS_METRICS[kind].metric))];
  }

  append(rows: readonly MetricRow[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      for (const name of Object.keys(row.values)) this.#names.add(name);
    }
    for (const grow of this.#growing) grow(rows);
  }

  /** One value for each step. Series of one name are the same. */
  column({ name, valueOf }: Column): MinMaxPyramid {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const values = new MinMaxPyramid();
    this.#columns.set(name, values);
    let before: MetricRow['values'] = {};
    this.#follow((rows) => {
      const more = Float64Array.from(rows, (row) => {
        const value = valueOf(row.values, before);
        before = row.values;
        return value;
      });
      values.appendAll(more);
    });
    return values;
  }

  /** Where the steps stand. */
  places(kind: AxisKind): StepPlaces {
    const known = this.#places.get(kind);
    if (known !== undefined) return known;
    const places = new StepPlaces(kind);
    this.#places.set(kind, places);
    if (kind === 'step') this.#follow((rows) => appendSteps(places, rows));
    else {
      const appendRow = summedUp(places, kind);
      this.#follow((rows) => rows.forEach(appendRow));
    }
    return places;
  }

  #follow(grow: (rows: readonly MetricRow[]) => void): void {
    grow(this.#rows);
    this.#growing.push(grow);
  }
}

function appendSteps(places: StepPlaces, rows: readonly MetricRow[]): void {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return;
  // Each step comes once, in order: as many numbers as rows from the first to the last are all of them.
  if (last.step - first.step === rows.length - 1) places.appendSteps(first.step, rows.length);
  else for (const { step } of rows) places.append(step, step + 1);
}

function summedUp(places: StepPlaces, kind: Exclude<AxisKind, 'step'>): (row: MetricRow) => void {
  const { metric: name, increase } = AXIS_METRICS[kind];
  let [total, before] = [0, 0];
  return ({ step, values }) => {
    const value = values[name];
    if (value !== undefined) {
      total += increase(value, before);
      before = value;
    }
    places.append(step, total);
  };
}
