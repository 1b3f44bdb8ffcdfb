import { devicesSchema, type DevicesView } from '../../contract/model.ts';
import { ModelConnection, ModelProcessEnded } from '../../models/llama/modelConnection.ts';
import { AppError } from '../../shared/errors.ts';
import type { Platform } from '../platform.ts';

type ModelPlatform = Pick<Platform, 'modelProcess' | 'startModelProcess'>;

async function ask(
  platform: ModelPlatform,
  gpu: 'auto' | false,
  signal: AbortSignal | undefined,
): Promise<DevicesView> {
  const connection = new ModelConnection(platform.startModelProcess(platform.modelProcess));
  try {
    return devicesSchema.parse(await connection.request({ kind: 'devices', input: { gpu } }, signal));
  } finally {
    await connection.end();
  }
}

/**
 * What llama.cpp finds on this machine, asked in a process that ends with the answer: a driver that is broken ends it
 * sooner, and then there is the processor.
 *
 * @throws AppError UNAVAILABLE when llama.cpp does not start at all; CANCELLED.
 */
export async function askDevices(platform: ModelPlatform, signal?: AbortSignal): Promise<DevicesView> {
  try {
    return await ask(platform, 'auto', signal);
  } catch (error) {
    if (!(error instanceof ModelProcessEnded)) throw error;
  }
  try {
    return await ask(platform, false, signal);
  } catch (error) {
    if (!(error instanceof ModelProcessEnded)) throw error;
    throw new AppError(
      'UNAVAILABLE',
      `llama.cpp does not start on this machine, because ${error.message}; install the application again, or use the model of a server.`,
      { cause: error, details: { reason: 'llama' } },
    );
  }
}
