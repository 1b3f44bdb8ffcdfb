import { startLine } from '../evolution/bankHistory.ts';
import type { EventName, EventPayload } from '../contract/calls.ts';
import { createInMemoryTransport } from '../contract/inMemoryTransport.ts';
import {
  createClient,
  serve,
  type Client,
  type Handlers,
  type ServerConnection,
  type Transport,
} from '../contract/rpc.ts';
import { secretFromEnvironment } from '../config/environment.ts';
import { MemoryArchive } from '../memory/lance/archive.ts';
import type { Clock } from '../shared/clock.ts';
import { seedSkills } from '../skills/seeds.ts';
import { Workspace } from '../store/workspace.ts';
import { ActiveRuns } from './activeRuns.ts';
import { ActiveEvaluations } from './evaluation/activeEvaluations.ts';
import { ActiveExperiments } from './experiments/activeExperiments.ts';
import { ChangeFeed } from './changeFeed.ts';
import type { PageShell } from './fileAccess.ts';
import { createHandlers } from './handlers.ts';
import { LiveMemoryService } from './memory/liveMemoryService.ts';
import { ModelLibrary } from './modelLibrary.ts';
import type { StudioParts } from './openTraining.ts';
import { createPageHandlers } from './pageHandlers.ts';
import type { Platform } from './platform.ts';
import { OngoingWork } from './ongoingWork.ts';

export interface StudioOptions {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Called when an application asks for the workspace; without it the workspace is kept. */
  readonly onYield?: (() => void) | null;
}

/**
 * Nothing trains or measures in a workspace that was just opened: what says so was killed. A run can go on; an evaluation
 * begins again, with the memories it had built.
 */
function markInterrupted(workspace: Workspace, clock: Clock): void {
  workspace.transaction(() => {
    for (const run of workspace.runs.list().filter((one) => one.status === 'running')) {
      workspace.runs.put({
        ...run,
        status: 'paused',
        message: 'The process ended while the run was training.',
        updatedAtMs: clock.now(),
      });
      const { step, stage } = run;
      workspace.events.append({ type: 'run.interrupted', runId: run.id, ids: { step, stage } });
    }
    for (const evaluation of workspace.evaluations.list({ where: { status: 'running' } })) {
      workspace.evaluations.put({ ...evaluation, status: 'cancelled', updatedAtMs: clock.now() });
    }
    for (const experiment of workspace.experiments.list({ where: { status: 'running' } })) {
      workspace.experiments.put({ ...experiment, status: 'paused', updatedAtMs: clock.now() });
    }
  });
}

/** The composition root: one open workspace, its calls, and everybody connected to it. */
export class Studio {
  readonly #parts: StudioParts;
  readonly #active: ActiveRuns;
  readonly #evaluations: ActiveEvaluations;
  readonly #experiments: ActiveExperiments;
  readonly #models: ModelLibrary;
  readonly #memory: LiveMemoryService;
  readonly #handlers: Handlers;
  readonly #connections = new Set<ServerConnection>();
  readonly #changes: ChangeFeed;

  private constructor(
    shared: Omit<StudioParts, 'replays'>,
    { memory, onYield }: { readonly memory: LiveMemoryService; readonly onYield: (() => void) | null },
  ) {
    this.#memory = memory;
    const replays: StudioParts['replays'] = new OngoingWork({
      keyOf: ({ proposalIds }) => proposalIds.join(' '),
      tell: (ongoing) => this.#emit('review.onReplays', ongoing),
      clock: shared.clock,
    });
    const parts: StudioParts = { ...shared, replays };
    this.#parts = parts;
    this.#active = new ActiveRuns(parts, (progress) => this.#emit('runs.onProgress', progress));
    this.#evaluations = new ActiveEvaluations(parts, (ongoing) =>
      this.#emit('evaluation.onProgress', ongoing),
    );
    this.#experiments = new ActiveExperiments(
      { parts, runs: this.#active, evaluations: this.#evaluations },
      (ongoing) => this.#emit('experiment.onProgress', ongoing),
    );
    this.#models = new ModelLibrary({
      workspace: parts.workspace,
      platform: parts.platform,
      clock: parts.clock,
      readSecret: secretFromEnvironment,
      onDownloads: (ongoing) => this.#emit('models.onDownloads', ongoing),
      onWork: (ongoing) => this.#emit('models.onWork', ongoing),
    });
    this.#handlers = createHandlers({
      parts,
      active: this.#active,
      models: this.#models,
      memory,
      evaluations: this.#evaluations,
      experiments: this.#experiments,
      onProof: (done, total) => this.#emit('bank.onProof', { done, total }),
      onYield,
    });
    this.#changes = new ChangeFeed((domains) => this.#emit('workspace.onChange', { domains }));
    parts.workspace.onWrite((domains) => this.#changes.note(domains));
  }

  /**
   * Becomes the owner of a workspace, makes it when there is none, and serves other processes of this machine.
   *
   * @throws AppError CONFLICT when another process owns it; as `Workspace.open` otherwise.
   */
  static async open(folder: string, { platform, clock, onYield = null }: StudioOptions): Promise<Studio> {
    const workspace = await Workspace.open(folder, { clock, checkpointThread: platform.checkpointThread });
    try {
      const archive = await MemoryArchive.open(workspace.folder('memories.lance'));
      if (workspace.bankVersions.count() === 0) {
        startLine(workspace, { runId: null, from: { seeds: seedSkills({ skipNoop: false }) }, clock });
      }
      markInterrupted(workspace, clock);
      const memory = await LiveMemoryService.open({ workspace, platform, clock });
      const studio = new Studio({ workspace, archive, platform, clock }, { memory, onYield });
      await workspace.serve((transport) => studio.attach(transport));
      return studio;
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  /** Serves another process of this machine, which may do everything, over any transport until it closes. */
  attach(transport: Transport): void {
    this.#serve(transport, this.#handlers);
  }

  /** Serves a screen, which names no paths and speaks for the person in front of it (see `createPageHandlers`). */
  attachPage(transport: Transport, shell: PageShell): void {
    this.#serve(transport, createPageHandlers(this.#handlers, { shell, workspace: this.#parts.workspace }));
  }

  /** A client in this process; its calls cross a transport like everybody's. */
  connect(): Client {
    const [mine, theirs] = createInMemoryTransport();
    this.attach(theirs);
    return createClient(mine);
  }

  /** Pauses what trains, so that nothing is lost, and gives the workspace back. */
  async close(): Promise<void> {
    await this.#experiments.pauseAll();
    await Promise.all([this.#active.pauseAll(), this.#evaluations.cancelAll()]);
    this.#changes.close();
    for (const connection of this.#connections) connection.close();
    await this.#models.close();
    await this.#memory.close();
    await this.#parts.archive.close();
    await this.#parts.workspace.close();
  }

  #serve(transport: Transport, handlers: Handlers): void {
    const connection = serve(transport, handlers);
    this.#connections.add(connection);
    transport.onClose(() => void this.#connections.delete(connection));
  }

  #emit<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    for (const connection of this.#connections) connection.emit(name, payload);
  }
}
