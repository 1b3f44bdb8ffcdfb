import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { forkModelProcess, type StartModelProcess } from '../../core/models/llama/modelProcessPort.ts';
import type { Platform } from '../../core/app/platform.ts';

/**
 * Where everything lies once it is built: workers beside the main bundle, samples two folders up, both in the project
 * and in the packaged archive (Electron reads archives in worker threads too, and finds in `app.asar.unpacked` what was
 * kept out of them).
 *
 * @param mainFolder Absolute path of the folder of the main bundle.
 * @param startModelProcess A child of this process where nothing else is said: Electron as a plain Node is not started.
 */
export function builtPlatform(
  mainFolder: string,
  startModelProcess: StartModelProcess = forkModelProcess,
): Platform {
  return {
    engineWorker: pathToFileURL(join(mainFolder, 'engineWorker.js')),
    controllerWorker: pathToFileURL(join(mainFolder, 'controllerWorker.js')),
    modelProcess: pathToFileURL(join(mainFolder, 'modelProcess.js')),
    startModelProcess,
    sampleFile: join(mainFolder, '..', '..', 'resources', 'samples', 'conversations.json'),
    recommendedModels: join(mainFolder, '..', '..', 'resources', 'models.json'),
  };
}
