/** The command line as a user has it, on a real folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { runCommandLine } from './runCommandLine.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** The bundled sample, which the tests use and damage copies of. */
export const SAMPLE_FILE = fileURLToPath(
  new URL('../../resources/samples/conversations.json', import.meta.url),
);

/** Two stages of two steps: enough for hard cases, several proposals and a trained controller. */
export const SMALL_RUN = ['--outer-epochs', '2', '--inner-epochs', '2', '--batch-size', '4'] as const;

export interface Outcome {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export function startMemskill(...args: string[]): Running {
  return start(args, null);
}

/** With nothing but `environment` in its environment. */
export function startMemskillWith(environment: NodeJS.ProcessEnv, ...args: string[]): Running {
  return start(args, environment);
}

function start(args: readonly string[], environment: NodeJS.ProcessEnv | null): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(environment === null ? {} : { env: environment }),
  });
  const collected = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      collected[name] += text;
    });
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...collected }));
  });
  return { child, ended };
}

export function memskill(...args: string[]): Promise<Outcome> {
  return startMemskill(...args).ended;
}

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** The same in this process, which saves what a process costs to start. */
export async function memskillHere(...args: string[]): Promise<Outcome> {
  const stdout = new Collector();
  const stderr = new Collector();
  const status = await runCommandLine(args, { stdout, stderr });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

type Command = (...args: string[]) => Promise<Outcome>;

/** What a test expects of commands, however they are run. */
function expectations(run: Command) {
  /** The report of a command that has to succeed. */
  const report = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stderr }, args.join(' ')).toEqual({ status: 0, stderr: '' });
    return stdout;
  };
  /** With `--json`, of a command that has to succeed: one document on stdout, nothing on stderr, checked. */
  const document = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> =>
    schema.parse(JSON.parse(await report(...args, '--json')));
  /** The sentence a command failed with, which has to be one, without a stack; nothing on stdout. */
  const refusal = async (expectedStatus: 1 | 2, ...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }, `${args.join(' ')}\n${stderr}`).toEqual({
      status: expectedStatus,
      stdout: '',
    });
    expect(stderr).toMatch(/^memskill: [^\n]+\n$/u);
    return stderr.slice('memskill: '.length).trimEnd();
  };
  return { report, document, refusal };
}

/** Each command a process of its own. */
export const apart = expectations(memskill);
/** Commands in this process. */
export const here = expectations(memskillHere);

/** A folder that is gone when the test (or, called outside of one, nothing) has ended. */
export function makeFolder(): string {
  const folder = newFolder();
  onTestFinished(() => removeFolder(folder));
  return folder;
}

/** For a folder that several tests share: whoever makes it removes it. */
export function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'memskill-cli-')));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A fresh copy of the sample's conversations, to be changed. */
export function sampleConversations(): SampleConversation[] {
  // Our own file in LoCoMo's format; only what the tests touch is described.
  return JSON.parse(readFileSync(SAMPLE_FILE, 'utf8')) as SampleConversation[];
}

export interface SampleConversation {
  readonly conversation: Record<string, unknown>;
  readonly qa: { question?: unknown; answer?: unknown; category?: unknown }[];
}
