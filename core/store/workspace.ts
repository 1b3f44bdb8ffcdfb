import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import type { WorkspaceDomain } from '../contract/application.ts';
import type { Transport } from '../contract/rpc.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { flushFolder, makeFolder } from './atomicFile.ts';
import { BackgroundCheckpoints } from './backgroundCheckpoints.ts';
import { CheckpointFiles } from './checkpointFiles.ts';
import type { Database } from './database.ts';
import { BuiltMemoryTable, EvaluationQuestionTable } from './evaluationData.ts';
import { EventLog } from './eventLog.ts';
import type { ChainReport } from './eventLog.ts';
import { fileError } from './fileError.ts';
import { LiveMemoryTable } from './liveMemoryTable.ts';
import { WorkspaceLock } from './lock.ts';
import { MemorySpaceTable } from './memorySpaceTable.ts';
import { OwnerServer } from './ownerSocket.ts';
import { MemoryTable, MetricTable, QuestionScoreTable, RunStateTable } from './runData.ts';
import { ReplyTable } from './replyTable.ts';
import { SettingsTable } from './settingsTable.ts';
import { listSetAside, openDatabase, openDatabaseReadOnly } from './workspaceFolder.ts';
import { createWorkspaceTables } from './workspaceTables.ts';
import type { WorkspaceTables } from './workspaceTables.ts';
import { domainsOf } from './writtenDomains.ts';

export interface WorkspaceOptions {
  clock: Clock;
  /** Look only: takes no lock, writes nothing, works beside an owner and on a read-only disk. */
  readOnly?: boolean;
  /** Entry of the thread that keeps the write-ahead log short (`checkpointThread.ts`); without it commits do. */
  checkpointThread?: URL;
}

/** Folders of a workspace beside its database. */
export type WorkspaceFolderName = 'memories.lance' | 'checkpoints' | 'models' | 'exports' | 'logs';

export interface VerifyReport extends ChainReport {
  /** Decisions and bank versions that are not as they were appended, `table/key`. */
  readonly tampered: readonly string[];
}

/**
 * A workspace on disk (design 4), open in one process at a time. Whatever a method or `transaction` wrote is on the disk
 * when it returns (but for `transactionUnsynced`). Each method says what it throws; any may throw UNAVAILABLE when the
 * disk is full or fails, and then nothing of the call was written (but for `sync`).
 */
export class Workspace {
  readonly folderPath: string;
  readonly isReadOnly: boolean;
  readonly runs: WorkspaceTables['runs'];
  readonly hardCases: WorkspaceTables['hardCases'];
  readonly clusters: WorkspaceTables['clusters'];
  readonly proposals: WorkspaceTables['proposals'];
  readonly replays: WorkspaceTables['replays'];
  readonly decisions: WorkspaceTables['decisions'];
  readonly bankVersions: WorkspaceTables['bankVersions'];
  readonly metrics: MetricTable;
  readonly questionScores: QuestionScoreTable;
  readonly runState: RunStateTable;
  readonly memories: MemoryTable;
  readonly settings: SettingsTable;
  readonly models: WorkspaceTables['models'];
  readonly replies: ReplyTable;
  readonly memorySpaces: MemorySpaceTable;
  readonly liveMemories: LiveMemoryTable;
  readonly evaluations: WorkspaceTables['evaluations'];
  readonly experiments: WorkspaceTables['experiments'];
  readonly receivedControllers: WorkspaceTables['receivedControllers'];
  readonly evaluationQuestions: EvaluationQuestionTable;
  readonly builtMemories: BuiltMemoryTable;
  readonly events: EventLog;
  readonly checkpoints: CheckpointFiles;
  readonly #database: Database;
  readonly #lock: WorkspaceLock | null;
  readonly #checkpoints: BackgroundCheckpoints | null;
  #server: OwnerServer | null = null;

