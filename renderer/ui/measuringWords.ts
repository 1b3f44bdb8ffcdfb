import type { EvaluationProgress } from '../../core/contract/evaluation.ts';
import type { ExperimentProgress } from '../../core/contract/experiment.ts';
import { counted, percent } from './format.ts';

/** What is being measured, for the status line; null: nothing. An experiment's evaluations are its own business. */
export function measuringWords(
  evaluations: readonly EvaluationProgress[],
  experiments: readonly ExperimentProgress[],
): string | null {
  const [experiment] = experiments;
  if (experiment !== undefined) return `Experiment: ${experiment.done} of ${experiment.total} cells`;
  const [first] = evaluations;
  if (first === undefined) return null;
  const share = first.total === 0 ? '' : `, ${percent(first.done / first.total)}`;
  return evaluations.length === 1
    ? `Evaluating${share}`
    : `${counted(evaluations.length, 'evaluation')}, the first at ${percent(first.done / Math.max(1, first.total))}`;
}
