import { withAssignedModels } from '../../config/modelOptions.ts';
import { parseRunConfig } from '../../config/options.ts';
import { evaluationPresets } from '../../config/presets.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { BankController } from '../../contract/bankExchange.ts';
import type { Evaluation, EvaluationInput } from '../../contract/evaluation.ts';
import type { Skill } from '../../contract/skill.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import { controllerOptions, decodeController, refuseOtherOptions } from '../../exchange/bankController.ts';
import { AppError } from '../../shared/errors.ts';
import { bankHash } from '../../skills/skillBank.ts';
import { seedSkills } from '../../skills/seeds.ts';
import { trainedWeights } from '../bankExport.ts';
import { configOf, type StudioParts } from '../openTraining.ts';

/** What an evaluation's input comes to: skills, controller and every option. */
export interface EvaluationPlan {
  readonly config: RunConfig;
  /** Null for a baseline without skills. */
  readonly skills: readonly Skill[] | null;
  readonly bankVersion: number | null;
  readonly weights: NamedArrays | null;
  readonly controllerRunId: string | null;
  /** Where the weights come from a file: what they have to be used with. */
  readonly part: BankController | null;
}

type PartInput = Extract<EvaluationInput['controller'], { part: unknown }>;

/** The run whose options the evaluation takes over; null when there is none. */
function runOf({ workspace }: StudioParts, { subject, controller }: EvaluationInput): string | null {
  if (subject.kind === 'run') return subject.runId;
  if (controller !== null && typeof controller === 'object' && 'runId' in controller) return controller.runId;
  return subject.kind === 'version' ? workspace.bankVersions.require(subject.version).runId : null;
}

function optionsOf(parts: StudioParts, input: EvaluationInput, runId: string | null): RunConfig {
  const { workspace } = parts;
  // A controller is evaluated as it was trained: on the same kind of state, with its K, on its data.
  const own = runId === null ? {} : configOf(workspace.runs.require(runId));
  const given = { ...own, ...input.config };
  const { dataset } = parseRunConfig(given);
  const preset = input.protocol === 'reference' ? evaluationPresets[dataset] : {};
  const asked = parseRunConfig({ ...own, ...preset, ...input.config });
  const { embedderModel, ...models } = withAssignedModels(asked, workspace.settings.get().modelRoles);
  // A controller knows the vectors it was trained with, and no others.
  return { ...models, embedderModel: runId === null ? embedderModel : asked.embedderModel };
}

/**
 * The data a bank was trained on says nothing about it.
 *
 * @throws AppError INVALID_INPUT for the training split of the evaluated run's own data.
 */
export function refuseTrainingData(
  { workspace }: StudioParts,
  input: EvaluationInput,
  { runIds, dataHash }: { readonly runIds: readonly (string | null)[]; readonly dataHash: string },
): void {
  if (input.split !== 'train') return;
  const trained = runIds.find((id) => id !== null && workspace.runs.get(id)?.dataHash === dataHash) ?? null;
  if (trained === null) return;
  throw new AppError(
    'INVALID_INPUT',
    `Run ${trained} was trained on the train split of this file, so that it cannot be evaluated on it; choose validation or test.`,
    { details: { keys: ['split'] } },
  );
}

function skillsOf(
  { workspace }: StudioParts,
  input: EvaluationInput,
  config: RunConfig,
): Pick<EvaluationPlan, 'skills' | 'bankVersion'> {
  const { subject } = input;
  switch (subject.kind) {
    case 'bank':
      return { skills: subject.skills, bankVersion: null };
    case 'seeds':
      return { skills: seedSkills({ skipNoop: config.skipNoop }), bankVersion: null };
    case 'baseline':
      return {
        skills: subject.baseline === 'static-skills' ? seedSkills({ skipNoop: config.skipNoop }) : null,
        bankVersion: null,
      };
    case 'run':
    case 'version': {
      const bank =
        subject.kind === 'run'
          ? currentVersion(workspace, subject.runId)
          : workspace.bankVersions.require(subject.version);
      return { skills: bank.skills, bankVersion: bank.version };
    }
  }
}

/** A bank with a file's controller, under the options it was trained with. */
function planWithPart(
  parts: StudioParts,
  input: EvaluationInput,
  { part, fileName }: PartInput,
): EvaluationPlan {
  const asked = parseRunConfig({ ...controllerOptions(part), ...input.config, selection: 'trained' });
  // How many it selects is asked of a controller each time; a run's may be asked for another number too.
  refuseOtherOptions(part, { ...asked, k: part.k });
  const config = withAssignedModels(asked, parts.workspace.settings.get().modelRoles);
  return {
    config,
    ...skillsOf(parts, input, config),
    weights: decodeController(part, fileName),
    controllerRunId: null,
    part,
  };
}

/** @throws AppError NOT_FOUND for a run or version that is not there; CONFLICT for a run without controller; INVALID_INPUT. */
export function planEvaluation(parts: StudioParts, input: EvaluationInput): EvaluationPlan {
  const { subject, controller } = input;
  if (controller !== null && typeof controller === 'object' && 'part' in controller)
    return planWithPart(parts, input, controller);
  const runId = runOf(parts, input);
  const config = optionsOf(parts, input, runId);
  const { skills, bankVersion } = skillsOf(parts, input, config);
  const untrained = (selection: 'random' | 'similarity', k = config.k): EvaluationPlan => ({
    config: Object.freeze({ ...config, selection, k }),
    skills,
    bankVersion,
    weights: null,
    controllerRunId: null,
    part: null,
  });
  // All of the seeds for every span: there is nothing to select.
  if (subject.kind === 'baseline') return untrained('similarity', Math.max(config.k, skills?.length ?? 0));
  if (typeof controller === 'string') return untrained(controller);
  const controllerRun = controller?.runId ?? (subject.kind === 'run' ? runId : null);
  if (controllerRun === null) return untrained('similarity');
  if (config.selection !== 'trained' && controller === null) return untrained(config.selection);
  return {
    config: Object.freeze({ ...config, selection: 'trained' }),
    skills,
    bankVersion,
    weights: trainedWeights(parts, controllerRun),
    controllerRunId: controllerRun,
    part: null,
  };
}

/** As it is recorded. */
export function bankOf(plan: EvaluationPlan, { workspace }: StudioParts): Evaluation['bank'] {
  const { skills, bankVersion } = plan;
  if (skills === null) return null;
  return {
    hash: bankHash(skills),
    version: bankVersion,
    runId: bankVersion === null ? null : workspace.bankVersions.require(bankVersion).runId,
    skills: structuredClone([...skills]),
  };
}
