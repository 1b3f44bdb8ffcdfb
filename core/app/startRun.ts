import { withAssignedModels } from '../config/modelOptions.ts';
import { parseRunConfig } from '../config/options.ts';
import type { RunConfig } from '../config/schema.ts';
import type { Run } from '../contract/run.ts';
import { startLine } from '../evolution/bankHistory.ts';
import { AppError } from '../shared/errors.ts';
import { seedSkills } from '../skills/seeds.ts';
import { INITIAL_RUN_STATE } from '../training/runState.ts';
import { modelWarnings } from './models/modelWarnings.ts';
import { openEngines, type OpenedEngines, type StudioParts } from './openTraining.ts';

function nextRunId({ workspace }: Pick<StudioParts, 'workspace'>, config: RunConfig): string {
  let number = workspace.runs.count() + 1;
  while (workspace.runs.get(`${config.dataset}-${number}`) !== null) number += 1;
  return `${config.dataset}-${number}`;
}

/**
 * Opens data and engines first, then records the run with its first bank version: a run that cannot start leaves
 * nothing behind.
 */
export async function createRun(
  parts: StudioParts,
  given: { readonly config: Readonly<Record<string, unknown>>; readonly name: string | null },
): Promise<{ readonly run: Run; readonly opened: OpenedEngines }> {
  const { modelRoles } = parts.workspace.settings.get();
  const config = withAssignedModels(parseRunConfig(given.config), modelRoles);
  const opened = await openEngines(config, parts);
  try {
    if (opened.dataset.splits.train.length === 0) {
      throw new AppError('INVALID_INPUT', `The data set ${opened.dataset.name} has no traces to train on.`);
    }
    return { run: recordRun(parts, { config, name: given.name, dataHash: opened.dataset.fileHash }), opened };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Records a run with its first bank version. */
export function recordRun(
  parts: Pick<StudioParts, 'workspace' | 'clock'>,
  made: { readonly config: RunConfig; readonly name: string | null; readonly dataHash: string },
): Run {
  const { workspace, clock } = parts;
  const { config } = made;
  return workspace.transaction(() => {
    const id = nextRunId(parts, config);
    const nowMs = clock.now();
    const run: Run = {
      id,
      name: made.name ?? id,
      status: 'paused',
      config: { ...config },
      dataHash: made.dataHash,
      stage: 0,
      step: 0,
      bankVersion: 0,
      stages: [],
      message: null,
      warnings: modelWarnings(workspace, config),
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    workspace.runs.put(run);
    const from =
      config.startBank === 'seeds'
        ? { seeds: seedSkills({ skipNoop: config.skipNoop }) }
        : { version: workspace.bankVersions.latest()?.version ?? 0 };
    const line = startLine(workspace, { runId: id, from, clock });
    const started = { ...run, bankVersion: line.version };
    workspace.runs.put(started);
    workspace.runState.put(id, INITIAL_RUN_STATE);
    workspace.events.append({ type: 'run.started', runId: id, ids: { bankVersion: line.version } });
    return started;
  });
}
