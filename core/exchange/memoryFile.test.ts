import { expect, test } from 'vitest';
import type { NewMemory } from '../contract/memoryCalls.ts';
import { memoryFileHeader, memoryLine, parseMemoryFile } from './memoryFile.ts';

const memory: NewMemory = {
  text: 'Ada moved to Graz',
  origin: {
    skill: 'insert',
    bankVersion: 2,
    bankHash: 'b'.repeat(64),
    date: '2024-03-01',
    source: { sha256: 'a'.repeat(64), start: 3, end: 30 },
    author: 'cli',
    atMs: 5,
  },
  createdAtMs: 4,
  history: [],
};
const HEADER = memoryFileHeader('work');
const LINE = memoryLine(memory);
const bytes = (...lines: string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'));
const changed = (over: object): string => JSON.stringify({ ...memory, ...over });

test('what was written is read again', () => {
  expect(parseMemoryFile(bytes(HEADER, LINE, LINE, ''), 'a.jsonl')).toEqual({
    space: 'work',
    memories: [memory, memory],
  });
});

test.each<[string, Uint8Array, string]>([
  ['nothing', bytes(), 'is empty'],
  ['no header', bytes(LINE), 'line 1'],
  ['another format', bytes('{"format":"x","version":1,"space":"a"}'), 'line 1'],
  ['a newer version', bytes(HEADER.replace('"version":1', '"version":2'), LINE), 'newer than 1'],
  ['a hostile name of a space', bytes(HEADER.replace('work', '../work')), 'line 1'],
  ['a cut line', bytes(HEADER, LINE, LINE.slice(0, 60)), 'line 3'],
  ['no text', bytes(HEADER, changed({ text: '' })), 'line 2'],
  ['a text that is too long', bytes(HEADER, changed({ text: 'x'.repeat(8001) })), 'line 2'],
  ['an unknown field', bytes(HEADER, changed({ id: 'm1' })), 'line 2'],
  [
    'a day that is none',
    bytes(HEADER, changed({ origin: { ...memory.origin, date: '2024-02-31' } })),
    'date',
  ],
  ['a key twice', bytes(HEADER, LINE.replace('{', '{"text":"other",')), 'line 2'],
  ['a prototype', bytes(HEADER, LINE.replace('{', '{"__proto__":{},')), 'line 2'],
  ['depth', bytes(HEADER, `${'['.repeat(5000)}${']'.repeat(5000)}`), 'line 2'],
  ['bytes that are no text', new Uint8Array([...bytes(HEADER, ''), 0xff, 0xfe]), 'UTF-8'],
])('refuses %s, naming the place', (_, file, problem) => {
  expect(() => parseMemoryFile(file, 'bad.jsonl')).toThrow(problem);
});
