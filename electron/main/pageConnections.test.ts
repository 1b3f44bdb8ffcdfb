import { EventEmitter } from 'node:events';
import type { IpcMain, WebContents } from 'electron';
import { beforeEach, expect, test } from 'vitest';
import { BRIDGE_CHANNELS } from '../../core/contract/bridge.ts';
import type { Transport } from '../../core/contract/rpc.ts';
import { PageConnections } from './pageConnections.ts';

const { open, message, close } = BRIDGE_CHANNELS;

/** What is used of Electron's `WebContents`. */
class FakeContents extends EventEmitter {
  readonly mainFrame = { origin: 'app://studio', parent: null };
  readonly sent: string[][] = [];
  isGone = false;

  isDestroyed(): boolean {
    return this.isGone;
  }

  send(channel: string, text: string): void {
    if (this.isGone) throw new TypeError('Object has been destroyed');
    this.sent.push([channel, text]);
  }
}

interface Page {
  readonly contents: FakeContents;
  readonly say: (channel: string, text?: unknown, frame?: object | null) => void;
}

let ipcMain: EventEmitter;
let connections: PageConnections;
let opened: Transport[];

beforeEach(() => {
  ipcMain = new EventEmitter();
  opened = [];
  // An emitter is all that is used of it.
  connections = new PageConnections(ipcMain as unknown as IpcMain, (one) => void opened.push(one));
});

function createPage({ isAdmitted = true } = {}): Page {
  const contents = new FakeContents();
  // The class above has what is used.
  if (isAdmitted) connections.admit(contents as unknown as WebContents);
  return {
    contents,
    say: (channel, text = '', frame = contents.mainFrame) =>
      void ipcMain.emit(channel, { sender: contents, senderFrame: frame }, text),
  };
}

/** What a transport hears. */
function record(transport: Transport): string[] {
  const heard: string[] = [];
  transport.onMessage((text) => void heard.push(text));
  transport.onClose(() => void heard.push('(closed)'));
  return heard;
}

function only(): Transport {
  expect(opened).toHaveLength(1);
  return opened[0]!;
}

test('text goes both ways, and what comes before anybody listens is kept', () => {
  const { contents, say } = createPage();
  say(open);
  say(message, 'early');
  const transport = only();
  const heard = record(transport);
  say(message, 'later');
  transport.send('answer');
  expect(heard).toEqual(['early', 'later']);
  expect(contents.sent).toEqual([[message, 'answer']]);
});

test('either side ends it; only the other is told', () => {
  const { contents, say } = createPage();
  say(open);
  const first = record(opened[0]!);
  say(close);
  say(message, 'too late');
  opened[0]!.send('too late');
  expect(first).toEqual(['(closed)']);
  expect(contents.sent).toEqual([]);

  say(open);
  const second = record(opened[1]!);
  opened[1]!.close();
  opened[1]!.close();
  expect(second).toEqual(['(closed)']);
  expect(contents.sent).toEqual([[close, '']]);
});

test('a page that is loaded anew ends its old connection, without a word that the new one would hear', () => {
  const { contents, say } = createPage();
  say(open);
  const first = record(opened[0]!);
  say(open);
  const second = record(opened[1]!);
  say(message, 'hello');
  expect(first).toEqual(['(closed)']);
  expect(second).toEqual(['hello']);
  expect(contents.sent).toEqual([]);
});

test('a page whose process or window is gone is not sent anything', () => {
  for (const event of ['render-process-gone', 'destroyed']) {
    opened = [];
    const { contents, say } = createPage();
    say(open);
    const heard = record(only());
    contents.isGone = true;
    contents.emit(event);
    only().send('nobody there');
    only().close();
    expect(heard).toEqual(['(closed)']);
  }
});

test('messages to contents that are destroyed before they say so are dropped', () => {
  const { contents, say } = createPage();
  say(open);
  contents.isGone = true;
  only().send('nobody there');
  expect(contents.sent).toEqual([]);
});

test('windows have a connection each', () => {
  const [one, two] = [createPage(), createPage()];
  one.say(open);
  two.say(open);
  const [first, second] = opened.map(record);
  two.say(message, 'of two');
  expect([first, second]).toEqual([[], ['of two']]);
});

test('nobody else is listened to: other windows, other frames, other origins, what is no text', () => {
  createPage({ isAdmitted: false }).say(open);
  const { contents, say } = createPage();
  say(open, '', { origin: 'app://studio', parent: contents.mainFrame });
  say(open, '', null);
  contents.mainFrame.origin = 'https://example.org';
  say(open);
  contents.mainFrame.origin = 'app://studio.example.org';
  say(open);
  expect(opened).toEqual([]);

  contents.mainFrame.origin = 'app://studio';
  say(open);
  const heard = record(only());
  say(message, { kind: 'request' });
  say(message, 'of a frame within', { origin: 'app://studio', parent: contents.mainFrame });
  expect(heard).toEqual([]);
});
