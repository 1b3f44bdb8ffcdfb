import type { CallInput } from '../../../core/contract/calls.ts';
import type { BankChange, Proposal } from '../../../core/contract/proposal.ts';
import { AppError, messageOf } from '../../../core/shared/errors.ts';
import { Action } from '../../state/action.svelte.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import { changeName, currentRevision, textOf, VERDICT_WORDS } from './proposalWords.ts';
import { nextUndecidedId } from './queue.ts';
import type { ProposalDetail, ReviewQueue } from './reviewQueue.svelte.ts';
import {
  joinedRefusals,
  redoRefusal,
  VerdictHistory,
  type GivenVerdict,
  type StepResult,
  type VerdictStep,
} from './verdictHistory.ts';
import { isPossible, type Verdict } from './verdictRules.ts';

interface Verdicted {
  readonly verdict: Verdict;
  /** What was on the screen: a verdict is about that text alone. */
  readonly about: Proposal;
  readonly reason?: string;
  readonly edit?: BankChange;
}

function nameOf(proposal: Proposal): string {
  return changeName(currentRevision(proposal).change);
}

/** What verdicts need of the queue beside them. */
export type VerdictQueue = Pick<ReviewQueue, 'rows' | 'opened' | 'openedId' | 'open'> & {
  readonly studio: Pick<ReviewQueue['studio'], 'call'>;
  readonly detail: Pick<ReviewQueue['detail'], 'askAgain'>;
};

/** The last thing that was done here. */
interface Recorded {
  readonly text: string;
  /** It was a verdict, which `undo` takes back. */
  readonly isVerdict: boolean;
}

/** The verdicts given at this desk, to be taken back and given again until they are applied. */
export class Verdicts {
  /** A verdict is being recorded. */
  readonly action = new Action();
  readonly redraft = new LongAction();
  readonly #queue: VerdictQueue;
  #history = $state.raw(new VerdictHistory());
  #recorded = $state.raw<Recorded | null>(null);
  #hint = $state<string | null>(null);
  /** What lay open when something was last tried: what came of it is said beside that one only. */
  #triedId = $state<string | null>(null);

  constructor(queue: VerdictQueue) {
    this.#queue = queue;
  }

  /** Why what was asked for last cannot be done; until something else lies open or is done. */
  get hint(): string | null {
    return this.#triedId === this.#queue.openedId ? this.#hint : null;
  }

  set hint(text: string | null) {
    this.#triedId = this.#queue.openedId;
    this.#hint = text;
  }

  /** Why the last verdict on what lies open was not recorded. */
  get error(): unknown {
    return this.#triedId === this.#queue.openedId ? this.action.error : null;
  }

  get recorded(): Recorded | null {
    return this.#recorded;
  }

  get toRedo(): VerdictStep | null {
    return this.#history.toRedo;
  }

