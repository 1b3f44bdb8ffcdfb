import type { ModelProcessPort, StartModelProcess } from '../models/llama/modelProcessPort.ts';
import type { ToModelProcess } from '../models/llama/modelProtocol.ts';
import { createRng, type Rng } from '../shared/rng.ts';

/** Between a kill and the reply after which the next one is due. */
const MAX_REPLIES = 3;
/** From that reply on; longer than most replies of a small model take, so that all phases of a request are met. */
const MAX_DELAY_MS = 1500;
/** How many of the processes that replace a killed one are killed while they load, or soon after. */
const LOAD_KILL_SHARE = 0.2;

export interface KillCounts {
  readonly kills: number;
  /** Of these, before the process had answered anything. */
  readonly killedLoading: number;
  /** Requests that were given to another process because the first was killed. */
  readonly retries: number;
}

export interface ModelKillerOptions {
  readonly kills: number;
  readonly seed: number;
  readonly start: StartModelProcess;
}

/**
 * Starts model processes and kills them at random moments. Law: between any three kills in a row a reply succeeds, so that
 * no request has a reason to be given up.
 */
export class ModelKiller {
  readonly #options: ModelKillerOptions;
  readonly #rng: Rng;
  #kills = 0;
  #killedLoading = 0;
  #retries = 0;
  /** Replies until the next kill. */
  #due: number;
  #isAiming = false;
  /** The latest kill was that of a process which had answered. */
  #mayHitLoading = false;

  constructor(options: ModelKillerOptions) {
    this.#options = options;
    this.#rng = createRng(options.seed, 'model-kill');
    this.#due = 1 + this.#rng.int(MAX_REPLIES);
  }

  get counts(): KillCounts {
    return { kills: this.#kills, killedLoading: this.#killedLoading, retries: this.#retries };
  }

  readonly start: StartModelProcess = (entry) => {
    const port = this.#options.start(entry);
    const waiting = new Map<number, ToModelProcess['kind']>();
    let hasAnswered = false;
    const kill = (): void => this.#kill(port, { hasAnswered, waiting: waiting.size });
    port.onMessage((message) => {
      if (message.kind !== 'output' && message.kind !== 'failure') return;
      const kind = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'failure' || kind === 'load') return;
      hasAnswered = true;
      this.#answered(kill);
    });
    port.onExit(() => {
      // It may have been aimed at; the next reply aims anew.
      waiting.clear();
    });
    if (this.#mayHitLoading && this.#rng.next() < LOAD_KILL_SHARE) this.#aim(kill);
    this.#mayHitLoading = false;
    return {
      ...port,
      get pid() {
        return port.pid;
      },
      post: (message) => {
        if (message.kind !== 'cancel') waiting.set(message.id, message.kind);
        port.post(message);
      },
    };
  };

  #answered(kill: () => void): void {
    this.#due -= 1;
    if (this.#due <= 0) this.#aim(kill);
  }

  #aim(kill: () => void): void {
    if (this.#isAiming || this.#kills >= this.#options.kills) return;
    this.#isAiming = true;
    setTimeout(kill, this.#rng.int(MAX_DELAY_MS));
  }

  #kill(port: ModelProcessPort, { hasAnswered, waiting }: { hasAnswered: boolean; waiting: number }): void {
    this.#isAiming = false;
    this.#due = 1 + this.#rng.int(MAX_REPLIES);
    if (port.pid === undefined || !isAlive(port.pid)) return;
    process.kill(port.pid, 'SIGKILL');
    this.#kills += 1;
    this.#retries += waiting;
    if (!hasAnswered) this.#killedLoading += 1;
    this.#mayHitLoading = hasAnswered;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process.
    return false;
  }
}
