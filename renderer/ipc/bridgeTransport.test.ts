import { expect, test } from 'vitest';
import type { Bridge } from '../../core/contract/bridge.ts';
import { createBridgeConnector } from './bridgeTransport.ts';

class RecordingBridge implements Bridge {
  opened = 0;
  closed = 0;
  readonly sent: string[] = [];
  receive: (text: string) => void = () => undefined;
  end: () => void = () => undefined;

  open(): void {
    this.opened += 1;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  onMessage(listener: (text: string) => void): void {
    this.receive = listener;
  }

  onClose(listener: () => void): void {
    this.end = listener;
  }

  close(): void {
    this.closed += 1;
  }

  onCommand(): void {
    // Commands are no part of a connection.
  }
}

test('messages before the listener are kept, in order', () => {
  const bridge = new RecordingBridge();
  const transport = createBridgeConnector(bridge)();
  bridge.receive('a');
  bridge.receive('b');
  const heard: string[] = [];
  transport.onMessage((text) => heard.push(text));
  bridge.receive('c');
  expect(heard).toEqual(['a', 'b', 'c']);
});

test('an end from the other side is told once, also to those who ask late', () => {
  const bridge = new RecordingBridge();
  const transport = createBridgeConnector(bridge)();
  let ends = 0;
  transport.onClose(() => (ends += 1));
  bridge.end();
  bridge.end();
  transport.onClose(() => (ends += 1));
  transport.send('too late');
  expect(ends).toBe(2);
  expect(bridge.sent).toEqual([]);
  expect(bridge.closed).toBe(0);
});

test('a new connection ends the one before and alone hears what comes', () => {
  const bridge = new RecordingBridge();
  const connect = createBridgeConnector(bridge);
  const first = connect();
  const heard: string[] = [];
  let firstEnded = false;
  first.onMessage((text) => heard.push(`first ${text}`));
  first.onClose(() => (firstEnded = true));
  const second = connect();
  second.onMessage((text) => heard.push(`second ${text}`));
  bridge.receive('x');
  first.send('from the first');
  second.send('from the second');
  expect(firstEnded).toBe(true);
  expect(heard).toEqual(['second x']);
  expect(bridge.sent).toEqual(['from the second']);
  expect(bridge.opened).toBe(2);
  second.close();
  expect(bridge.closed).toBe(1);
});
