import { fileURLToPath } from 'node:url';
import { forkModelProcess, type StartModelProcess } from '../models/llama/modelProcessPort.ts';
import { noKeyStore, type KeyStore } from './keyStore.ts';

/** What differs between running from source, from a built application and in Electron. */
export interface Platform {
  readonly engineWorker: URL;
  readonly controllerWorker: URL;
  readonly modelProcess: URL;
  readonly checkpointThread: URL;
  /** How a process for `modelProcess` is started. */
  readonly startModelProcess: StartModelProcess;
  /** Where keys of servers may be kept for good. */
  readonly keyStore: KeyStore;
  /** Absolute path of the bundled sample. */
  readonly sampleFile: string;
  /** Absolute path of the list of recommended models. */
  readonly recommendedModels: string;
}

/** Everything as it lies in the repository; workers run from their TypeScript. */
export const sourcePlatform: Platform = {
  engineWorker: new URL('../engines/engineWorker.ts', import.meta.url),
  controllerWorker: new URL('../controller/worker.ts', import.meta.url),
  modelProcess: new URL('../models/llama/modelProcess.ts', import.meta.url),
  checkpointThread: new URL('../store/checkpointThread.ts', import.meta.url),
  startModelProcess: forkModelProcess,
  keyStore: noKeyStore,
  sampleFile: fileURLToPath(new URL('../../resources/samples/conversations.json', import.meta.url)),
  recommendedModels: fileURLToPath(new URL('../../resources/models.json', import.meta.url)),
};
