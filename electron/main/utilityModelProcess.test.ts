import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { ToModelProcess } from '../../core/models/llama/modelProtocol.ts';
import { utilityModelProcess, type UtilityChild } from './utilityModelProcess.ts';

const ENTRY = new URL('file:///app/out/main/modelProcess.js');
const QUESTION: ToModelProcess = { kind: 'countTokens', id: 1, input: 'one' };

class FakeChild extends EventEmitter implements UtilityChild {
  pid: number | undefined = undefined;
  readonly stderr = new PassThrough();
  readonly posted: ToModelProcess[] = [];
  killRequests = 0;

  postMessage(message: ToModelProcess): void {
    this.posted.push(message);
  }

  kill(): boolean {
    this.killRequests += 1;
    return true;
  }
}

function start() {
  const child = new FakeChild();
  const forked: unknown[] = [];
  const killed: number[] = [];
  const processes = {
    fork: (...given: unknown[]) => {
      forked.push(given);
      return child;
    },
  };
  const port = utilityModelProcess(processes, (pid) => void killed.push(pid))(ENTRY);
  return { child, forked, killed, port };
}

test('the built entry is forked with its stderr kept, and messages pass both ways', () => {
  const { child, forked, port } = start();
  expect(forked).toEqual([
    [
      '/app/out/main/modelProcess.js',
      [],
      { stdio: ['ignore', 'ignore', 'pipe'], serviceName: 'MemSkill Studio model' },
    ],
  ]);
  const received: unknown[] = [];
  port.onMessage((message) => received.push(message));
  port.post(QUESTION);
  child.emit('message', { kind: 'output', id: 1, output: 1 });
  expect(child.posted).toEqual([QUESTION]);
  expect(received).toEqual([{ kind: 'output', id: 1, output: 1 }]);
});

test('its end is told with what it last wrote, and nothing is sent to it any more', () => {
  const { child, port } = start();
  const ends: unknown[] = [];
  port.onExit((exit) => ends.push(exit));
  child.stderr.emit('data', Buffer.from('GGML_ASSERT failed'));
  child.emit('exit', 6);
  port.post(QUESTION);
  expect(ends).toEqual([{ stderr: 'GGML_ASSERT failed' }]);
  expect(child.posted).toEqual([]);
});

test('a process that runs is killed at once; one that is being started is asked to end', () => {
  const { child, killed, port } = start();
  port.kill();
  expect([child.killRequests, killed]).toEqual([1, []]);
  child.pid = 4711;
  expect(port.pid).toBe(4711);
  port.kill();
  expect([child.killRequests, killed]).toEqual([1, [4711]]);
  child.pid = undefined;
  child.emit('exit', 9);
  port.kill();
  expect([child.killRequests, killed]).toEqual([1, [4711]]);
});
