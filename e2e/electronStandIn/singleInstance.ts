import { readFileSync, rmSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often the first instance looks whether a second one was started. */
const LOOK_MS = 100;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process: whoever held the lock was killed.
    return false;
  }
}

/** What a later instance leaves for the first. */
export interface SecondStart {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly additionalData: unknown;
}

/** The lock of one instance for each folder of user data. */
export class SingleInstance {
  readonly isFirst: boolean;
  readonly #lock: string;
  readonly #call: string;

  constructor(userData: string, start: SecondStart, onSecond: (start: SecondStart) => void) {
    this.#lock = join(userData, 'instance.lock');
    this.#call = join(userData, 'instance.call');
    this.isFirst = this.#take();
    if (!this.isFirst) writeFileSync(this.#call, JSON.stringify(start));
    else {
      watchFile(this.#call, { interval: LOOK_MS, persistent: false }, ({ size }) => {
        // Written by the constructor of another instance.
        if (size > 0) onSecond(JSON.parse(readFileSync(this.#call, 'utf8')) as SecondStart);
      });
    }
  }

  release(): void {
    if (!this.isFirst) return;
    unwatchFile(this.#call);
    rmSync(this.#lock, { force: true });
  }

  #take(): boolean {
    try {
      writeFileSync(this.#lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (isAlive(Number(readFileSync(this.#lock, 'utf8')))) return false;
    writeFileSync(this.#lock, String(process.pid));
    return true;
  }
}
