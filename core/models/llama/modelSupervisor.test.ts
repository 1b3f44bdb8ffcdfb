import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { LOADED, scriptedProcesses, type ScriptedProcess } from './fixtures/scriptedProcess.ts';
import type { ModelFailure, ModelOptions, ToModelProcess } from './modelProtocol.ts';
import { ModelSupervisor, type ModelChange } from './modelSupervisor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const MODEL: ModelOptions = {
  path: '/models/a.gguf',
  purpose: 'chat',
  contextTokens: 512,
  sequences: 2,
  gpu: 'auto',
  gpuLayers: 'auto',
  threads: 1,
  kvCache: 'f16',
};

type Script = (message: ToModelProcess, process: ScriptedProcess) => void;

function failed(failure: Partial<ModelFailure>): Script {
  return ({ id }, process) =>
    process.send({
      kind: 'failure',
      id,
      failure: { code: 'UNAVAILABLE', message: 'it failed', details: null, blame: 'model', ...failure },
    });
}

const works: Script = (message, process) => {
  const output =
    message.kind === 'load'
      ? { ...LOADED, gpuLayers: message.input.gpuLayers === 'auto' ? 36 : message.input.gpuLayers }
      : 7;
  if (message.kind !== 'cancel') process.send({ kind: 'output', id: message.id, output });
};

/** Loads, and does `script` to everything else. */
function loadsThen(script: Script): Script {
  return (message, process) => (message.kind === 'load' ? works(message, process) : script(message, process));
}

const crashes: Script = (_message, process) => process.exit('GGML_ASSERT(false) failed');
const isSilent: Script = () => undefined;

async function supervised(...scripts: Script[]): Promise<{
  supervisor: ModelSupervisor;
  started: ScriptedProcess[];
  changes: ModelChange[];
  count: (signal?: AbortSignal) => Promise<number>;
}> {
  const { start, started } = scriptedProcesses(...scripts);
  const changes: ModelChange[] = [];
  const supervisor = await ModelSupervisor.start({
    startProcess: start,
    entry: new URL('file:///entry.js'),
    model: MODEL,
    layers: 36,
    onChange: (change) => changes.push(change),
  });
  const count = (signal?: AbortSignal): Promise<number> =>
    supervisor.request({ call: { kind: 'countTokens', input: 'a' }, output: z.number(), signal });
  return { supervisor, started, changes, count };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error('no AppError', { cause: outcome });
}

test('a crash starts another process and asks again', async () => {
  const { count, started, changes } = await supervised(loadsThen(crashes), loadsThen(crashes), works);
  expect(await count()).toBe(7);
  expect(started.length).toBe(3);
  expect(started[2]?.received.map((message) => message.kind)).toEqual(['load', 'countTokens']);
  expect(changes.filter((change) => change.kind === 'restarting').map((change) => change.message)).toEqual([
    'The model process is started again, because the model process ended unexpectedly (GGML_ASSERT(false) failed).',
    'The model process is started again, because the model process ended unexpectedly (GGML_ASSERT(false) failed).',
  ]);
  expect(changes.some((change) => change.kind === 'fewer-layers')).toBe(false);
});

test('three failures in a row end the request, and the next one begins anew', async () => {
  const { count, started } = await supervised(
    loadsThen(crashes),
    loadsThen(crashes),
    loadsThen(crashes),
    loadsThen(crashes),
    works,
  );
  const error = await failure(count());
  expect(error.code).toBe('UNAVAILABLE');
  expect(error.details).toEqual({ reason: 'model-failed', cause: 'crash' });
  expect(error.message).toContain('failed 3 times in a row');
  expect(error.message).toContain('choose another model');
  expect(started.length).toBe(3);
  expect(await count()).toBe(7);
});

