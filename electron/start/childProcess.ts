import { spawn, type SpawnOptions } from 'node:child_process';

export interface ChildEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to the pipes it was given, the last of it. */
  readonly output: string;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** `inherit`: it speaks for itself; `collect`: what it says is kept. */
  readonly output: 'inherit' | 'collect';
  /** It is killed after so long. */
  readonly timeoutMs?: number;
}

const KEPT_CHARACTERS = 20_000;
const FORWARDED = ['SIGINT', 'SIGTERM'] as const;

/** Runs a program to its end; whoever tells this process to end tells the program. @throws Error when there is none. */
export async function runChild(options: ChildOptions): Promise<ChildEnd> {
  const { command, args, environment, output, timeoutMs } = options;
  const stdio: SpawnOptions['stdio'] = output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, {
    stdio,
    killSignal: 'SIGKILL',
    ...(environment === undefined ? {} : { env: environment }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = `${kept}${text}`.slice(-KEPT_CHARACTERS);
    });
  }
  // A terminal tells the whole group of a Ctrl-C; twice within a moment is the same one to those who listen.
  const forwarders = FORWARDED.map((signal) => [signal, () => void child.kill(signal)] as const);
  for (const [signal, forward] of forwarders) process.on(signal, forward);
  try {
    return await new Promise<ChildEnd>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve({ status, signal, output: kept }));
    });
  } finally {
    for (const [signal, forward] of forwarders) process.removeListener(signal, forward);
  }
}
