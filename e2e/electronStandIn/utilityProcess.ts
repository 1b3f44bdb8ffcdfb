import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { loud } from './loud.ts';

const CHILD_SIDE = fileURLToPath(new URL('utilityChild.ts', import.meta.url));

interface ForkOptions {
  readonly stdio: readonly ('pipe' | 'ignore')[];
  readonly serviceName: string;
}

class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  #isRunning = false;

  constructor(entry: string, args: readonly string[], { stdio }: ForkOptions) {
    super();
    this.#child = fork(entry, args, {
      stdio: [...stdio, 'ipc'] as StdioOptions,
      serialization: 'advanced',
      execArgv: ['--import', CHILD_SIDE],
    });
    this.#child.on('spawn', () => {
      this.#isRunning = true;
      this.emit('spawn');
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('close', (code) => {
      this.#isRunning = false;
      this.emit('exit', code ?? 1);
    });
  }

  /** As in Electron: none before it was started, and none after its end. */
  get pid(): number | undefined {
    return this.#isRunning ? this.#child.pid : undefined;
  }

  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }

  postMessage(message: unknown): void {
    // Electron keeps what is posted before the process runs, and drops what is posted after its end; Node does, too, but
    // for the moment between the two ends of a channel that closes.
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  /** Asks; Electron has no other way. */
  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }
}

/** Processes of Node, whose entry finds `process.parentPort` and nothing of Node's own channel (utilityChild.ts). */
export const utilityProcess = loud('utilityProcess', {
  fork: (entry: string, args: readonly string[], options: ForkOptions): UtilityProcess => {
    if (options.serviceName === '') throw new Error('A utility process needs a name to be seen by.');
    return loud('UtilityProcess', new UtilityProcess(entry, args, options));
  },
});
