import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { App, Dialog, MessageBoxOptions } from 'electron';
import { expect, test } from 'vitest';
import { recoverCrashedPages } from './crashRecovery.ts';

function setUp() {
  const app = new EventEmitter();
  const shown: string[] = [];
  let nowMs = 1_000_000;
  recoverCrashedPages({
    // An emitter, and a function of options only, are all that is used of them.
    app: app as unknown as App,
    dialog: {
      showMessageBox: async ({ message }: MessageBoxOptions) => void shown.push(message),
    } as unknown as Dialog,
    clock: { now: () => nowMs },
  });
  let reloads = 0;
  const contents = { isDestroyed: () => false, reload: () => void (reloads += 1) };
  const crash = async (reason = 'crashed', afterMs = 0): Promise<[number, string[]]> => {
    nowMs += afterMs;
    app.emit('render-process-gone', {}, contents, { reason });
    await setImmediate();
    return [reloads, shown];
  };
  return { crash };
}

test('a page whose process is gone is loaded again and a person told; not twice within a minute', async () => {
  const { crash } = setUp();
  expect(await crash('clean-exit')).toEqual([0, []]);
  expect(await crash()).toEqual([1, ['The window stopped working.']]);
  expect(await crash('oom', 59_999)).toEqual([
    1,
    ['The window stopped working.', 'The window stopped working again.'],
  ]);
  expect((await crash('crashed', 60_000))[0]).toBe(2);
});
