import type { BankChange } from '../../../core/contract/proposal.ts';
import { Action } from '../../state/action.svelte.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { Applying } from './applying.svelte.ts';
import { changeName, currentRevision } from './proposalWords.ts';
import { ReviewQueue, type ProposalDetail } from './reviewQueue.svelte.ts';
import { Verdicts } from './verdicts.svelte.ts';

/** The reviewer's desk: the queue, the verdicts given here, their way into the bank, and what else a card can do. */
export class ReviewDesk {
  readonly studio: Studio;
  readonly queue: ReviewQueue;
  readonly verdicts: Verdicts;
  readonly applying: Applying;
  readonly rebase = new LongAction();
  /** A change of the reviewer's own is being made and replayed. */
  readonly proposing = new LongAction();
  /** A case is being marked as bad, or taken back. */
  readonly marking = new Action();
  #rebasingId = $state<string | null>(null);
  #markedCaseId = $state<string | null>(null);
  /** Texts before and after beside each other, instead of one text with marked words. */
  #isSideBySide = $state(false);

  /** To be made while a component is initialised. */
  constructor(studio: Studio) {
    this.studio = studio;
    this.queue = new ReviewQueue(studio);
    this.verdicts = new Verdicts(this.queue);
    this.applying = new Applying(this.queue, this.verdicts);
  }

  /** The one that is, or was last, bound to the present bank and replayed. */
  get rebasingId(): string | null {
    return this.#rebasingId;
  }

  /** The case that was marked last: what came of it is said beside that one. */
  get markedCaseId(): string | null {
    return this.#markedCaseId;
  }

  get isSideBySide(): boolean {
    return this.#isSideBySide;
  }

  set isSideBySide(isSideBySide: boolean) {
    this.#isSideBySide = isSideBySide;
  }

  /** Binds what lies open to the present bank where it is stale, and replays it. */
  async replayAgain(): Promise<void> {
    const id = this.queue.openedId;
    if (id === null || this.rebase.isBusy) return;
    this.#rebasingId = id;
    await this.rebase.run((signal) => this.studio.call('review.rebase', { proposalId: id }, { signal }));
    this.queue.detail.askAgain();
  }

  /** Says that a case's gold answer is wrong, or takes that back. */
  async markBad(caseId: string, isBad: boolean): Promise<void> {
    if (this.marking.isBusy) return;
    this.#markedCaseId = caseId;
    await this.marking.run(() => this.studio.call('cases.markBad', { caseId, isBad }));
    this.queue.detail.askAgain();
  }

  /** True when it was made; it then lies open. */
  async propose({ proposal }: ProposalDetail, change: BankChange, reason: string): Promise<boolean> {
    const { runId } = proposal;
    const made = await this.proposing.run((signal) =>
      this.studio.call('bank.propose', { runId, change, reason }, { signal }),
    );
    if (made === null) return false;
    const name = changeName(currentRevision(made.proposal).change);
    this.verdicts.record([], `Proposed: ${name}, as ${made.proposal.id}. ${proposal.id} still waits.`);
    this.queue.open(made.proposal.id);
    return true;
  }
}
