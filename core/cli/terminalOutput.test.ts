import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminalOutput, formatDuration } from './terminalOutput.ts';

class Recorder extends PassThrough {
  isTTY: boolean;
  columns: number;
  readonly written: string[] = [];

  constructor({ isTTY = false, columns = 80 } = {}) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
    this.on('data', (chunk: Buffer) => this.written.push(chunk.toString()));
  }

  get text(): string {
    return this.written.join('');
  }
}

function terminal(options: { isJson?: boolean; isTTY?: boolean; columns?: number } = {}) {
  const stdout = new Recorder();
  const stderr = new Recorder(options);
  const clock = { ms: 1000, now: () => clock.ms };
  const output = createTerminalOutput({ isJson: options.isJson ?? false, stdout, stderr, clock });
  return { output, stdout, stderr, clock };
}

test('a report goes to stdout, the JSON document does not', () => {
  const { output, stdout, stderr } = terminal();
  output.line('one');
  output.line();
  output.json({ a: 1 });
  expect(stdout.text).toBe('one\n\n');
  expect(stderr.text).toBe('');
});

test('a warning is one line on stderr, in place of the progress', () => {
  const { output, stdout, stderr } = terminal({ isTTY: true, isJson: true });
  output.progress({ done: 1, total: 4, label: 'asking' });
  output.warn('something is amiss.');
  expect(stdout.text).toBe('');
  expect(stderr.written.slice(1)).toEqual(['\r\u001b[K', 'memskill: something is amiss.\n']);
});

test('with --json: the document and nothing else', () => {
  const { output, stdout } = terminal({ isJson: true });
  output.line('one');
  output.json({ a: ['ü', null] });
  expect(stdout.text.endsWith('\n')).toBe(true);
  expect(JSON.parse(stdout.text)).toEqual({ a: ['ü', null] });
});

test('there is no progress bar unless stderr is a terminal', () => {
  const { output, stdout, stderr } = terminal({ isTTY: false });
  output.progress({ done: 1, total: 2, label: 'x' });
  output.clear();
  expect(stdout.text + stderr.text).toBe('');
});

test('the bar shows the share done, the time left and the label', () => {
  const { output, stderr } = terminal({ isTTY: true });
  output.progress({ done: 30, total: 120, etaMs: 95_000, label: 'stage 1/3 designing' });
  expect(stderr.text).toBe(
    '\r\u001b[K[######..................] 30/120 1 min 35 s left  stage 1/3 designing',
  );
});

test('without an estimate none is shown; where none is given it follows from the share', () => {
  const { output, stderr, clock } = terminal({ isTTY: true });
  output.progress({ done: 0, total: 4, etaMs: null, label: 'a' });
  clock.ms += 3000;
  output.progress({ done: 1, total: 4, label: 'b' });
  expect(stderr.written[0]).toBe('\r\u001b[K[........................] 0/4  a');
  expect(stderr.written[1]).toBe('\r\u001b[K[######..................] 1/4 9 s left  b');
});

test('it is redrawn at most ten times a second, but its end always shows', () => {
  const { output, stderr, clock } = terminal({ isTTY: true });
  for (let done = 0; done < 50; done += 1) {
    output.progress({ done, total: 50, label: '' });
    clock.ms += 10;
  }
  expect(stderr.written.length).toBe(5);
  output.progress({ done: 50, total: 50, label: 'end' });
  expect(stderr.written.at(-1)).toContain('50/50');
});

test('it never wraps into a second line, which could not be drawn over', () => {
  const { output, stderr } = terminal({ isTTY: true, columns: 40 });
  output.progress({ done: 1, total: 2, label: 'x'.repeat(100) });
  expect(stderr.text.replace('\r\u001b[K', '').length).toBe(39);
});

test('a line of the report wipes the bar first, once', () => {
  const { output, stderr } = terminal({ isTTY: true });
  output.progress({ done: 1, total: 2, label: '' });
  output.line('report');
  output.line('more');
  output.clear();
  expect(stderr.written.filter((text) => text === '\r\u001b[K').length).toBe(1);
});

test('nothing to do is done', () => {
  const { output, stderr } = terminal({ isTTY: true });
  output.progress({ done: 0, total: 0, label: 'x' });
  expect(stderr.text).toContain('[########################] 0/0');
});

test.each([
  [0, '0 s'],
  [7400, '7 s'],
  [59_499, '59 s'],
  [59_500, '1 min 00 s'],
  [185_000, '3 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [3_725_000, '1 h 02 min'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
