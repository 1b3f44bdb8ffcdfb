import type { ExperimentInput } from '../../contract/experiment.ts';
import type { Run } from '../../contract/run.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { required } from '../../shared/assertions.ts';
import { AppError } from '../../shared/errors.ts';
import type { Workspace } from '../../store/workspace.ts';
import { SIMULATED_REVIEWER } from './simulatedReviewer.ts';

type Stored = Pick<Workspace, 'runs' | 'proposals' | 'decisions'>;

/** Options in which recorded runs, and what they are compared with, may differ. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['seed', 'review']);

function budgetOf({ config }: Run): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !OWN_OPTIONS.has(name)));
}

/** @throws AppError INVALID_INPUT for a run that is not over, or in which no person decided. */
function requireRecorded(workspace: Stored, runId: string): Run {
  const run = workspace.runs.require(runId);
  if (run.status !== 'finished')
    throw new AppError(
      'INVALID_INPUT',
      `Run ${runId} is ${run.status}; only a finished one can be compared.`,
    );
  const deciders = workspace.proposals
    .list({ where: { runId } })
    .flatMap(({ id }) => workspace.decisions.list({ where: { proposalId: id } }))
    .map(({ source, reviewer }) =>
      source === 'auto' || source === 'guarded' || reviewer === SIMULATED_REVIEWER ? 'machine' : 'person',
    );
  if (!deciders.includes('person'))
    throw new AppError('INVALID_INPUT', `No person decided on anything in run ${runId}.`);
  return run;
}

/**
 * The experiment with the settings and seeds of the runs whose decisions it compares, which have the same budget then.
 *
 * @throws AppError NOT_FOUND, or INVALID_INPUT where a run has no recorded decisions or they differ in more than the seed.
 */
export function withRecordedRuns(workspace: Stored, input: ExperimentInput): ExperimentInput {
  if (input.recipe.name !== 'review' || input.recipe.runs.length === 0) return input;
  const runs = input.recipe.runs.map((runId) => requireRecorded(workspace, runId));
  const config = budgetOf(required(runs[0], 'recorded run'));
  const other = runs.find((run) => contentHash(budgetOf(run)) !== contentHash(config));
  if (other !== undefined)
    throw new AppError(
      'INVALID_INPUT',
      `Run ${other.id} has other settings than ${String(runs[0]?.id)}; only their seeds may differ.`,
    );
  const seeds = runs.map((run) => Number(run.config['seed']));
  if (new Set(seeds).size < seeds.length)
    throw new AppError('INVALID_INPUT', 'Two of the runs have the same seed; name one of each.');
  return { ...input, config, seeds };
}

/** The recorded run of a seed; null where the experiment has none. */
export function recordedRun(workspace: Stored, { recipe }: ExperimentInput, seed: number): string | null {
  if (recipe.name !== 'review') return null;
  return recipe.runs.find((runId) => workspace.runs.get(runId)?.config['seed'] === seed) ?? null;
}
