import type { MinMaxPyramid } from '../../charts/geometry/minMaxPyramid.ts';
import type { AxisKind, StepPlaces } from '../../charts/geometry/stepPlaces.ts';
import type { MetricRow } from '../../../core/contract/run.ts';
import { RunRows, type Column } from './runRows.ts';

/** The metrics of a run as it trains: whoever reads something of it in an effect is told when it grew. */
export class RunHistory {
  readonly runId: string;
  /** Another wrapping when there are more: that is what an effect hears of. */
  #now = $state.raw({ all: new RunRows() });
  readonly #rows = $derived([...this.#now.all.rows]);

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Finished steps that are known. */
  get length(): number {
    return this.#now.all.rows.length;
  }

  /** Oldest first; another array when it grew. */
  get rows(): readonly MetricRow[] {
    return this.#rows;
  }

  get metricNames(): readonly string[] {
    return this.#now.all.metricNames;
  }

  /** Axes that there are numbers for. */
  get axes(): readonly AxisKind[] {
    return this.#now.all.axes;
  }

  rowAt(position: number): MetricRow | null {
    return this.#now.all.rows[position] ?? null;
  }

  append(rows: readonly MetricRow[]): void {
    const { all } = this.#now;
    all.append(rows);
    this.#now = { all };
  }

  /** One value for each step; the same object while it grows. */
  column(column: Column): MinMaxPyramid {
    return this.#now.all.column(column);
  }

  /** Where the steps stand; the same object while it grows. */
  places(kind: AxisKind): StepPlaces {
    return this.#now.all.places(kind);
  }
}
