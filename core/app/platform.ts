import { fileURLToPath } from 'node:url';

/** What differs between running from source and from a built application: where the entries of workers are. */
export interface Platform {
  readonly engineWorker: URL;
  readonly controllerWorker: URL;
  /** Absolute path of the bundled sample. */
  readonly sampleFile: string;
}

/** Everything as it lies in the repository; workers run from their TypeScript. */
export const sourcePlatform: Platform = {
  engineWorker: new URL('../engines/engineWorker.ts', import.meta.url),
  controllerWorker: new URL('../controller/worker.ts', import.meta.url),
  sampleFile: fileURLToPath(new URL('../../resources/samples/conversations.json', import.meta.url)),
};
