import { spawnSync } from 'node:child_process';

// The model processes of the applications that this test process has started, found as the system shows them.

/** From source, built, and as Electron names its utility processes. */
const MODEL_PROCESS = /modelProcess\.[jt]s|node\.mojom\.NodeService/u;

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function runningProcesses(): Running[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** Of this process and all it started; never those of another. */
export function modelProcesses(): Running[] {
  const running = runningProcesses();
  const own = new Set([process.pid]);
  for (let size = 0; size !== own.size;) {
    size = own.size;
    for (const { pid, parent } of running) if (own.has(parent)) own.add(pid);
  }
  return running.filter(({ pid, command }) => own.has(pid) && MODEL_PROCESS.test(command));
}
