import { SvelteMap } from 'svelte/reactivity';
import type { EvaluationProgress, EvaluationSummary } from '../../../core/contract/evaluation.ts';
import type { Experiment } from '../../../core/contract/experiment.ts';
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
  /** Those that somebody asked for by themselves. */
  readonly evaluations;
  readonly experiments;
  /** Those of the experiment that the opened one belongs to; none for one that was asked for by itself. */
  readonly siblings;
  readonly #studio: Studio;
  /** What a person chose to compare with; null: with nothing. */
  readonly #bases = new SvelteMap<string, string | null>();

  constructor(studio: Studio) {
    this.#studio = studio;
    this.evaluations = new Query(studio, {
      domains: ['evaluations'],
      load: (signal) => studio.call('evaluation.list', { scope: 'alone' }, { signal }),
    });
    this.experiments = new Query(studio, {
      domains: ['evaluations'],
      load: (signal) => studio.call('experiment.list', {}, { signal }),
    });
    this.siblings = new Query(studio, {
      domains: ['evaluations'],
      load: (signal) => {
        const experimentId = this.experimentOfOpened?.id ?? null;
        return experimentId === null
          ? null
          : studio.call('evaluation.list', { scope: { experimentId } }, { signal });
      },
    });
  }

  /** Newest first. */
  get all(): readonly EvaluationSummary[] {
    return this.evaluations.value ?? [];
  }

  get opened(): OpenedMeasurement | null {
    const { id } = this.#studio.route;
    const [evaluation] = this.all;
    const experiment = this.experiments.value?.[0];
    const isNewer = (experiment?.createdAtMs ?? 0) > (evaluation?.createdAtMs ?? 0);
    const latest = isNewer ? experiment?.id : evaluation?.id;
    return parseOpened(id ?? latest ?? null);
  }

  /** The experiment among whose cells the opened evaluation is. */
  get experimentOfOpened(): Experiment | null {
    const id = this.opened?.id;
    const isOf = ({ cells }: Experiment): boolean => cells.some(({ evaluationId }) => evaluationId === id);
    return id === undefined ? null : (this.experiments.value?.find(isOf) ?? null);
  }

  /** What is shown in detail; null while it is not known, and for an experiment. */
  get shown(): EvaluationSummary | null {
    const id = this.opened?.id;
    return [...this.all, ...(this.siblings.value ?? [])].find((one) => one.id === id) ?? null;
  }

  /** Among which something to compare with is looked for: an experiment's are compared with each other. */
  othersOf({ experimentId }: Pick<EvaluationSummary, 'experimentId'>): readonly EvaluationSummary[] {
    return experimentId === null ? this.all : (this.siblings.value ?? []);
  }

  progressOf(evaluationId: string): EvaluationProgress | null {
    return this.#studio.evaluations.find((one) => one.evaluationId === evaluationId) ?? null;
  }

  baseOf(evaluation: EvaluationSummary): string | null {
    const others = this.othersOf(evaluation);
    const chosen = this.#bases.get(evaluation.id);
    // One that was deleted since is none.
    if (chosen !== undefined && (chosen === null || others.some(({ id }) => id === chosen))) return chosen;
    return usualBase(others, evaluation);
  }

  compare(evaluationId: string, baseId: string | null): void {
    this.#bases.set(evaluationId, baseId);
  }
}