test('the success of another request begins the count anew', async () => {
  // A request fails three times, and each time another one was answered before.
  const answersOthers: Script = (message, process) => {
    if (message.kind !== 'countTokens') return;
    if (message.input === 'other') works(message, process);
    else setTimeout(() => process.exit(''), 100);
  };
  const { supervisor, started } = await supervised(
    ...Array.from({ length: 3 }, () => loadsThen(answersOthers)),
    works,
  );
  const ask = (input: string): Promise<number> =>
    supervisor.request({ call: { kind: 'countTokens', input }, output: z.number() });
  const failing = ask('failing');
  for (let process = 0; process < 3; process += 1) {
    expect(await ask('other')).toBe(7);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(await failing).toBe(7);
  expect(started.length).toBe(4);
});

test('a process that ends while nobody asks is told of, and started again when somebody does', async () => {
  const { count, started, changes } = await supervised(works);
  started[0]?.exit('');
  await vi.advanceTimersByTimeAsync(0);
  expect(changes.at(-1)).toMatchObject({ kind: 'restarting', cause: 'crash' });
  expect(started.length).toBe(1);
  expect(await count()).toBe(7);
  expect(changes.filter((change) => change.kind === 'restarting').length).toBe(1);
});

test('a model that does not fit keeps half its layers, then none, and stays there', async () => {
  const noMemory = failed({ blame: 'out-of-memory', message: 'cudaMalloc failed' });
  const { started, changes, count } = await supervised(noMemory, noMemory, works);
  const layers = started.map(({ received }) =>
    received.map((one) => (one.kind === 'load' ? one.input.gpuLayers : null)),
  );
  expect(layers).toEqual([['auto'], [18], [0]]);
  expect(changes.map(({ kind, gpuLayers }) => [kind, gpuLayers])).toEqual([
    ['fewer-layers', 18],
    ['fewer-layers', 0],
    ['loaded', 0],
  ]);
  started[2]?.exit('');
  expect(await count()).toBe(7);
  expect(started[3]?.received[0]).toMatchObject({ kind: 'load', input: { gpuLayers: 0 } });
});

test('running out of memory while working takes layers away once, however many requests were at work', async () => {
  const { count, changes, started } = await supervised(
    loadsThen((message, process) => {
      if (message.kind === 'countTokens' && process.received.length === 4)
        process.exit('CUDA error: out of memory');
    }),
    works,
  );
  expect(await Promise.all([count(), count(), count()])).toEqual([7, 7, 7]);
  expect(started.length).toBe(2);
  expect(changes.map((change) => change.kind)).toEqual(['loaded', 'fewer-layers', 'loaded']);
  expect(changes[1]).toMatchObject({ gpuLayers: 18 });
});

test('a model that cannot be loaded fails with what llama.cpp said, and leaves no process', async () => {
  const { start, started } = scriptedProcesses(failed({ blame: 'load', message: 'unknown architecture' }));
  const error = await failure(
    ModelSupervisor.start({
      startProcess: start,
      entry: new URL('file:///entry.js'),
      model: { ...MODEL, gpu: false, gpuLayers: 0 },
      layers: null,
    }),
  );
  expect(error.details).toEqual({ reason: 'model-failed', cause: 'load' });
  expect(error.message).toContain('unknown architecture');
  expect(started.map((process) => process.isKilled)).toEqual([true, true, true]);
});

test('a process that is silent, or that answers and gets nowhere, is replaced', async () => {
  const { count, started, changes } = await supervised(
    loadsThen(isSilent),
    loadsThen((_message, process) => {
      setInterval(() => process.send({ kind: 'alive', progress: 5 }), 1000);
    }),
    works,
  );
  const counted = count();
  await vi.advanceTimersByTimeAsync(89_000);
  expect(started.length).toBe(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(started.length).toBe(2);
  await vi.advanceTimersByTimeAsync(298_000);
  expect(started.length).toBe(2);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await counted).toBe(7);
  expect(changes.filter((change) => change.kind === 'restarting').length).toBe(2);
});

test('a process that gets on is left alone for as long as it takes', async () => {
  let progress = 0;
  const { count, started } = await supervised(
    loadsThen((message, process) => {
      setInterval(() => process.send({ kind: 'alive', progress: (progress += 1) }), 1000);
      setTimeout(() => works(message, process), 3_600_000);
    }),
  );
  const counted = count();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(await counted).toBe(7);
  expect(started.length).toBe(1);
});

test('a refused request is not asked again', async () => {
  const { count, started } = await supervised(
    loadsThen(
      failed({ blame: 'request', code: 'INVALID_INPUT', message: 'too long', details: { reason: 'x' } }),
    ),
  );
  expect(await failure(count())).toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'x' } });
  expect(started.length).toBe(1);
});

test('a signal ends the request here and there, and what comes late is dropped', async () => {
  const { count, started } = await supervised(loadsThen(isSilent));
  const controller = new AbortController();
  const counted = failure(count(controller.signal));
  await vi.advanceTimersByTimeAsync(0);
  controller.abort();
  expect((await counted).code).toBe('CANCELLED');
  expect(started[0]?.received.at(-1)).toEqual({ kind: 'cancel', id: 2 });
  started[0]?.send({ kind: 'output', id: 2, output: 9 });
  expect((await failure(count(AbortSignal.abort()))).code).toBe('CANCELLED');
});

test('text that was passed on is not repeated when a request is', async () => {
  const sends =
    (...pieces: string[]): Script =>
    ({ id }, process) => {
      for (const text of pieces) process.send({ kind: 'text', id, text });
    };
  const { supervisor } = await supervised(
    loadsThen((message, process) => {
      sends('one ', 'two ')(message, process);
      process.exit('');
    }),
    loadsThen((message, process) => {
      sends('one two th', 'ree')(message, process);
      works(message, process);
    }),
  );
  const pieces: string[] = [];
  await supervisor.request({
    call: { kind: 'countTokens', input: 'a' },
    output: z.number(),
    onText: (text) => pieces.push(text),
  });
  expect(pieces).toEqual(['one ', 'two ', 'th', 'ree']);
});

test('unloading frees the process, and the next request loads again', async () => {
  const { supervisor, count, started } = await supervised(works);
  await supervisor.unload();
  expect(started[0]?.isKilled).toBe(true);
  expect(started.length).toBe(1);
  expect(await count()).toBe(7);
  expect(started.length).toBe(2);
});

test('disposing ends the process and every request', async () => {
  const { supervisor, count, started } = await supervised(loadsThen(isSilent));
  const counted = failure(count());
  await vi.advanceTimersByTimeAsync(0);
  await supervisor.dispose();
  expect((await counted).code).toBe('CANCELLED');
  expect((await failure(count())).code).toBe('CANCELLED');
  expect(started.map((process) => process.isKilled)).toEqual([true]);
});
