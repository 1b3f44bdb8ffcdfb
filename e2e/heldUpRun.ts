import { serverRecord } from '../core/app/models/fixtures/scriptedServer.ts';
import { ModelTroubles } from '../core/app/models/modelTrouble.ts';
import { sourcePlatform } from '../core/app/platform.ts';
import { Studio } from '../core/app/studio.ts';
import type { TestServer } from '../core/models/server/fixtures/testServer.ts';
import { systemClock } from '../core/shared/clock.ts';
import { Workspace } from '../core/store/workspace.ts';

/** Tokens: too few for some spans and for most evidence, which the run notes. */
const CONTEXT_TOKENS = 2600;
/** Above what a step costs, below what the run does. */
const CAP = 130;
const CONFIG = {
  ...{ engine: 'llm', outerEpochs: 2, innerEpochs: 2, batchSize: 2, seed: 7 },
  ...{ modelContext: CONTEXT_TOKENS, modelSequences: 8, maxCalls: CAP },
};

/** The executor of new runs is a model of the server. */
export async function assignServer(workspace: string, server: TestServer): Promise<void> {
  const prepared = await Workspace.open(workspace, { clock: systemClock });
  prepared.models.put(serverRecord(server));
  prepared.settings.set({ ...prepared.settings.get(), modelRoles: { executor: 'server:chat' } });
  await prepared.close();
}

/** A run whose model is a server's: paused by its cap, with notes of what did not fit and a restart of its model. */
export async function prepareHeldUpRun(workspace: string, server: TestServer): Promise<void> {
  await assignServer(workspace, server);
  const studio = await Studio.open(workspace, { platform: sourcePlatform, clock: systemClock });
  const client = studio.connect();
  const { id: runId } = await client.call('runs.start', { config: CONFIG, name: null, isContinue: false });
  await client.call('runs.wait', { runId });
  await studio.close();

  const after = await Workspace.open(workspace, { clock: systemClock });
  const troubles = new ModelTroubles({ workspace: after, clock: systemClock });
  troubles.attach(runId);
  troubles.note('server:chat', { kind: 'restarting', message: '', gpuLayers: 'auto', cause: 'crash' });
  await after.close();
}
