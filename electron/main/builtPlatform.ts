import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { forkModelProcess, type StartModelProcess } from '../../core/models/llama/modelProcessPort.ts';
import { noKeyStore, type KeyStore } from '../../core/app/keyStore.ts';
import type { Platform } from '../../core/app/platform.ts';

/**
 * Where everything lies once it is built: workers beside the main bundle, samples two folders up, both in the project
 * and in the packaged archive (Electron reads archives in worker threads too, and finds in `app.asar.unpacked` what was
 * kept out of them).
 *
 * @param mainFolder Absolute path of the folder of the main bundle.
 * @param own What Electron has of its own; else models run in a child of this process, and no keys are kept.
 */
export function builtPlatform(
  mainFolder: string,
  own: { readonly startModelProcess?: StartModelProcess; readonly keyStore?: KeyStore } = {},
): Platform {
  return {
    engineWorker: pathToFileURL(join(mainFolder, 'engineWorker.js')),
    controllerWorker: pathToFileURL(join(mainFolder, 'controllerWorker.js')),
    modelProcess: pathToFileURL(join(mainFolder, 'modelProcess.js')),
    checkpointThread: pathToFileURL(join(mainFolder, 'checkpointThread.js')),
    startModelProcess: own.startModelProcess ?? forkModelProcess,
    keyStore: own.keyStore ?? noKeyStore,
    sampleFile: join(mainFolder, '..', '..', 'resources', 'samples', 'conversations.json'),
    recommendedModels: join(mainFolder, '..', '..', 'resources', 'models.json'),
  };
}
