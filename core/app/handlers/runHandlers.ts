import type { Run } from '../../contract/run.ts';
import { changesOf, currentVersion } from '../../evolution/bankHistory.ts';
import { AppError } from '../../shared/errors.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import { rescoredRun } from '../badCases.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';
import { runEvents, type RunHistory } from '../runEvents.ts';
import { Outlooks } from '../outlooks.ts';
import { createRun } from '../startRun.ts';

function historyOf({ workspace }: StudioParts, run: Run): RunHistory {
  const proposals = workspace.proposals.list({ where: { runId: run.id } });
  return {
    run,
    journal: workspace.events.list({ runId: run.id }),
    versions: workspace.bankVersions
      .list({ where: { runId: run.id } })
      .map((version) => ({ version, changes: changesOf(workspace, version) })),
    proposals,
    decisions: workspace.decisions.list({ where: { proposalId: proposals.map(({ id }) => id) } }),
    modelNames: new Map(workspace.models.list().map(({ id, name }) => [id, name])),
  };
}

export function createRunHandlers(parts: StudioParts, active: ActiveRuns): HandlersOf<'runs'> {
  const { workspace, clock } = parts;
  const outlooks = new Outlooks(parts);
  // Decisions, imports and rollbacks make versions while the run's own record rests.
  const withCurrentBank = (run: Run): Run => ({
    ...run,
    bankVersion: currentVersion(workspace, run.id).version,
  });
  return {
    'runs.forecast': ({ config }, { signal }) => outlooks.forecast(config, signal),
    'runs.outlook': async ({ runId }, { signal }) =>
      active.progress(runId)?.outlook ?? outlooks.resting(runId, signal),
    'runs.start': async ({ config, name, isContinue }) => {
      const { run, opened } = await createRun(parts, { config, name });
      active.start(run, opened, isContinue);
      return run;
    },
    'runs.resume': ({ runId, isContinue, caps }) => active.resume(runId, { isContinue, caps }),
    'runs.pause': ({ runId }) => active.pause(runId),
    'runs.cancel': async ({ runId }) => {
      const run = await active.pause(runId);
      if (run.status === 'finished') {
        throw new AppError('CONFLICT', `Run ${runId} is finished already; there is nothing to cancel.`);
      }
      workspace.runs.put({ ...run, status: 'cancelled', updatedAtMs: clock.now() });
      return workspace.runs.require(runId);
    },
    'runs.wait': ({ runId }, { signal }) => active.wait(runId, signal),
    'runs.list': async () => workspace.runs.list().map(withCurrentBank),
    'runs.get': async ({ runId }) => withCurrentBank(workspace.runs.require(runId)),
    'runs.progress': async ({ runId }) => active.progress(workspace.runs.require(runId).id),
    'runs.metrics': async ({ runId, fromStep }) =>
      workspace.metrics.list(workspace.runs.require(runId).id, fromStep),
    'runs.rescored': async ({ runId }) => rescoredRun(workspace, workspace.runs.require(runId).id),
    'runs.events': async ({ runId }) =>
      runEvents(historyOf(parts, withCurrentBank(workspace.runs.require(runId)))),
  };
}
