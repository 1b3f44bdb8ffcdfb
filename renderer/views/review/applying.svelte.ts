import type { CallOutput } from '../../../core/contract/calls.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import type { StagedGroup } from './queue.ts';
import type { ReviewQueue } from './reviewQueue.svelte.ts';
import { stagedConflicts } from './stagedConflicts.ts';
import type { Verdicts } from './verdicts.svelte.ts';

export type Applied = CallOutput<'review.apply'>;

function stagedTexts({ rows }: StagedGroup): { proposalId: string; revision: number }[] {
  return rows.map(({ id, revisions }) => ({ proposalId: id, revision: revisions.length - 1 }));
}

/** Bringing what is approved into the bank: first what all of it together would do, then, on a second word, the version. */
export class Applying {
  readonly preview = new LongAction();
  readonly apply = new LongAction();
  readonly #queue: ReviewQueue;
  readonly #verdicts: Verdicts;
  #group = $state.raw<StagedGroup | null>(null);
  #previewed = $state.raw<CallOutput<'review.preview'> | null>(null);
  #applied = $state.raw<Applied | null>(null);

  constructor(queue: ReviewQueue, verdicts: Verdicts) {
    this.#queue = queue;
    this.#verdicts = verdicts;
  }

  /** What was approved when it was opened; null while nothing is being applied. */
  get group(): StagedGroup | null {
    return this.#group;
  }

  /** What the changes do together; null until it is known. */
  get previewed(): CallOutput<'review.preview'> | null {
    return this.#previewed;
  }

  get applied(): Applied | null {
    return this.#applied;
  }

  get isBusy(): boolean {
    return this.preview.isBusy || this.apply.isBusy;
  }

  /** Replays all of it together at once, unless it cannot be applied anyway. */
  open(group: StagedGroup): void {
    if (this.isBusy) return;
    this.#group = group;
    this.#previewed = null;
    this.#applied = null;
    this.preview.clear();
    this.apply.clear();
    if (stagedConflicts(group.rows).length === 0) void this.look();
  }

  close(): void {
    this.#group = null;
  }

  async look(): Promise<void> {
    const group = this.#group;
    if (group === null) return;
    const staged = stagedTexts(group);
    this.#previewed = await this.preview.run((signal) =>
      this.#queue.studio.call('review.preview', { runId: group.runId, staged }, { signal }),
    );
    if (this.#previewed === null) this.#queue.list.askAgain();
  }

  async start(): Promise<void> {
    const group = this.#group;
    if (group === null) return;
    const staged = stagedTexts(group);
    const done = await this.apply.run((signal) =>
      this.#queue.studio.call('review.apply', { runId: group.runId, staged }, { signal }),
    );
    if (done === null) {
      this.#queue.list.askAgain();
      return;
    }
    this.#applied = done;
    this.#verdicts.forget(done.proposalIds, `Bank v${done.version.version} was made.`);
    this.#queue.detail.askAgain();
  }
}
