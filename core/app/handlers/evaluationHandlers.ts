import { withAssignedModels } from '../../config/modelOptions.ts';
import { parseRunConfig } from '../../config/options.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { CallInput } from '../../contract/calls.ts';
import type { Skill } from '../../contract/skill.ts';
import { decodeCheckpoint } from '../../controller/checkpoint.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import { AppError } from '../../shared/errors.ts';
import { seedSkills } from '../../skills/seeds.ts';
import { evaluate } from '../../training/evaluate.ts';
import { parseRunState } from '../../training/runState.ts';
import { takeInBank } from '../../training/takeInBank.ts';
import type { HandlersOf } from '../handlers.ts';
import { configOf, openEngines, type StudioParts } from '../openTraining.ts';

type EvaluationInput = CallInput<'evaluation.run'>;

/**
 * The controller that belongs to the bank of a run: a bank that went back brings its own.
 *
 * @throws AppError CONFLICT when the run never trained one.
 */
function weightsOf({ workspace }: StudioParts, runId: string): NamedArrays {
  const state = parseRunState(runId, workspace.runState.get(runId));
  const { checkpoint } = takeInBank(workspace, runId, state);
  if (checkpoint === null) {
    throw new AppError(
      'CONFLICT',
      `Run ${runId} has no trained controller yet; train it, or use --controller similarity.`,
    );
  }
  return decodeCheckpoint(workspace.checkpoints.read(checkpoint), checkpoint.name).weights;
}

interface Subject {
  readonly config: RunConfig;
  readonly skills: readonly Skill[];
  readonly weights: NamedArrays | null;
}

function subjectOf(parts: StudioParts, { subject, controller, config }: EvaluationInput): Subject {
  const { workspace } = parts;
  const runId = subject.kind === 'run' ? subject.runId : null;
  const controllerRun = (typeof controller === 'object' ? controller?.runId : null) ?? runId;
  // A controller is evaluated as it was trained: on the same kind of state, with its K, on its data.
  const optionsOf = runId ?? controllerRun;
  const own = optionsOf === null ? {} : configOf(workspace.runs.require(optionsOf));
  const asked = parseRunConfig({ ...own, ...config });
  const { embedderModel, ...models } = withAssignedModels(asked, workspace.settings.get().modelRoles);
  // A controller knows the vectors it was trained with, and no others.
  const merged = { ...models, embedderModel: optionsOf === null ? embedderModel : asked.embedderModel };
  const skills =
    subject.kind === 'bank'
      ? subject.skills
      : runId === null
        ? seedSkills({ skipNoop: merged.skipNoop })
        : currentVersion(workspace, runId).skills;
  if (typeof controller === 'string')
    return { config: { ...merged, selection: controller }, skills, weights: null };
  if (controllerRun === null)
    return { config: { ...merged, selection: 'similarity' }, skills, weights: null };
  if (merged.selection !== 'trained' && controller === null) return { config: merged, skills, weights: null };
  return { config: { ...merged, selection: 'trained' }, skills, weights: weightsOf(parts, controllerRun) };
}

export function createEvaluationHandlers(
  parts: StudioParts,
  onProgress: (done: number, total: number) => void,
): HandlersOf<'evaluation'> {
  return {
    'evaluation.run': async (input, { signal }) => {
      const { config, skills, weights } = subjectOf(parts, input);
      const opened = await openEngines({ ...config, designer: 'none' }, parts);
      try {
        return await evaluate({
          dataset: opened.dataset,
          split: input.split,
          config,
          engines: opened.engines,
          skills,
          weights,
          hasQuestions: input.hasQuestions,
          clock: parts.clock,
          onProgress,
          signal,
        });
      } finally {
        await opened.close();
      }
    },
  };
}
