import { SvelteMap } from 'svelte/reactivity';
import { messageOf } from '../../../core/shared/errors.ts';
import { counted } from '../../ui/format.ts';
import { currentRevision, VERDICT_WORDS } from './proposalWords.ts';
import type { ProposalRow } from './queue.ts';
import type { ReviewQueue } from './reviewQueue.svelte.ts';
import type { GivenVerdict } from './verdictHistory.ts';
import { refusal } from './verdictRules.ts';
import type { Verdicts } from './verdicts.svelte.ts';

export const BULK_VERDICTS = ['approve', 'reject', 'park'] as const;
export type BulkVerdictName = (typeof BULK_VERDICTS)[number];

export type BulkResult =
  | { readonly kind: 'working' | 'done' }
  /** Left out beforehand, or refused by the engine. */
  | { readonly kind: 'refused'; readonly why: string };

/** One verdict on several proposals, given one after the other: each stands for itself, and each can fail for itself. */
export class BulkVerdict {
  readonly verdict: BulkVerdictName;
  readonly rows: readonly ProposalRow[];
  /** Those that can take the verdict. */
  readonly able: readonly ProposalRow[];
  readonly #queue: ReviewQueue;
  readonly #verdicts: Verdicts;
  readonly #results = new SvelteMap<string, BulkResult>();
  #isOver = $state(false);

  constructor(
    { queue, verdicts }: { readonly queue: ReviewQueue; readonly verdicts: Verdicts },
    verdict: BulkVerdictName,
  ) {
    this.#queue = queue;
    this.#verdicts = verdicts;
    this.verdict = verdict;
    // The texts that are on the screen now: none that comes meanwhile is decided on unseen.
    this.rows = queue.selected;
    for (const row of this.rows) {
      const { change } = currentRevision(row);
      const why = refusal(verdict, { proposal: row, change, isStale: row.isStale });
      if (why !== null) this.#results.set(row.id, { kind: 'refused', why });
    }
    this.able = this.rows.filter(({ id }) => !this.#results.has(id));
  }

  /** Null: nothing has been done about it yet. */
  resultOf(id: string): BulkResult | null {
    return this.#results.get(id) ?? null;
  }

  /** All were tried. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get doneCount(): number {
    return this.able.filter(({ id }) => this.#results.get(id)?.kind === 'done').length;
  }

  async run(reason: string): Promise<void> {
    const given = await this.#verdicts.action.run(() => this.#giveAll(reason));
    if (given === null) return;
    this.#isOver = true;
    const names = given.map(({ name }) => name).join(', ');
    this.#verdicts.record(
      given,
      given.length === 0
        ? 'Nothing was recorded.'
        : `${VERDICT_WORDS[this.verdict]} ${counted(given.length, 'proposal')}: ${names}.`,
    );
    this.#queue.select(
      given.map(({ proposalId }) => proposalId),
      false,
    );
    this.#queue.detail.askAgain();
  }

  async #giveAll(reason: string): Promise<readonly GivenVerdict[]> {
    const given: GivenVerdict[] = [];
    for (const row of this.able) {
      this.#results.set(row.id, { kind: 'working' });
      try {
        given.push(await this.#verdicts.give({ verdict: this.verdict, about: row, reason }));
        this.#results.set(row.id, { kind: 'done' });
      } catch (error) {
        this.#results.set(row.id, { kind: 'refused', why: messageOf(error) });
      }
    }
    return given;
  }
}
