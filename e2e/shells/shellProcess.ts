import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ShellEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A shell's own process, and what it printed. */
export interface ShellProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ShellEnd>;
  /** Both streams, in the order they came. */
  readonly output: () => string;
}

export interface ShellProcessOptions {
  readonly args: readonly string[];
  /** Opens a channel for messages beside the streams. */
  readonly hasChannel: boolean;
}

/** Starts `node` in the root of the project. */
export function startShellProcess({ args, hasChannel }: ShellProcessOptions): ShellProcess {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel ? (['ipc'] as const) : [])],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<ShellEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal }));
  });
  return { child, ended, output: () => output };
}

/** @throws Error with what the process printed, when it ended otherwise than well. */
export async function expectGoodEnd({ ended, output }: ShellProcess): Promise<void> {
  const { status, signal } = await ended;
  if (status !== 0) throw new Error(`The shell ended with ${status ?? signal ?? 'nothing'}:\n${output()}`);
}

export async function killShell({ child, ended }: ShellProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
