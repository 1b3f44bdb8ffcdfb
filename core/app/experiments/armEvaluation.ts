import { DEFAULT_EVALUATION, type EvaluationInput } from '../../contract/evaluation.ts';
import type { ExperimentArm, ExperimentInput } from '../../contract/experiment.ts';
import { required } from '../../shared/assertions.ts';

type Asked = Pick<EvaluationInput, 'subject' | 'controller' | 'config'>;

/** A bank file's own controller, where it brings one. */
function bankAsked(input: ExperimentInput, at: number): Pick<Asked, 'subject' | 'controller'> {
  const banks = input.recipe.name === 'transfer' ? input.recipe.banks : [];
  const { label, skills, controller } = required(banks[at], `bank ${at} of the experiment`);
  return {
    subject: { kind: 'bank', skills },
    controller: controller === null ? 'similarity' : { part: controller, fileName: label },
  };
}

function askedOf(
  input: ExperimentInput,
  arm: ExperimentArm,
  about: { seed: number; runId: string | null },
): Asked {
  const { evaluation, tested } = arm;
  const { seed, runId } = about;
  const controller = evaluation.controller === 'own' ? null : evaluation.controller;
  if (runId !== null) return { subject: { kind: 'run', runId }, controller, config: evaluation.config };
  const config = { ...evaluation.config, seed };
  if (tested?.kind === 'run') return { subject: tested, controller, config };
  if (tested?.kind === 'bank') return { ...bankAsked(input, tested.at), config };
  const baseline = required(evaluation.baseline, 'what an arm without training evaluates');
  return { subject: { kind: 'baseline', baseline }, controller, config: { ...input.config, ...config } };
}

/** What a cell's evaluation is asked. A baseline has the settings of the experiment. */
export function evaluationOf(
  input: ExperimentInput,
  arm: ExperimentArm,
  about: { seed: number; runId: string | null; name: string },
): EvaluationInput {
  const { split, isJudged } = input;
  return { ...DEFAULT_EVALUATION, ...askedOf(input, arm, about), split, isJudged, name: about.name };
}
