import { EventEmitter } from 'node:events';
import type { App, Session } from 'electron';
import { expect, test } from 'vitest';
import { denyPermissions, guardPages } from './security.ts';

test('no page goes anywhere, is sent anywhere, holds another or opens one', () => {
  const app = new EventEmitter();
  // An emitter is all that is used of it.
  guardPages(app as unknown as App);
  let openHandler: (() => unknown) | null = null;
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (handler: () => unknown) => void (openHandler = handler),
  });
  app.emit('web-contents-created', {}, contents);
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    let isPrevented = false;
    contents.emit(name, { preventDefault: () => (isPrevented = true) });
    expect([name, isPrevented]).toEqual([name, true]);
  }
  expect(openHandler!()).toEqual({ action: 'deny' });
});

test('every permission and device is refused', () => {
  const answers: unknown[] = [];
  const session = {
    setPermissionRequestHandler: (handler: (...args: unknown[]) => void) =>
      handler(null, 'media', (answer: boolean) => void answers.push(answer)),
    setPermissionCheckHandler: (handler: () => boolean) => void answers.push(handler()),
    setDevicePermissionHandler: (handler: () => boolean) => void answers.push(handler()),
  };
  // These three are all that is used of it.
  denyPermissions(session as unknown as Session);
  expect(answers).toEqual([false, false, false]);
});