  /**
   * What lies open and can be taken back by itself; null where the last step is what is taken back, of which it may be
   * one of several.
   */
  readonly #alone = $derived.by(() => {
    const { opened } = this.#queue;
    if (opened === null || !isPossible(opened.proposal.state, 'retract')) return null;
    const last = this.#history.toUndo ?? [];
    const isOfSeveral = last.length > 1 && last.some(({ proposalId }) => proposalId === opened.proposal.id);
    return isOfSeveral ? null : opened.proposal;
  });

  /** What `takeBack` takes back: the verdict on what lies open, else the last ones given here. */
  readonly retractable = $derived.by(() =>
    this.#alone === null ? (this.#history.toUndo?.map(({ name }) => name) ?? null) : [nameOf(this.#alone)],
  );

  /** True when it was recorded; the next one that waits is then opened. */
  async decide(verdicted: Verdicted): Promise<boolean> {
    const { verdict, about } = verdicted;
    this.hint = null;
    const nextId = nextUndecidedId(this.#queue.rows, about.id);
    const given = await this.action.run(() => this.give(verdicted));
    if (given === null) {
      // It may have been refused for what came from elsewhere meanwhile.
      this.#queue.detail.askAgain();
      return false;
    }
    const more = nextId === null ? ' Nothing else waits for a verdict.' : '';
    this.record([given], `${VERDICT_WORDS[verdict]}: ${given.name}.${more}`);
    if (nextId === null) this.#queue.detail.askAgain();
    else this.#queue.open(nextId);
    return true;
  }

  /** Sends one verdict; who calls it records what was given. */
  async give({ verdict, about, reason = '', edit }: Verdicted): Promise<GivenVerdict> {
    const revision = about.revisions.length - 1;
    const done = await this.#send({ proposalId: about.id, revision, verdict, reason, edit: edit ?? null });
    return {
      proposalId: about.id,
      name: nameOf(done.proposal),
      verdict,
      reason,
      edit: edit ?? null,
      text: textOf(about),
      baseHash: about.baseHash,
      revision: done.proposal.revisions.length - 1,
    };
  }

  /** Verdicts given at once are taken back at once. */
  record(step: VerdictStep, text: string): void {
    this.#history = this.#history.given(step);
    this.#recorded = { text, isVerdict: step.length > 0 };
  }

  /** These entered the bank. */
  forget(proposalIds: readonly string[], text: string): void {
    this.#history = this.#history.without(proposalIds);
    this.#recorded = { text, isVerdict: false };
  }

  /** Takes back what `retractable` names. */
  async takeBack(): Promise<void> {
    const proposal = this.#alone;
    if (proposal === null) {
      await this.undo();
      return;
    }
    this.hint = null;
    const { id, revisions } = proposal;
    const done = await this.action.run(() => this.#retract(id, revisions.length - 1));
    this.#queue.detail.askAgain();
    if (done === null) return;
    this.#history = this.#history.takenBack(id);
    this.#recorded = { text: `${VERDICT_WORDS.retract}: ${nameOf(done.proposal)}.`, isVerdict: false };
  }

  /** Takes back what was given here last. */
  async undo(): Promise<void> {
    const step = this.#history.toUndo;
    if (step === null) return;
    const result = await this.#each(step, async (given) => {
      await this.#retract(given.proposalId, given.revision);
      return given;
    });
    if (result === null) return;
    this.#history = this.#history.undone(result);
    this.#tell(VERDICT_WORDS.retract, result.done);
  }

  /** Gives again what was taken back last, on the very text it was given on. */
  async redo(): Promise<void> {
    const step = this.#history.toRedo;
    if (step === null) return;
    const result = await this.#each(step, (given) => this.#giveAgain(given));
    if (result === null) return;
    this.#history = this.#history.redone(result);
    this.#tell('Given again', result.done);
  }

  /** True when the designer has answered: with another draft, or with why there is none. */
  async askForDraft({ proposal }: ProposalDetail, comment: string): Promise<boolean> {
    const done = await this.redraft.run((signal) =>
      this.#send(
        {
          proposalId: proposal.id,
          revision: proposal.revisions.length - 1,
          verdict: 'redraft',
          reason: comment,
          edit: null,
        },
        signal,
      ),
    );
    this.#queue.detail.askAgain();
    if (done === null) return false;
    const { revisions } = done.proposal;
    this.record([], `The designer answered about ${nameOf(done.proposal)}: revision ${revisions.length}.`);
    return true;
  }

  async #giveAgain(given: GivenVerdict): Promise<GivenVerdict> {
    const { proposal, isStale } = await this.#queue.studio.call('proposals.get', {
      proposalId: given.proposalId,
    });
    const why = redoRefusal(given, { ...proposal, isStale });
    if (why !== null) throw new AppError('CONFLICT', why);
    const { verdict, reason, edit } = given;
    return this.give({ verdict, about: proposal, reason, ...(edit === null ? {} : { edit }) });
  }

  /** One after the other. What others decided meanwhile is refused and forgotten; what failed otherwise can be tried again. */
  async #each(
    step: VerdictStep,
    work: (given: GivenVerdict) => Promise<GivenVerdict>,
  ): Promise<StepResult | null> {
    this.hint = null;
    const done: GivenVerdict[] = [];
    const kept: GivenVerdict[] = [];
    const refused: string[] = [];
    const all = async (): Promise<StepResult> => {
      for (const given of step) {
        try {
          done.push(await work(given));
        } catch (error) {
          refused.push(messageOf(error));
          if (!(error instanceof AppError) || error.code !== 'CONFLICT') kept.push(given);
        }
      }
      return { done, kept };
    };
    const result = await this.action.run(all);
    if (refused.length > 0) this.hint = joinedRefusals(refused);
    return result;
  }

  /** What was done lies open: the only one, or the first of several. */
  #tell(words: string, done: VerdictStep): void {
    const [first] = done;
    if (first === undefined) {
      this.#queue.detail.askAgain();
      return;
    }
    this.#recorded = {
      text: `${words}: ${done.map(({ name }) => name).join(', ')}.`,
      isVerdict: false,
    };
    const { hint } = this;
    if (this.#queue.openedId === first.proposalId) this.#queue.detail.askAgain();
    else this.#queue.open(first.proposalId);
    if (hint !== null) this.hint = hint;
  }

  #retract(proposalId: string, revision: number): Promise<ProposalDetail> {
    return this.#send({ proposalId, revision, verdict: 'retract', reason: '', edit: null });
  }

  #send(given: Omit<CallInput<'review.decide'>, 'source'>, signal?: AbortSignal): Promise<ProposalDetail> {
    return this.#queue.studio.call('review.decide', { ...given, source: 'app' }, { signal });
  }
}
