import { parentPort } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import { chooseBackend } from './backend.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { ControllerTrainer } from './trainer.ts';
import type {
  WorkerCallName,
  WorkerCalls,
  WorkerFailure,
  WorkerRequest,
  WorkerResponse,
} from './workerProtocol.ts';

/** Entry of the PPO worker thread: one trainer, one request at a time, so that an update never blocks the shell. */
const port = required(parentPort, 'the port of a worker thread');

let trainer: ControllerTrainer | null = null;
const cancellations = new Map<number, AbortController>();
let queue: Promise<void> = Promise.resolve();

type Output = WorkerCalls[WorkerCallName]['output'];

port.on('message', (request: WorkerRequest) => {
  if (request.call === 'cancel') {
    cancellations.get(request.id)?.abort();
    return;
  }
  const cancellation = new AbortController();
  cancellations.set(request.id, cancellation);
  queue = queue.then(async () => {
    const response = await answer(request, cancellation.signal);
    cancellations.delete(request.id);
    // A checkpoint changes hands instead of being copied.
    const output = 'output' in response ? response.output : null;
    port.postMessage(response, output instanceof Uint8Array ? [output.buffer] : []);
  });
});

async function answer(
  request: Exclude<WorkerRequest, { call: 'cancel' }>,
  signal: AbortSignal,
): Promise<WorkerResponse> {
  try {
    return { id: request.id, output: await perform(request, signal) };
  } catch (error) {
    return { id: request.id, error: failureOf(error) };
  }
}

async function perform(
  request: Exclude<WorkerRequest, { call: 'cancel' }>,
  signal: AbortSignal,
): Promise<Output> {
  switch (request.call) {
    case 'init': {
      const { start, backend } = request.input;
      const chosen = await chooseBackend(backend ?? undefined);
      trainer = 'weights' in start ? ControllerTrainer.fromState(start) : ControllerTrainer.create(start);
      return chosen;
    }
    case 'update':
      return started().update(request.input.buffer, request.input.options, signal);
    case 'weights':
      return started().weights();
    case 'exportState':
      return started().exportState();
    case 'importState':
      started().importState(request.input);
      return null;
    case 'exportCheckpoint':
      return encodeCheckpoint(started().exportState());
    case 'importCheckpoint':
      started().importState(decodeCheckpoint(request.input.bytes, request.input.source));
      return null;
  }
}

function started(): ControllerTrainer {
  if (trainer === null) throw new AppError('CONFLICT', 'The controller is not initialised; call init first.');
  return trainer;
}

function failureOf(error: unknown): WorkerFailure {
  return {
    code: error instanceof AppError ? error.code : 'INTERNAL',
    message: messageOf(error),
    details: error instanceof AppError ? error.details : undefined,
    stack: error instanceof Error ? error.stack : undefined,
  };
}
