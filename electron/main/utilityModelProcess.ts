import { fileURLToPath } from 'node:url';
import type { FromModelProcess, ToModelProcess } from '../../core/models/llama/modelProtocol.ts';
import type { StartModelProcess } from '../../core/models/llama/modelProcessPort.ts';

/** Electron's `UtilityProcess`, as far as it is used here. */
export interface UtilityChild {
  /** Undefined until it runs, and after its end. */
  readonly pid: number | undefined;
  readonly stderr: NodeJS.ReadableStream | null;
  postMessage(message: ToModelProcess): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
}

export interface UtilityProcesses {
  fork(
    entry: string,
    args: string[],
    options: { stdio: ('pipe' | 'ignore')[]; serviceName: string },
  ): UtilityChild;
}

const KEPT_STDERR_CHARACTERS = 8192;

/**
 * Model processes as utility processes of Electron, which end with the application, however it ends. Stdout is discarded.
 *
 * @param killProcess Ends a process at once; Electron's own `kill` asks, and who hangs hears nothing.
 */
export function utilityModelProcess(
  processes: UtilityProcesses,
  killProcess: (pid: number) => void,
): StartModelProcess {
  return (entry) => {
    const child = processes.fork(fileURLToPath(entry), [], {
      stdio: ['ignore', 'ignore', 'pipe'],
      serviceName: 'MemSkill Studio model',
    });
    let stderr = '';
    let hasExited = false;
    child.stderr?.on('data', (text: Buffer) => {
      stderr = (stderr + text.toString('utf8')).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('exit', () => {
      hasExited = true;
    });
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        if (!hasExited) child.postMessage(message);
      },
      onMessage: (listener) =>
        void child.on('message', (message) => {
          // The sender is the entry file, and the supervisor checks what it gets.
          listener(message as FromModelProcess);
        }),
      onExit: (listener) => void child.on('exit', () => listener({ stderr })),
      kill: () => {
        const { pid } = child;
        // Without a number it is being started, and hears the request.
        if (pid !== undefined) killProcess(pid);
        else if (!hasExited) child.kill();
      },
    };
  };
}