  private constructor(parts: {
    folder: string;
    database: Database;
    lock: WorkspaceLock | null;
    options: WorkspaceOptions;
  }) {
    const { folder, database, lock, options } = parts;
    const { clock, checkpointThread } = options;
    this.folderPath = folder;
    this.isReadOnly = lock === null;
    this.#database = database;
    this.#lock = lock;
    this.events = new EventLog(database, clock);
    const tables = createWorkspaceTables(database, this.events);
    this.runs = tables.runs;
    this.hardCases = tables.hardCases;
    this.clusters = tables.clusters;
    this.proposals = tables.proposals;
    this.replays = tables.replays;
    this.decisions = tables.decisions;
    this.bankVersions = tables.bankVersions;
    this.metrics = new MetricTable(database);
    this.questionScores = new QuestionScoreTable(database);
    this.runState = new RunStateTable(database);
    this.memories = new MemoryTable(database);
    this.settings = new SettingsTable(database);
    this.models = tables.models;
    this.replies = new ReplyTable(database);
    this.memorySpaces = new MemorySpaceTable(database);
    this.liveMemories = new LiveMemoryTable(database);
    this.evaluations = tables.evaluations;
    this.experiments = tables.experiments;
    this.receivedControllers = tables.receivedControllers;
    this.evaluationQuestions = new EvaluationQuestionTable(database);
    this.builtMemories = new BuiltMemoryTable(database);
    this.checkpoints = new CheckpointFiles(join(folder, 'checkpoints'));
    this.#checkpoints =
      checkpointThread === undefined || lock === null
        ? null
        : new BackgroundCheckpoints(checkpointThread, database.path, () => {
            database.hasCheckpointer = false;
          });
    if (this.#checkpoints === null) return;
    database.hasCheckpointer = true;
    database.onWrite(() => this.#checkpoints?.note());
  }

  /**
   * Opens the workspace in `folder`, made where there is none, and becomes its owner. CONFLICT: another process owns it.
   * CORRUPT_DATA: its database is damaged and was set aside; opening once more begins empty. UNAVAILABLE: written by a
   * newer version, or the folder cannot be written. With `readOnly`, NOT_FOUND when there is none.
   */
  static async open(folder: string, options: WorkspaceOptions): Promise<Workspace> {
    const path = resolve(folder);
    const { clock } = options;
    if (options.readOnly === true)
      return new Workspace({ folder: path, database: openDatabaseReadOnly(path), lock: null, options });
    makeFolder(path);
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      throw fileError(error, 'write', path);
    }
    const lock = WorkspaceLock.acquire(path, clock);
    try {
      return new Workspace({ folder: path, database: openDatabase(path, clock), lock, options });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Version of the database's schema. */
  get schemaVersion(): number {
    return this.#database.version;
  }

  /** All of `fn`'s writes or none; one disk sync for all of them. `fn` is synchronous. May be nested. */
  transaction<T>(fn: () => T): T {
    return this.#database.transaction(fn);
  }

  /**
   * As `transaction`, without the disk sync: on the disk when a `sync` that was called later, or another transaction, has
   * returned. For writes beside which this thread has more to do than to wait for the disk.
   */
  transactionUnsynced<T>(fn: () => T): T {
    return this.#database.transactionUnsynced(fn);
  }

  /** Returns when all that is committed by now is on the disk; UNAVAILABLE when the disk fails. */
  sync(): Promise<void> {
    return this.#database.sync();
  }

  /**
   * Called after each commit (one write outside a transaction is one) with what it changed for those who look at the
   * workspace; nothing that was undone is told. Returns the function that unsubscribes.
   */
  onWrite(listener: (domains: ReadonlySet<WorkspaceDomain>) => void): () => void {
    return this.#database.onWrite((tables) => listener(domainsOf(tables)));
  }

  /** Path of one of the workspace's folders, created on first use. */
  folder(name: WorkspaceFolderName): string {
    const path = join(this.folderPath, name);
    if (!this.isReadOnly) makeFolder(path);
    return path;
  }

  /**
   * Lets other processes connect (`connectToOwner`) until the workspace is closed; `onClient` gets this end of each
   * connection, to be given to the contract's `serve`.
   */
  async serve(onClient: (transport: Transport) => void): Promise<void> {
    if (this.#lock === null)
      throw new AppError('INTERNAL', 'A workspace opened read-only has no owner to speak for it.');
    if (this.#server !== null)
      throw new AppError('INTERNAL', `The workspace ${this.folderPath} is served already.`);
    this.#server = await OwnerServer.start(this.folderPath, onClient);
    this.#lock.publish(this.#server.address);
  }

  /** Whether the past is as it was written: the event chain, and decisions and bank versions against it. */
  verify(): VerifyReport {
    const chain = this.events.verify();
    const tampered = [
      ...this.decisions.findTampered().map((key) => `decisions/${key}`),
      ...this.bankVersions.findTampered().map((key) => `bankVersions/${key}`),
    ];
    return { ok: chain.ok && tampered.length === 0, brokenAt: chain.brokenAt, tampered };
  }

  /**
   * Empties the write-ahead log: after it, deleted text is in none of the workspace's database files (`secure_delete`
   * overwrites it in the main one), except the copy that was made before a migration. CONFLICT while another process
   * reads.
   */
  async checkpointWal(): Promise<void> {
    const empty = (): void => this.#database.checkpoint();
    if (this.#checkpoints === null) empty();
    else await this.#checkpoints.runBefore(empty);
  }

  /** After much was written to a folder or deleted there: else the next transaction waits for the disk. */
  flush(name: WorkspaceFolderName): Promise<void> {
    return flushFolder(this.folder(name));
  }

  /** Folders of damaged files that an earlier opening set aside, oldest first. */
  listSetAside(): string[] {
    return listSetAside(this.folderPath);
  }

  /** Ends serving, closes the database, gives up ownership. May be called twice. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    try {
      await server?.close();
      await this.#checkpoints?.close();
      this.#database.close();
    } finally {
      this.#lock?.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
