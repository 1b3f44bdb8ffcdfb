import { withAssignedModels } from '../../config/modelOptions.ts';
import { parseRunConfig } from '../../config/options.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { BankController } from '../../contract/bankExchange.ts';
import type { CallInput } from '../../contract/calls.ts';
import type { Skill } from '../../contract/skill.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import {
  controllerOptions,
  decodeController,
  refuseOtherEmbedder,
  refuseOtherOptions,
} from '../../exchange/bankController.ts';
import { seedSkills } from '../../skills/seeds.ts';
import { evaluate } from '../../training/evaluate.ts';
import { trainedWeights } from '../bankExport.ts';
import type { HandlersOf } from '../handlers.ts';
import { configOf, openEngines, type StudioParts } from '../openTraining.ts';

type EvaluationInput = CallInput<'evaluation.run'>;

interface Subject {
  readonly config: RunConfig;
  readonly skills: readonly Skill[];
  readonly weights: NamedArrays | null;
  /** Where the weights come from a file: what they have to be used with. */
  readonly part: BankController | null;
}

type PartInput = Extract<EvaluationInput['controller'], { part: unknown }>;

/** A file's bank with the file's controller, under the options it was trained with. */
function subjectOfFile(
  { workspace }: StudioParts,
  skills: readonly Skill[],
  {
    controller: { part, fileName },
    config,
  }: { readonly controller: PartInput; readonly config: EvaluationInput['config'] },
): Subject {
  const asked = parseRunConfig({ ...controllerOptions(part), ...config, selection: 'trained' });
  refuseOtherOptions(part, asked);
  const weights = decodeController(part, fileName);
  return { config: withAssignedModels(asked, workspace.settings.get().modelRoles), skills, weights, part };
}

function subjectOf(parts: StudioParts, { subject, controller, config }: EvaluationInput): Subject {
  const { workspace } = parts;
  if (controller !== null && typeof controller === 'object' && 'part' in controller) {
    const skills = subject.kind === 'bank' ? subject.skills : seedSkills({ skipNoop: false });
    return subjectOfFile(parts, skills, { controller, config });
  }
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
    return { config: { ...merged, selection: controller }, skills, weights: null, part: null };
  if (controllerRun === null)
    return { config: { ...merged, selection: 'similarity' }, skills, weights: null, part: null };
  if (merged.selection !== 'trained' && controller === null)
    return { config: merged, skills, weights: null, part: null };
  return {
    config: { ...merged, selection: 'trained' },
    skills,
    weights: trainedWeights(parts, controllerRun),
    part: null,
  };
}

export function createEvaluationHandlers(
  parts: StudioParts,
  onProgress: (done: number, total: number) => void,
): HandlersOf<'evaluation'> {
  return {
    'evaluation.run': async (input, { signal }) => {
      const { config, skills, weights, part } = subjectOf(parts, input);
      const opened = await openEngines({ ...config, designer: 'none' }, parts);
      try {
        if (part !== null) refuseOtherEmbedder(part, opened.engines);
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
