import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OrderlyQuit } from './orderlyQuit.ts';

interface PreventableEvent {
  readonly preventDefault: () => void;
  isPrevented: boolean;
}

function createEvent(): PreventableEvent {
  const event: PreventableEvent = {
    isPrevented: false,
    preventDefault: () => void (event.isPrevented = true),
  };
  return event;
}

/** Leaves unless somebody prevents it, as Electron does. */
class FakeApp extends EventEmitter {
  hasLeft = false;

  quit(): void {
    const event = createEvent();
    this.emit('before-quit', event);
    if (!event.isPrevented) this.hasLeft = true;
  }
}

function setUp() {
  const app = new FakeApp();
  const closing = Promise.withResolvers<undefined>();
  const told: string[] = [];
  const quit = new OrderlyQuit({
    // Of its overloads, only the one for this event is used.
    app: app as unknown as ConstructorParameters<typeof OrderlyQuit>[0]['app'],
    close: () => {
      told.push('close');
      return closing.promise;
    },
    onClosing: () => void told.push('closing'),
    onLongWait: (signal) => {
      told.push('long wait');
      signal.addEventListener('abort', () => void told.push('over'));
    },
    onFailure: (error) => void told.push(String(error)),
  });
  const closeWindow = (isLast: boolean): boolean => {
    const event = createEvent();
    quit.holdWindow(event, isLast);
    return !event.isPrevented;
  };
  return { app, closing, told, closeWindow };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it leaves once everything is closed, and closes once however often it is asked', async () => {
  const { app, closing, told } = setUp();
  app.quit();
  app.quit();
  expect([app.hasLeft, told]).toEqual([false, ['closing', 'close']]);
  closing.resolve(undefined);
  await settle();
  expect([app.hasLeft, told]).toEqual([true, ['closing', 'close']]);
});

test('however long that takes it is waited for, and said', async () => {
  const { app, closing, told } = setUp();
  app.quit();
  await vi.advanceTimersByTimeAsync(14_999);
  expect(told).toEqual(['closing', 'close']);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([app.hasLeft, told]).toEqual([false, ['closing', 'close', 'long wait']]);
  closing.resolve(undefined);
  await settle();
  expect([app.hasLeft, told.at(-1)]).toEqual([true, 'over']);
});

test('the last window asks to leave and stays until then', async () => {
  const { app, closing, told, closeWindow } = setUp();
  expect(closeWindow(true)).toBe(false);
  expect(told).toEqual(['closing', 'close']);
  expect(closeWindow(true)).toBe(false);
  closing.resolve(undefined);
  await settle();
  expect(app.hasLeft).toBe(true);
  expect(closeWindow(true)).toBe(true);
});

test('one of several windows goes as it likes, but not while it all ends', () => {
  const { app, closeWindow } = setUp();
  expect(closeWindow(false)).toBe(true);
  app.quit();
  expect(closeWindow(false)).toBe(false);
});

test('what could not be closed is told, and nothing is waited for any more', async () => {
  const { app, closing, told, closeWindow } = setUp();
  app.quit();
  closing.reject(new Error('the disk is full'));
  await settle();
  expect(told).toEqual(['closing', 'close', 'Error: the disk is full']);
  app.quit();
  expect([app.hasLeft, closeWindow(true)]).toEqual([true, true]);
});
