import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A log that grows by 20 MB a second is then still a short one. */
const LEAST_INTERVAL_MS = 1000;

/**
 * Checkpoints of a database in a thread of its own, which the first of them starts: in the thread that commits, one holds
 * up everything else for as long as the disk takes. A thread that fails is not started again, and what the database
 * then does by itself is enough.
 */
export class BackgroundCheckpoints {
  readonly #entry: URL;
  readonly #path: string;
  readonly #onFailure: () => void;
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #queue: Promise<void> = Promise.resolve();
  #isOver = false;

  /** `entry`: the file of `checkpointThread.ts`, or what the bundler made of it. `path`: of the database. */
  constructor(entry: URL, path: string, onFailure: () => void) {
    this.#entry = entry;
    this.#path = path;
    this.#onFailure = onFailure;
  }

  /** Something was committed. */
  note(): void {
    if (this.#isOver || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      void this.#enqueue(async () => {
        await this.#checkpoint();
        this.#timer = null;
      });
    }, LEAST_INTERVAL_MS);
    this.#timer.unref();
  }

  /** A checkpoint, and `work` after it while there is none: SQLite refuses a second one at the same time. */
  async runBefore(work: () => void): Promise<void> {
    await this.#enqueue(async () => {
      await this.#checkpoint();
      work();
    });
  }

  /** Returns when the thread has let go of the database. May be called twice. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#enqueue(async () => {
      this.#isOver = true;
      const worker = this.#worker;
      this.#worker = null;
      if (worker === null) return;
      worker.ref();
      const ended = Promise.allSettled([once(worker, 'exit')]);
      worker.postMessage('close');
      await ended;
    });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work);
    // What failed has told its caller; the next one starts all the same.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #checkpoint(): Promise<void> {
    if (this.#isOver) return;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    // The process lives until it has ended.
    worker.ref();
    const done = once(worker, 'message');
    worker.postMessage('checkpoint');
    // It fails where the thread does, which `onFailure` hears of.
    await Promise.allSettled([done]);
    worker.unref();
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { workerData: this.#path });
    worker.unref();
    worker.on('error', () => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#worker = null;
      this.#onFailure();
    });
    return worker;
  }
}
