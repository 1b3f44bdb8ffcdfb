import { SvelteMap } from 'svelte/reactivity';
import type { EvaluationProgress, EvaluationSummary } from '../../../core/contract/evaluation.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { usualBase } from './evaluationWords.ts';

/** What the view is about: an evaluation (and one of its questions), or an experiment. */
export interface OpenedMeasurement {
  readonly kind: 'evaluation' | 'experiment';
  readonly id: string;
  readonly questionId: string | null;
}

/** `e3`, `e3/conv-26_3` or `x1`. */
export function parseOpened(id: string | null): OpenedMeasurement | null {
  if (id === null) return null;
  const [measured = '', ...rest] = id.split('/');
  const questionId = rest.join('/');
  return {
    kind: measured.startsWith('x') ? 'experiment' : 'evaluation',
    id: measured,
    questionId: questionId === '' ? null : questionId,
  };
}

/** The evaluations and experiments of a workspace, and what each one is compared with. */
export class EvaluationDesk {
  readonly evaluations;
  readonly experiments;
  readonly #studio: Studio;
  /** What a person chose to compare with; null: with nothing. */
  readonly #bases = new SvelteMap<string, string | null>();

  constructor(studio: Studio) {
    this.#studio = studio;
    this.evaluations = new Query(studio, {
      domains: ['evaluations'],
      load: (signal) => studio.call('evaluation.list', {}, { signal }),
    });
    this.experiments = new Query(studio, {
      domains: ['evaluations'],
      load: (signal) => studio.call('experiment.list', {}, { signal }),
    });
  }

  /** Newest first. */
  get all(): readonly EvaluationSummary[] {
    return this.evaluations.value ?? [];
  }

  get opened(): OpenedMeasurement | null {
    const { id } = this.#studio.route;
    const first = this.all[0]?.id ?? this.experiments.value?.[0]?.id ?? null;
    return parseOpened(id ?? first);
  }

  progressOf(evaluationId: string): EvaluationProgress | null {
    return this.#studio.evaluations.find((one) => one.evaluationId === evaluationId) ?? null;
  }

  baseOf(evaluation: EvaluationSummary): string | null {
    const chosen = this.#bases.get(evaluation.id);
    // One that was deleted since is none.
    if (chosen !== undefined && (chosen === null || this.all.some(({ id }) => id === chosen))) return chosen;
    return usualBase(this.all, evaluation);
  }

  compare(evaluationId: string, baseId: string | null): void {
    this.#bases.set(evaluationId, baseId);
  }
}
