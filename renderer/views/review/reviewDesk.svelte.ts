import type { CallInput, CallOutput } from '../../../core/contract/calls.ts';
import type { BankChange, Proposal } from '../../../core/contract/proposal.ts';
import { Action } from '../../state/action.svelte.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { changeName, currentRevision, VERDICT_WORDS } from './proposalWords.ts';
import {
  isWaiting,
  neighbourId,
  nextUndecidedId,
  queueGroups,
  runIdsOf,
  stagedGroups,
  STAGED_STATES,
  WAITING_STATES,
  withOpened,
  type ProposalRow,
  type StagedGroup,
} from './queue.ts';
import { isPossible, type Verdict } from './verdictRules.ts';

export type ProposalDetail = CallOutput<'proposals.get'>;
export type Applied = CallOutput<'review.apply'>;

/** The last thing that was decided here, and what of it can be taken back. */
interface Recorded {
  readonly text: string;
  /** Null when there is nothing to take back. */
  readonly proposal: Proposal | null;
}

interface Verdicted {
  readonly verdict: Verdict;
  /** What was on the screen: a verdict is about that text alone. */
  readonly about: ProposalDetail;
  readonly reason?: string;
  readonly edit?: BankChange;
}

/** The reviewer's desk: the queue, the proposal that lies open, and the verdicts given here. */
export class ReviewDesk {
  readonly studio: Studio;
  readonly list: Query<ProposalRow[]>;
  readonly detail: Query<ProposalDetail>;
  readonly clusters: Query<CallOutput<'clusters.list'>>;
  readonly versions: Query<CallOutput<'bank.versions'>>;
  /** A verdict is being recorded. */
  readonly verdict = new Action();
  readonly redraft = new LongAction();
  readonly rebase = new LongAction();
  readonly apply = new LongAction();
  #showsDecided = $state(false);
  #rebasingId = $state<string | null>(null);
  #recorded = $state.raw<Recorded | null>(null);
  #hint = $state<string | null>(null);
  /** What lay open when a verdict was last tried: what came of it is said beside that one only. */
  #triedId = $state<string | null>(null);

  /** To be made while a component is initialised. */
  constructor(studio: Studio) {
    this.studio = studio;
    this.list = new Query(studio, {
      domains: ['proposals', 'bank'],
      load: async (signal) => {
        const states = this.#showsDecided ? [] : [...WAITING_STATES, ...STAGED_STATES];
        const rows = await studio.call('proposals.list', { runId: null, states }, { signal });
        this.#openFirst(rows);
        return rows;
      },
    });
    this.detail = new Query(studio, {
      domains: ['proposals', 'bank'],
      load: (signal) => {
        const id = this.openedId;
        return id === null ? null : studio.call('proposals.get', { proposalId: id }, { signal });
      },
    });
    this.clusters = new Query(studio, {
      domains: ['clusters'],
      load: async (signal) => {
        const runIds = this.#runIds === '' ? [] : this.#runIds.split(' ');
        const lists = await Promise.all(
          runIds.map((runId) => studio.call('clusters.list', { runId }, { signal })),
        );
        return lists.flat();
      },
    });
    this.versions = new Query(studio, {
      domains: ['bank'],
      load: (signal) => studio.call('bank.versions', {}, { signal }),
    });
  }

  get openedId(): string | null {
    return this.studio.route.view === 'review' ? this.studio.route.id : null;
  }

  /** What lies open; null while another one is being fetched. */
  readonly opened = $derived.by(() => {
    const found = this.detail.value;
    return found !== null && found.proposal.id === this.openedId ? found : null;
  });

  readonly rows = $derived.by(() => {
    const { opened } = this;
    const row = opened === null ? null : { ...opened.proposal, isStale: opened.isStale };
    return withOpened(this.list.value ?? [], row);
  });

  /** As text, so that it is only another value when it names other runs. */
  readonly #runIds = $derived(runIdsOf(this.rows).join(' '));

  readonly groups = $derived(queueGroups(this.rows));
  readonly staged = $derived.by(() => stagedGroups(this.rows, this.versions.value?.at(-1)?.runId ?? null));

  get showsDecided(): boolean {
    return this.#showsDecided;
  }

  set showsDecided(shows: boolean) {
    this.#showsDecided = shows;
  }

  /** The one that is, or was last, bound to the present bank and replayed. */
  get rebasingId(): string | null {
    return this.#rebasingId;
  }

  /** Why what was asked for last cannot be done; until something else lies open or is done. */
  get hint(): string | null {
    return this.#triedId === this.openedId ? this.#hint : null;
  }

  set hint(text: string | null) {
    this.#triedId = this.openedId;
    this.#hint = text;
  }

  /** Why the last verdict on what lies open was not recorded. */
  get verdictError(): unknown {
    return this.#triedId === this.openedId ? this.verdict.error : null;
  }

