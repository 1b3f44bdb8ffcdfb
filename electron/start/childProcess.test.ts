import { expect, test } from 'vitest';
import { runChild } from './childProcess.ts';

const run = (script: string, options: { timeoutMs?: number; environment?: NodeJS.ProcessEnv } = {}) =>
  runChild({ command: process.execPath, args: ['-e', script], output: 'collect', ...options });

test('status and output of a program, in its own environment', async () => {
  const script = 'console.log(process.env.WHO); console.error("no"); process.exitCode = 3';
  const { status, signal, output } = await run(script, { environment: { WHO: 'me' } });
  expect([status, signal, output.split('\n').toSorted()]).toEqual([3, null, ['', 'me', 'no']]);
});

test('of much output the end is kept', async () => {
  const { output } = await run('process.stdout.write("a".repeat(1e6) + "the end")');
  expect(output).toHaveLength(20_000);
  expect(output.endsWith('athe end')).toBe(true);
});

test('a program that takes too long is killed, whatever it does about it', async () => {
  const script = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
  expect(await run(script, { timeoutMs: 300 })).toMatchObject({ status: null, signal: 'SIGKILL' });
});

test('being told to end is passed on, and nothing is listened to afterwards', async () => {
  const before = process.listenerCount('SIGTERM');
  const ended = run(
    'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); process.send',
  );
  const timer = setInterval(() => process.emit('SIGTERM'), 200);
  const { status, signal } = await ended;
  clearInterval(timer);
  // A signal that comes before the program listens ends it as well.
  expect([7, null]).toContain(status);
  expect([null, 'SIGTERM']).toContain(signal);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

test('a program that is not there is an error', async () => {
  await expect(runChild({ command: '/no/such/program', args: [], output: 'collect' })).rejects.toThrow(
    'ENOENT',
  );
});
