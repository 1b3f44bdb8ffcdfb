import { SvelteMap } from 'svelte/reactivity';
import { createContext } from 'svelte';
import {
  settingsSchema,
  WORKSPACE_DOMAINS,
  type Application,
  type Settings,
  type WorkspaceDomain,
} from '../../core/contract/application.ts';
import type { CallInput, CallName, CallOutput } from '../../core/contract/calls.ts';
import type { CommandId } from '../../core/contract/commands.ts';
import { createReconnectingClient, type Connection } from '../../core/contract/reconnectingClient.ts';
import type { Client, Transport } from '../../core/contract/rpc.ts';
import type { ReplayProgress } from '../../core/contract/proposal.ts';
import type { Run, RunProgress } from '../../core/contract/run.ts';
import { Keymap } from './keymap.ts';
import { ModelWork } from './modelWork.ts';
import { isOneOf, STAGED_STATES, WAITING_STATES } from './proposalStates.ts';
import { Route, type ViewName } from './route.svelte.ts';

type ProposalRow = CallOutput<'proposals.list'>[number];

export interface DueProposals {
  readonly undecided: readonly ProposalRow[];
  readonly approved: readonly ProposalRow[];
}

/** Views that handle commands which are offered everywhere. */
const HANDLING_VIEWS: Partial<Record<CommandId, ViewName>> = {
  'run.new': 'runs',
  'bank.export': 'bank',
  'bank.import': 'bank',
  'evaluation.new': 'evaluate',
  'experiment.new': 'evaluate',
};

/** What the whole window shares: the connection, who is where, and the few lists that every screen shows. */
export class Studio {
  readonly route = new Route();
  readonly keymap = new Keymap((id) => {
    const view = HANDLING_VIEWS[id];
    if (view === undefined || view === this.route.view) return false;
    this.route.go(view);
    return true;
  });
  readonly modelWork = new ModelWork();
  #connection = $state.raw<Connection>({ kind: 'connecting' });
  #application = $state.raw<Application | null>(null);
  #settings = $state.raw<Settings>(settingsSchema.parse({}));
  #runs = $state.raw<readonly Run[] | null>(null);
  /** Not decided on, or not applied yet. */
  #unfinished = $state.raw<readonly ProposalRow[]>([]);
  /** Chosen by the person; null follows the latest run. */
  #chosenRunId = $state<string | null>(null);
  /** Failures of work that belongs to no control, until somebody dismisses them. */
  #problems = $state.raw<readonly unknown[]>([]);
  readonly #progress = new SvelteMap<string, RunProgress>();
  /** Replays that are going on. */
  #replays = $state.raw<CallOutput<'review.replays'>>([]);
  /** Downloads of models that are going on. */
  #downloads = $state.raw<CallOutput<'models.downloads'>>([]);
  /** Files that are read whole, and memories that are embedded anew. */
  #modelProgress = $state.raw<CallOutput<'models.work'>>([]);
  #evaluations = $state.raw<CallOutput<'evaluation.ongoing'>>([]);
  #experiments = $state.raw<CallOutput<'experiment.ongoing'>>([]);
  readonly #changes = new SvelteMap<WorkspaceDomain, number>();
  readonly #client: Client;
  /** Domains that were written since they were asked for last. */
  #stale: readonly WorkspaceDomain[] = [];
  #isReloading = false;

