import type { MessagePort } from 'node:worker_threads';
import type { Engines } from './engines.ts';
import type { EngineTask, FromWorker, ToWorker } from './engineTasks.ts';
import { toWire } from './wireError.ts';

/** The worker's side of an `EnginePool`: does tasks that come as messages until the thread ends. */
export function serveEngines(port: MessagePort, open: () => Engines): void {
  const running = new Map<number, AbortController>();
  const post = (message: FromWorker): void => port.postMessage(message);

  const run = async (engines: Engines, message: Extract<ToWorker, { kind: 'task' }>): Promise<void> => {
    const controller = new AbortController();
    running.set(message.id, controller);
    try {
      // The pool's typed methods are the only senders; the task's name fixes the input's type there.
      const method = engines[message.task].bind(engines) as (
        input: unknown,
        signal: AbortSignal,
      ) => ReturnType<Engines[EngineTask]>;
      post({ kind: 'output', id: message.id, output: await method(message.input, controller.signal) });
    } catch (error) {
      post({ kind: 'error', id: message.id, error: toWire(error) });
    } finally {
      running.delete(message.id);
    }
  };

  try {
    const engines = open();
    port.on('message', (message: ToWorker) => {
      if (message.kind === 'cancel') running.get(message.id)?.abort();
      else void run(engines, message);
    });
    post({ kind: 'ready', embedderId: engines.embedderId, embedderDimension: engines.embedderDimension });
  } catch (error) {
    post({ kind: 'error', id: null, error: toWire(error) });
  }
}
