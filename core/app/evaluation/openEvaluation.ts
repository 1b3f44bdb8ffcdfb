import { createHash } from 'node:crypto';
import packageJson from '../../../package.json' with { type: 'json' };
import { BASELINE_WORDS, type Evaluation, type EvaluationInput } from '../../contract/evaluation.ts';
import { encodeSafetensors } from '../../controller/safetensorsFile.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import type { TraceOutline } from '../../datasets/trace.ts';
import { refuseOtherEmbedder } from '../../exchange/bankController.ts';
import { sum } from '../../shared/arithmetic.ts';
import type { CheckpointReference } from '../../store/checkpointFiles.ts';
import { evaluate, type BaselineSubject, type SkillsSubject } from '../../training/evaluate.ts';
import { tracesOf } from '../../training/evaluatedTraces.ts';
import { refuseTrainedOn } from '../refuseTrainedOn.ts';
import { openEngines, type OpenedEngines, type StudioParts } from '../openTraining.ts';
import { bankOf, planEvaluation, refuseTrainingData, type EvaluationPlan } from './evaluationPlan.ts';
import { openMemoryShelf } from './memoryShelf.ts';
import { engineRecord, executorKey } from './usedModels.ts';

/** An evaluation with its engines, recorded and ready to be measured. */
export interface OpenedEvaluation {
  readonly evaluation: Evaluation;
  /** Questions to answer; spans are counted when they are read. */
  readonly units: number;
  measure(
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): ReturnType<typeof evaluate>;
  close(): Promise<void>;
}

/** Kept beside evaluations, by content: the run's own checkpoint goes with its next step. */
async function keepWeights(
  { workspace }: StudioParts,
  weights: NamedArrays | null,
): Promise<CheckpointReference | null> {
  if (weights === null) return null;
  const bytes = encodeSafetensors({
    tensors: weights,
    metadata: { format: 'memskill-controller-weights', version: '1' },
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return workspace.checkpoints.write(`controller-${sha256}.safetensors`, bytes);
}

function nextId({ workspace }: StudioParts): string {
  let number = workspace.evaluations.count() + 1;
  while (workspace.evaluations.get(`e${number}`) !== null) number += 1;
  return `e${number}`;
}

function nameOf({ subject, controller }: EvaluationInput, plan: EvaluationPlan): string {
  const selection = plan.config.selection === 'trained' ? '' : `, ${plan.config.selection} selection`;
  switch (subject.kind) {
    case 'baseline':
      return BASELINE_WORDS[subject.baseline];
    case 'run':
      return `${subject.runId}${controller === null ? '' : selection}`;
    case 'seeds':
      return `seeds${selection}`;
    case 'version':
      return `bank v${subject.version}${selection}`;
    case 'bank':
      return `bank of ${subject.skills.length} skills${selection}`;
  }
}

function subjectOf(
  parts: StudioParts,
  about: { evaluation: Evaluation; plan: EvaluationPlan; opened: OpenedEngines },
): SkillsSubject | BaselineSubject {
  const { evaluation, plan, opened } = about;
  const { subject } = evaluation.input;
  if (plan.skills === null && subject.kind === 'baseline' && subject.baseline !== 'static-skills')
    return {
      kind: 'baseline',
      baseline: subject.baseline,
      contextTokens: opened.models?.engineModels.roles.answerer?.contextTokens ?? null,
    };
  const keyParts = {
    applicationVersion: evaluation.applicationVersion,
    skills: plan.skills ?? [],
    config: plan.config,
    controllerHash: evaluation.controller?.weights?.sha256 ?? null,
    executor: executorKey(evaluation.engine),
    embedderId: evaluation.engine.embedderId,
  };
  const { id: evaluationId, input } = evaluation;
  return {
    kind: 'skills',
    skills: plan.skills ?? [],
    weights: plan.weights,
    shelf: openMemoryShelf({
      workspace: parts.workspace,
      evaluationId,
      parts: keyParts,
      isRead: input.usesCache,
    }),
  };
}

async function record(
  parts: StudioParts,
  about: {
    input: EvaluationInput;
    plan: EvaluationPlan;
    opened: OpenedEngines;
    traces: readonly TraceOutline[];
    experimentId: string | null;
  },
): Promise<Evaluation> {
  const { workspace, clock } = parts;
  const { input, plan, opened, traces, experimentId } = about;
  const weights = await keepWeights(parts, plan.weights);
  const id = nextId(parts);
  const nowMs = clock.now();
  const evaluation: Evaluation = {
    id,
    experimentId,
    name: input.name ?? nameOf(input, plan),
    status: 'running',
    message: null,
    // A controller that came with a file is kept as every other, by its weights.
    input: plan.part === null ? input : { ...input, controller: null },
    bank: bankOf(plan, parts),
    controller:
      plan.skills === null
        ? null
        : {
            selection: plan.config.selection,
            runId: plan.controllerRunId,
            weights,
          },
    dataset: {
      name: opened.dataset.name,
      fileHash: opened.dataset.fileHash,
      split: input.split,
      traces: traces.length,
      questions: sum(traces.map((trace) => trace.questions.length)),
    },
    engine: engineRecord(
      workspace,
      { config: plan.config, isJudged: input.isJudged },
      opened.engines.embedderId,
    ),
    config: { ...plan.config },
    applicationVersion: packageJson.version,
    results: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  workspace.evaluations.put(evaluation);
  return evaluation;
}

/** What else is known of an evaluation than what is asked of it. */
export interface EvaluationContext {
  /** The plan, where it is not the workspace that makes it. */
  readonly plan?: EvaluationPlan;
  readonly experimentId?: string;
}

/**
 * Opens data and engines first, then records the evaluation: one that cannot start leaves nothing behind.
 *
 * @throws AppError as `planEvaluation` and `openEngines`; NOT_FOUND for a split without traces; INVALID_INPUT for the data
 *   that the bank was trained on.
 */
export async function openEvaluation(
  parts: StudioParts,
  input: EvaluationInput,
  context: EvaluationContext = {},
): Promise<OpenedEvaluation> {
  const plan = context.plan ?? planEvaluation(parts, input);
  // Episodes say themselves how they select; the controller that trains is not needed.
  const opened = await openEngines({ ...plan.config, designer: 'none', selection: 'similarity' }, parts);
  try {
    const { dataset } = opened;
    if (plan.part !== null) refuseOtherEmbedder(plan.part, opened.engines);
    const traces = tracesOf(dataset, input.split);
    const runIds = [plan.controllerRunId, bankOf(plan, parts)?.runId ?? null];
    refuseTrainingData(parts, input, { runIds, dataHash: dataset.fileHash });
    for (const runId of new Set(runIds))
      await refuseTrainedOn(parts, runId, { dataset, split: input.split, config: plan.config });
    const evaluation = await record(parts, {
      input,
      plan,
      opened,
      traces,
      experimentId: context.experimentId ?? null,
    });
    const subject = subjectOf(parts, { evaluation, plan, opened });
    return {
      evaluation,
      units: evaluation.dataset.questions,
      measure: (onProgress, signal) =>
        evaluate({
          dataset,
          split: input.split,
          config: plan.config,
          engines: opened.engines,
          subject,
          isJudged: input.isJudged,
          clock: parts.clock,
          onProgress,
          signal,
        }),
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
