import { expect, test } from 'vitest';
import { DeviceTurns } from './deviceTurns.ts';

/** Models that note what happens to them; each request ends when it is told to. */
function setUp(turns: string[][], lingerMs = 0) {
  const log: string[] = [];
  const device = new DeviceTurns(turns, { lingerMs });
  for (const id of turns.flat())
    device.admit(id, async () => {
      log.push(`unload ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`unloaded ${id}`);
    });
  const ask = (id: string, gate: Promise<unknown> = Promise.resolve(), signal?: AbortSignal): Promise<void> =>
    device.use(
      id,
      async () => {
        log.push(`${id} begins`);
        await gate;
        log.push(`${id} ends`);
      },
      signal,
    );
  return { device, log, ask };
}

test('a model is unloaded before another takes its turn, and never while it works', async () => {
  const { device, log, ask } = setUp([
    ['a', 'shared'],
    ['b', 'shared'],
  ]);
  const gate = Promise.withResolvers<undefined>();
  const a = ask('a', gate.promise);
  const b = ask('b');
  await ask('shared');
  expect(log).toEqual(['a begins', 'shared begins', 'shared ends']);
  gate.resolve(undefined);
  await Promise.all([a, b]);
  await ask('shared');
  expect(log.slice(3)).toEqual([
    ...['a ends', 'unload a', 'unloaded a', 'b begins', 'b ends'],
    ...['shared begins', 'shared ends'],
  ]);
  await ask('a');
  expect(device.counts).toEqual({ loads: 4, unloads: 2 });
});

test('a turn goes on while its requests follow one another closely', async () => {
  const { device, log, ask } = setUp([['a'], ['b']], 40);
  await ask('a');
  const b = ask('b');
  await ask('a');
  await ask('a');
  await b;
  expect(log.filter((line) => line.endsWith('begins'))).toEqual([
    ...['a begins', 'a begins', 'a begins'],
    'b begins',
  ]);
  expect(device.counts).toEqual({ loads: 2, unloads: 1 });
});

test('who waits may give up, and a request that fails ends its turn like any other', async () => {
  const { ask, device } = setUp([['a'], ['b']]);
  const gate = Promise.withResolvers<undefined>();
  const a = ask('a', gate.promise);
  const controller = new AbortController();
  const b = ask('b', undefined, controller.signal);
  controller.abort();
  await expect(b).rejects.toMatchObject({ code: 'CANCELLED' });
  gate.reject(new Error('no'));
  await expect(a).rejects.toThrow('no');
  await ask('b');
  await expect(ask('b', undefined, controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(device.counts).toEqual({ loads: 2, unloads: 1 });
});

test('a model of no turn is asked at once', async () => {
  const { ask, device } = setUp([['a'], ['b']]);
  const gate = Promise.withResolvers<undefined>();
  const a = ask('a', gate.promise);
  await ask('elsewhere');
  gate.resolve(undefined);
  await a;
  expect(device.counts).toEqual({ loads: 1, unloads: 0 });
});

test('a model that cannot be unloaded fails who waits for its place', async () => {
  const device = new DeviceTurns([['a'], ['b']], { lingerMs: 0 });
  device.admit('a', () => Promise.reject(new Error('stuck')));
  await device.use('a', async () => undefined);
  await expect(device.use('b', async () => undefined)).rejects.toThrow('stuck');
});