  get recorded(): Recorded | null {
    return this.#recorded;
  }

  /** Whose verdict `Take back` takes back: of what lies open, else the last one given here. */
  readonly retractable = $derived.by(() => {
    const { opened } = this;
    if (opened !== null && isPossible(opened.proposal.state, 'retract')) return opened.proposal;
    return this.#recorded?.proposal ?? null;
  });

  open(id: string | null): void {
    this.studio.route.replace('review', id);
  }

  /** The neighbour in the order shown. */
  step(step: 1 | -1): void {
    const id = neighbourId(this.groups, { id: this.openedId, step });
    if (id !== null) this.open(id);
  }

  /** True when it was recorded; the next one that waits is then opened. */
  async decide({ verdict, about, reason = '', edit }: Verdicted): Promise<boolean> {
    const { proposal } = about;
    this.hint = null;
    const nextId = nextUndecidedId(this.rows, proposal.id);
    const done = await this.verdict.run(() => this.#send(proposal, { verdict, reason, edit: edit ?? null }));
    if (done === null) {
      // It may have been refused for what came from elsewhere meanwhile.
      this.detail.askAgain();
      return false;
    }
    this.#record(verdict, done, nextId === null ? ' Nothing else waits for a verdict.' : '');
    if (nextId === null) this.detail.askAgain();
    else this.open(nextId);
    return true;
  }

  /** Takes back the verdict on what lies open, else the last one given here. */
  async takeBack(): Promise<void> {
    if (this.retractable !== null) await this.#retract(this.retractable);
  }

  /** Takes back the last verdict given here. */
  async undoLast(): Promise<void> {
    const proposal = this.#recorded?.proposal ?? null;
    if (proposal !== null) await this.#retract(proposal);
  }

  /** True when the designer has answered: with another draft, or with why there is none. */
  async askForDraft({ proposal }: ProposalDetail, comment: string): Promise<boolean> {
    const done = await this.redraft.run((signal) =>
      this.#send(proposal, { verdict: 'redraft', reason: comment, edit: null }, signal),
    );
    this.detail.askAgain();
    if (done === null) return false;
    this.#recorded = {
      text: `The designer answered about ${this.#nameOf(done.proposal)}: revision ${done.proposal.revisions.length}.`,
      proposal: null,
    };
    return true;
  }

  /** Binds what lies open to the present bank where it is stale, and replays it. */
  async replayAgain(): Promise<void> {
    const id = this.openedId;
    if (id === null || this.rebase.isBusy) return;
    this.#rebasingId = id;
    await this.rebase.run((signal) => this.studio.call('review.rebase', { proposalId: id }, { signal }));
    this.detail.askAgain();
  }

  /** Null when it failed or was given up. */
  async applyStaged({ runId, rows }: StagedGroup): Promise<Applied | null> {
    const staged = rows.map(({ id, revisions }) => ({ proposalId: id, revision: revisions.length - 1 }));
    const done = await this.apply.run((signal) =>
      this.studio.call('review.apply', { runId, staged }, { signal }),
    );
    if (done === null) this.list.askAgain();
    else {
      this.#recorded = { text: `Bank v${done.version.version} was made.`, proposal: null };
      this.detail.askAgain();
    }
    return done;
  }

  /** It waits for another word then, and lies open for it. */
  async #retract(proposal: Proposal): Promise<void> {
    this.hint = null;
    const given = { verdict: 'retract', reason: '', edit: null } as const;
    const done = await this.verdict.run(() => this.#send(proposal, given));
    if (done === null) return;
    this.#record('retract', done);
    if (this.openedId === proposal.id) this.detail.askAgain();
    else this.open(proposal.id);
  }

  #send(
    { id, revisions }: Proposal,
    given: Pick<CallInput<'review.decide'>, 'verdict' | 'reason' | 'edit'>,
    signal?: AbortSignal,
  ): Promise<ProposalDetail> {
    const about = { proposalId: id, revision: revisions.length - 1 };
    return this.studio.call('review.decide', { ...about, ...given, source: 'app' }, { signal });
  }

  #record(verdict: Verdict, { proposal }: ProposalDetail, more = ''): void {
    this.#recorded = {
      text: `${VERDICT_WORDS[verdict]}: ${this.#nameOf(proposal)}.${more}`,
      proposal: verdict === 'retract' ? null : proposal,
    };
  }

  #nameOf(proposal: Proposal): string {
    return changeName(currentRevision(proposal).change);
  }

  #openFirst(rows: readonly ProposalRow[]): void {
    const { route } = this.studio;
    if (route.view !== 'review' || route.id !== null) return;
    const first = rows.find(isWaiting) ?? rows[0];
    if (first !== undefined) route.replace('review', first.id);
  }
}
