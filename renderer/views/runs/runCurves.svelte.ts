import type { CallOutput } from '../../../core/contract/calls.ts';
import type { PlotCurve } from '../../charts/curveStyles.ts';
import type { MinMaxPyramid, SeriesValues } from '../../charts/geometry/minMaxPyramid.ts';
import { SmoothedValues } from '../../charts/geometry/smoothedValues.ts';
import type { AxisKind, StepPlaces } from '../../charts/geometry/stepPlaces.ts';
import type { StepReading } from './curveWords.ts';
import { rescoredRewards } from './rescoredRewards.ts';
import type { RunHistory } from './runHistory.svelte.ts';
import { REWARD } from './runRows.ts';

export interface RunCurvesSource {
  readonly history: () => RunHistory;
  /** Of another run; null: none. */
  readonly other: () => RunHistory | null;
  /** Rewards without the questions that are marked as bad; empty while none is. */
  readonly rescored: () => CallOutput<'runs.rescored'>;
  /** Of smoothing, in [0, 1). */
  readonly strength: () => number;
  readonly axis: () => AxisKind;
}

/** Rewards of a run as they are drawn: rescored where questions are bad, smoothed, and beside another run's. */
export class RunCurves {
  readonly #source: RunCurvesSource;
  readonly #recorded = $derived.by(() => this.#source.history().column(REWARD));
  readonly #rescored = $derived.by(() => this.#rescore());
  readonly #average = $derived.by(() => this.#averageOf(this.#rescored ?? this.#recorded));
  readonly #averageBefore = $derived.by(() => this.#averageOf(this.#recorded));
  readonly #averageOther = $derived.by(() => {
    const other = this.#source.other();
    return other === null ? null : this.#averageOf(other.column(REWARD));
  });
  readonly #curves = $derived.by(() => this.#draw());

  constructor(source: RunCurvesSource) {
    this.#source = source;
  }

  /** The first is the one that is read out. Another array when one of them grew. */
  get curves(): readonly PlotCurve[] {
    return this.#curves;
  }

  get places(): StepPlaces {
    return this.#source.history().places(this.#source.axis());
  }

  /** The present rewards: those without bad questions, where there are any. */
  get rewards(): MinMaxPyramid {
    return this.#rescored ?? this.#recorded;
  }

  /** Null: not smoothed. */
  get smooth(): SeriesValues | null {
    return this.#average;
  }

  get isRescored(): boolean {
    return this.#rescored !== null;
  }

  readingAt(at: number): StepReading {
    const row = this.#source.history().rowAt(at);
    return {
      step: row?.step ?? 0,
      stage: row?.stage ?? 0,
      reward: this.rewards.at(at),
      smooth: this.smooth?.at(at) ?? null,
      before: this.isRescored ? this.#recorded.at(at) : null,
    };
  }

  #averageOf(values: MinMaxPyramid): SmoothedValues | null {
    const strength = this.#source.strength();
    return strength === 0 ? null : new SmoothedValues(values, strength);
  }

  /** Null while nothing was rescored. */
  #rescore(): MinMaxPyramid | null {
    const rescored = this.#source.rescored();
    return rescored.length === 0 ? null : rescoredRewards(this.#source.history().rows, rescored);
  }

  #draw(): readonly PlotCurve[] {
    const history = this.#source.history();
    const axis = this.#source.axis();
    const { points } = history.places(axis);
    // Series are the same objects while they grow: their number is what tells.
    if (history.length === 0) return [];
    const main = { places: points, values: this.rewards };
    const smooth = this.smooth;
    const curves: PlotCurve[] = [{ role: smooth === null ? 'only' : 'raw', series: main }];
    if (smooth !== null) curves.push({ role: 'smooth', series: { places: points, values: smooth } });
    if (this.isRescored) {
      const values = this.#averageBefore ?? this.#recorded;
      curves.push({ role: 'ghost', series: { places: points, values } });
    }
    const other = this.#source.other();
    if (other !== null && other.length > 0) {
      const values = this.#averageOther ?? other.column(REWARD);
      curves.push({ role: 'other', series: { places: other.places(axis).points, values } });
    }
    return curves;
  }
}