  constructor(connect: () => Promise<Transport>) {
    this.#client = createReconnectingClient({
      connect,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      onChange: (connection) => this.#onConnection(connection),
    });
    this.#client.on('runs.onProgress', (progress) => this.#progress.set(progress.runId, progress));
    this.#client.on('review.onReplays', (replays) => (this.#replays = replays));
    this.#client.on('models.onDownloads', (downloads) => (this.#downloads = downloads));
    this.#client.on('models.onWork', (ongoing) => (this.#modelProgress = ongoing));
    this.#client.on('evaluation.onProgress', (ongoing) => (this.#evaluations = ongoing));
    this.#client.on('experiment.onProgress', (ongoing) => (this.#experiments = ongoing));
    this.#client.on('workspace.onChange', ({ domains }) => this.#onChange(domains));
    // A page that was asleep has its messages still to come; asking at once shows the present right away.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.isConnected) this.#onChange(['runs', 'proposals', 'settings']);
    });
  }

  get connection(): Connection {
    return this.#connection;
  }

  get isConnected(): boolean {
    return this.#connection.kind === 'open';
  }

  get application(): Application | null {
    return this.#application;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Oldest first; null until they were loaded. */
  get runs(): readonly Run[] | null {
    return this.#runs;
  }

  /** The run that every screen is about; null when there is none. */
  get run(): Run | null {
    const runs = this.#runs ?? [];
    return runs.find((run) => run.id === this.#chosenRunId) ?? runs.at(-1) ?? null;
  }

  /** Proposals of all runs that wait for a verdict. */
  get openProposals(): readonly ProposalRow[] {
    return this.#unfinished.filter(({ state }) => isOneOf(WAITING_STATES, state));
  }

  /**
   * What a run that waits for its reviewer waits for, as the engine counts: neither what was parked nor what is bound to
   * another bank.
   */
  dueOf(runId: string): DueProposals {
    const due = this.#unfinished.filter(
      (one) => one.runId === runId && !one.isStale && one.state !== 'parked',
    );
    return {
      undecided: due.filter(({ state }) => isOneOf(WAITING_STATES, state)),
      approved: due.filter(({ state }) => isOneOf(STAGED_STATES, state)),
    };
  }

  get problems(): readonly unknown[] {
    return this.#problems;
  }

  /** Where a run is while it trains in this application; null otherwise. */
  progressOf(runId: string): RunProgress | null {
    return this.#progress.get(runId) ?? null;
  }

  /** How far the replay of all of these proposals is; null while there is none. */
  replayOf(proposalIds: readonly string[]): ReplayProgress | null {
    return (
      this.#replays.find((one) => proposalIds.every((proposalId) => one.proposalIds.includes(proposalId))) ??
      null
    );
  }

  /** How far the replay of a change that has no name yet is: the latest one of a run. */
  latestReplay(runId: string | null): ReplayProgress | null {
    return this.#replays.findLast((one) => one.runId === runId) ?? null;
  }

  /** Models that are being downloaded, in whichever window they were asked for. */
  get modelProgress(): CallOutput<'models.work'> {
    return this.#modelProgress;
  }

  get downloads(): CallOutput<'models.downloads'> {
    return this.#downloads;
  }

  /** Evaluations that go on or wait for their turn, oldest first. */
  get evaluations(): CallOutput<'evaluation.ongoing'> {
    return this.#evaluations;
  }

  get experiments(): CallOutput<'experiment.ongoing'> {
    return this.#experiments;
  }

  /** Grows with every change of a domain and every new connection; `Query` depends on it. */
  changeCount(domain: WorkspaceDomain): number {
    return this.#changes.get(domain) ?? 0;
  }

  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<CallOutput<Name>> {
    return this.#client.call(name, input, options);
  }

  chooseRun(runId: string): void {
    this.#chosenRunId = runId;
  }

  async saveSettings(change: Partial<Settings>): Promise<void> {
    this.#settings = await this.call('settings.set', { ...this.#settings, ...change });
  }

  report(problem: unknown): void {
    this.#problems = [...this.#problems, problem];
  }

  dismiss(problem: unknown): void {
    this.#problems = this.#problems.filter((one) => one !== problem);
  }

  #onConnection(connection: Connection): void {
    this.#connection = connection;
    if (connection.kind !== 'open') return;
    this.#application = connection.application;
    this.#progress.clear();
    void this.#askWhatGoesOn();
    this.#onChange(WORKSPACE_DOMAINS);
  }

  #onChange(domains: readonly WorkspaceDomain[]): void {
    for (const domain of domains) this.#changes.set(domain, this.changeCount(domain) + 1);
    this.#stale = [...this.#stale, ...domains];
    if (!this.#isReloading) void this.#reloadStale();
  }

  /** One answer after the other, so that a later one is the newer; what changes meanwhile is asked for once after it. */
  async #reloadStale(): Promise<void> {
    this.#isReloading = true;
    while (this.#stale.length > 0) {
      const domains = this.#stale;
      this.#stale = [];
      try {
        await this.#reload(domains);
      } catch (error) {
        // A lost connection is shown as such, and all is asked again when it is back.
        if (this.isConnected) this.report(error);
      }
    }
    this.#isReloading = false;
  }

  async #askWhatGoesOn(): Promise<void> {
    try {
      this.#replays = await this.call('review.replays', {});
      this.#downloads = await this.call('models.downloads', {});
      this.#modelProgress = await this.call('models.work', {});
      this.#evaluations = await this.call('evaluation.ongoing', {});
      this.#experiments = await this.call('experiment.ongoing', {});
    } catch (error) {
      // A lost connection is shown as such, and it is asked again when it is back.
      if (this.isConnected) this.report(error);
    }
  }

  async #reload(domains: readonly WorkspaceDomain[]): Promise<void> {
    const has = (domain: WorkspaceDomain): boolean => domains.includes(domain);
    if (has('settings')) this.#settings = await this.call('settings.get', {});
    if (has('runs') || has('bank')) {
      const runs = await this.call('runs.list', {});
      await this.#loadProgress(runs);
      this.#runs = runs;
    }
    if (has('proposals') || has('bank')) {
      const states = [...WAITING_STATES, ...STAGED_STATES];
      this.#unfinished = await this.call('proposals.list', { runId: null, states });
    }
  }

  /** A window opened in the middle of a run has heard no event of it yet; one that ended says so in its record. */
  async #loadProgress(runs: readonly Run[]): Promise<void> {
    for (const run of runs.filter(({ id, status }) => status === 'running' || this.#progress.has(id))) {
      const progress = await this.call('runs.progress', { runId: run.id });
      if (progress === null) this.#progress.delete(run.id);
      else this.#progress.set(run.id, progress);
    }
  }
}

export const [getStudio, setStudio] = createContext<Studio>();
