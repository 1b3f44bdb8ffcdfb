import { fork } from 'node:child_process';
import type { FromModelProcess, ToModelProcess } from './modelProtocol.ts';

/** Why a model process is gone, as far as it can be known. */
export interface ModelProcessExit {
  /** What it last wrote to stderr: llama.cpp names there what it aborts for. */
  readonly stderr: string;
}

/** A running model process as its supervisor holds it. Electron's utility process is another implementation. */
export interface ModelProcessPort {
  /** Of the operating system; undefined when the process could not be started. */
  readonly pid: number | undefined;
  /** Messages to a process that is gone are dropped; `onExit` tells. */
  post(message: ToModelProcess): void;
  onMessage(listener: (message: FromModelProcess) => void): void;
  /** Called once, also when the process could not be started. */
  onExit(listener: (exit: ModelProcessExit) => void): void;
  /** At once and without asking: the process may hang. It has nothing to save. */
  kill(): void;
}

/** Starts the entry file of the model process. */
export type StartModelProcess = (entry: URL) => ModelProcessPort;

/** Run from source; a built application has the entry elsewhere. */
export const MODEL_PROCESS_ENTRY = new URL('./modelProcess.ts', import.meta.url);

const KEPT_STDERR_CHARACTERS = 8192;

/**
 * A child of this Node process. Its stdout is discarded, because this process's own may be a command's output; when this
 * process ends, however it does, the child sees its channel close and ends too.
 */
export const forkModelProcess: StartModelProcess = (entry) => {
  const child = fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // What the parent was started with (a debugger's port, a test's loader) is not for the child.
    execArgv: [],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
  });
  return {
    pid: child.pid,
    post: (message) => {
      // A channel that closes meanwhile is reported by `exit`.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) =>
      void child.on('message', (message) => {
        // The sender is the entry file, and the supervisor checks what it gets.
        listener(message as unknown as FromModelProcess);
      }),
    onExit: (listener) => {
      let hasEnded = false;
      const end = (): void => {
        if (hasEnded) return;
        hasEnded = true;
        listener({ stderr });
      };
      // Of the two events, the later one when there was a process: only then has its stderr been read.
      child.on('close', end);
      child.on('error', (error) => {
        stderr += error.message;
        if (child.pid === undefined) end();
      });
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
