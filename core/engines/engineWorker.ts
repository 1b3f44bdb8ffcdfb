import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import type { WorkerSetup } from './enginePool.ts';
import { serveEngines } from './engineService.ts';
import { openLocalEngines } from './openLocalEngines.ts';
import { connectModels } from './remoteModels.ts';

// Entry of an engine worker thread. The setup comes from the pool, which is typed with it.
serveEngines(required(parentPort, 'parent port of the engine worker'), () => {
  const { models, ...setup } = workerData as WorkerSetup;
  return openLocalEngines(setup, models === null ? null : connectModels(models));
});
