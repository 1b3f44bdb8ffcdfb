import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import type { EnginesSetup } from './engines.ts';
import { serveEngines } from './engineService.ts';
import { openLocalEngines } from './openLocalEngines.ts';

// Entry of an engine worker thread. The setup comes from the pool, which is typed with it.
serveEngines(required(parentPort, 'parent port of the engine worker'), () =>
  openLocalEngines(workerData as EnginesSetup),
);
