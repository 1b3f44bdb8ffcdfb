import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForInterrupt } from './interrupt.ts';

function listening() {
  const process = new EventEmitter();
  const clock = { ms: 0, now: () => clock.ms };
  const heard: string[] = [];
  const interrupt = listenForInterrupt({
    // What is used of it is an event emitter's.
    process: process as unknown as NodeJS.Process,
    clock,
    onFirst: () => heard.push('first'),
    onSecond: () => heard.push('second'),
  });
  return { process, clock, heard, interrupt };
}

test('the first Ctrl-C aborts the signal, a later one ends the process', () => {
  const { process, clock, heard, interrupt } = listening();
  expect(interrupt.signal.aborted).toBe(false);
  process.emit('SIGINT');
  expect(interrupt.signal.aborted).toBe(true);
  expect(heard).toEqual(['first']);
  clock.ms = 501;
  process.emit('SIGINT');
  expect(heard).toEqual(['first', 'second']);
});

test('the same keystroke, told by the terminal and by npm, counts once', () => {
  const { process, clock, heard } = listening();
  process.emit('SIGINT');
  clock.ms = 500;
  process.emit('SIGINT');
  process.emit('SIGINT');
  expect(heard).toEqual(['first']);
});

test('nothing is left behind', () => {
  const { process, interrupt } = listening();
  interrupt.stopListening();
  expect(process.listenerCount('SIGINT')).toBe(0);
});
