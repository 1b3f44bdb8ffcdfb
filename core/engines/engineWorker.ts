import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import type { EnginesSetup } from './engines.ts';
import type { EngineTask, FromWorker, ToWorker, WireError } from './engineTasks.ts';
import { LocalEngines } from './localEngines.ts';

// Entry of an engine worker thread: one LocalEngines, tasks as messages.

const port = required(parentPort, 'parent port of the engine worker');
const running = new Map<number, AbortController>();

function post(message: FromWorker): void {
  port.postMessage(message);
}

function toWire(error: unknown): WireError {
  return {
    code: error instanceof AppError ? error.code : 'INTERNAL',
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  };
}

async function run(engines: LocalEngines, message: Extract<ToWorker, { kind: 'task' }>): Promise<void> {
  const controller = new AbortController();
  running.set(message.id, controller);
  try {
    // The pool's typed methods are the only senders; the task's name fixes the input's type there.
    const method = engines[message.task].bind(engines) as (
      input: unknown,
      signal: AbortSignal,
    ) => ReturnType<LocalEngines[EngineTask]>;
    post({ kind: 'output', id: message.id, output: await method(message.input, controller.signal) });
  } catch (error) {
    post({ kind: 'error', id: message.id, error: toWire(error) });
  } finally {
    running.delete(message.id);
  }
}

try {
  // Sent by the pool, which is typed with the same interface.
  const engines = await LocalEngines.create(workerData as EnginesSetup);
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    else void run(engines, message);
  });
  post({ kind: 'ready', embedderId: engines.embedderId, embedderDimension: engines.embedderDimension });
} catch (error) {
  post({ kind: 'error', id: null, error: toWire(error) });
}
