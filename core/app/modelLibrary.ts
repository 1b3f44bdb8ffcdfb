import { totalmem } from 'node:os';
import { basename } from 'node:path';
import pLimit from 'p-limit';
import type { CallInput, CallOutput } from '../contract/calls.ts';
import {
  MODEL_ROLES,
  type DevicesView,
  type ModelAssignments,
  type ModelDownloadProgress,
  type ModelWorkProgress,
  type ModelView,
  type Placement,
  type RecommendedModelView,
} from '../contract/model.ts';
import {
  downloadUrl,
  readRecommendedModels,
  recommendFor,
  type RecommendedModel,
} from '../models/recommendedModels.ts';
import { listServerModels } from '../models/server/serverModels.ts';
import type { ServerConnection } from '../models/server/serverConnection.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import { OngoingWork } from './ongoingWork.ts';
import { assignModel } from './models/assignModel.ts';
import type { ModelWork } from './models/reembedMemories.ts';
import { askDevices } from './models/modelDevices.ts';
import { configOfAssignments, deviceFor, placeModelsOf, supposedGpu } from './models/modelPlacement.ts';
import {
  examineFile,
  examineServer,
  fetchModel,
  verifyFile,
  type FoundModel,
} from './models/modelSources.ts';
import { tryModel } from './models/modelTrial.ts';
import { isGguf, ModelViews, type GgufRecord } from './models/modelViews.ts';
import {
  ENQUIRY_LIMITS,
  openServer,
  type KeySources,
  type ReadSecret,
  type ServerPlace,
} from './models/serverAccess.ts';
import { ServerKeys } from './models/serverKeys.ts';
import type { Platform } from './platform.ts';

export interface ModelLibrarySetup {
  readonly workspace: Pick<Workspace, 'models' | 'settings' | 'runs' | 'folder' | 'transaction'>;
  readonly platform: Pick<Platform, 'modelProcess' | 'startModelProcess' | 'recommendedModels' | 'keyStore'>;
  readonly clock: Clock;
  readonly readSecret: ReadSecret;
  readonly onDownloads: (ongoing: ModelDownloadProgress[]) => void;
  readonly onWork: (ongoing: ModelWorkProgress[]) => void;
  /** Where a recommended model is downloaded from; where it is published, unless a test says otherwise. */
  readonly urlOf?: (model: RecommendedModel) => string;
}

const ADDRESS = /^https?:\/\//iu;
/** Runs that will not ask a model again. */
const ENDED = new Set(['finished', 'cancelled']);

/**
 * The models of a workspace and who of them serves which role. Law: nothing here goes over the network unless a person
 * named the server or asked for the download, and a file is checked before llama.cpp sees it.
 */
export class ModelLibrary {
  readonly #setup: ModelLibrarySetup;
  readonly #downloads: OngoingWork<ModelDownloadProgress, Pick<ModelDownloadProgress, 'recommendedId'>>;
  readonly #views: ModelViews;
  /** Two models tried at once would measure each other. */
  readonly #trials = pLimit(1);
  readonly #closing = new AbortController();
  readonly #jobs = new Set<Promise<unknown>>();
  readonly #sources: KeySources;
  readonly keys: ServerKeys;
  /** Reading files whole and embedding memories anew, as far as it has come. */
  readonly work: ModelWork;
  #devices: Promise<DevicesView> | null = null;

  constructor(setup: ModelLibrarySetup) {
    this.#setup = setup;
    this.#downloads = new OngoingWork({
      keyOf: ({ recommendedId }) => recommendedId,
      tell: setup.onDownloads,
      clock: setup.clock,
    });
    this.#sources = { readSecret: setup.readSecret, keyStore: setup.platform.keyStore };
    this.keys = new ServerKeys(setup.platform.keyStore);
    this.work = new OngoingWork({
      keyOf: ({ kind, about }) => `${kind} ${about}`,
      tell: setup.onWork,
      clock: setup.clock,
    });
    this.#views = new ModelViews({
      keys: this.#sources,
      devices: () => this.#knownDevices(),
    });
  }

  get downloads(): ModelDownloadProgress[] {
    return this.#downloads.ongoing;
  }

  async list(): Promise<ModelView[]> {
    const { models, settings } = this.#setup.workspace;
    const { modelRoles } = settings.get();
    return Promise.all(models.list().map((record) => this.#views.view(record, modelRoles)));
  }

  /**
   * Adds a file, or downloads one first where an https address is named. The same content is one model, wherever it
   * lies.
   *
   * @throws AppError as `readGgufFile` and `downloadModel`.
   */
  addFile({ file, name }: CallInput<'models.addFile'>, signal: AbortSignal): Promise<ModelView> {
    return this.#job(signal, async (both) =>
      this.#keep(
        ADDRESS.test(file)
          ? await this.#fetchAddress(file, both)
          : await examineFile(file, { signal: both, work: this.work }),
        name,
      ),
    );
  }

  /** @throws AppError INVALID_INPUT, NOT_FOUND, CONFLICT, UNAVAILABLE as the server. */
  addServer(
    { baseUrl, keyVariable, model, purpose }: CallInput<'models.addServer'>,
    signal: AbortSignal,
  ): Promise<ModelView> {
    return this.#withServer({ baseUrl, keyVariable }, signal, async (connection, both) =>
      this.#keep(await examineServer(connection, { model, purpose, keyVariable }, both), null),
    );
  }

  listServer(
    place: CallInput<'models.listServer'>,
    signal: AbortSignal,
  ): Promise<CallOutput<'models.listServer'>> {
    return this.#withServer(place, signal, (connection, both) => listServerModels(connection, both));
  }

  /** @throws AppError NOT_FOUND; CONFLICT while a role or an unfinished run needs it. */
  remove(modelId: string): void {
    const { workspace } = this.#setup;
    workspace.transaction(() => {
      const { name } = workspace.models.require(modelId);
      const { modelRoles } = workspace.settings.get();
      const role = MODEL_ROLES.find((one) => modelRoles[one] === modelId);
      if (role !== undefined)
        throw new AppError(
          'CONFLICT',
          `${name} is the ${role} of new runs; assign another model or the built-in engine first.`,
        );
      const run = workspace.runs
        .list()
        .find(({ status, config }) => !ENDED.has(status) && Object.values(config).includes(modelId));
      if (run !== undefined)
        throw new AppError(
          'CONFLICT',
          `Run ${run.id} is not finished and asks ${name}; let it finish, or cancel it first.`,
        );
      workspace.models.delete(modelId);
    });
  }

  /** @throws AppError as `assignModel`. */
  assign(input: CallInput<'models.assign'>): ModelAssignments {
    return assignModel(this.#setup.workspace, input);
  }

  /** @throws AppError as `tryModel`; a test that fails leaves the last one as it was. */
  test(modelId: string, signal: AbortSignal): Promise<ModelView> {
    const { workspace, platform, clock } = this.#setup;
    return this.#job(signal, (both) =>
      this.#trials(async () => {
        const record = workspace.models.require(modelId);
        const test = await tryModel(record, { platform, clock, keys: this.#sources, signal: both });
        // It may have been removed meanwhile.
        workspace.models.put({ ...workspace.models.require(modelId), test, trouble: null });
        return this.#view(modelId);
      }),
    );
  }

  /** @throws AppError CORRUPT_DATA for a file that is another by now; NOT_FOUND; INVALID_INPUT for a server's model. */
  verify(modelId: string, signal: AbortSignal): Promise<ModelView> {
    return this.#job(signal, async (both) => {
      const record = this.#setup.workspace.models.require(modelId);
      if (!isGguf(record))
        throw new AppError(
          'INVALID_INPUT',
          `${record.name} runs on a server, so there is no file to verify here; test it instead.`,
        );
      await verifyFile(record, { signal: both, work: this.work });
      return this.#view(modelId);
    });
  }

  /** Asked anew: memory that was taken may be free by now. */
  devices(signal: AbortSignal): Promise<DevicesView> {
    return this.#job(signal, async (both) => {
      const found = await askDevices(this.#setup.platform, both);
      this.#devices = Promise.resolve(found);
      return found;
    });
  }

  /** @throws AppError as `readGgufFile`. */
  plan(memoryGib: number | null): Promise<Placement | null> {
    const { models, settings } = this.#setup.workspace;
    const { modelRoles, runDefaults } = settings.get();
    const config = configOfAssignments(modelRoles, runDefaults);
    return placeModelsOf(config, {
      find: (id) => models.get(id),
      describe: (path) => this.#views.describe(path),
      device: async () =>
        memoryGib === null ? deviceFor(config, () => this.#knownDevices()) : supposedGpu(memoryGib),
    });
  }

  async recommended(): Promise<RecommendedModelView[]> {
    const models = this.#recommendedModels();
    const devices = await this.#knownDevices();
    const memoryBytes = devices?.vramBytes ?? devices?.ramBytes ?? totalmem();
    const records = this.#setup.workspace.models.list().filter(isGguf);
    return models.map((model) => {
      const { id, name, roles, repository, file, bytes, sha256, licence, contextTokens, minimumMemoryBytes } =
        model;
      return {
        ...{ id, name, roles, repository, file, bytes, sha256, licence, contextTokens, minimumMemoryBytes },
        isForThisMachine: roles.some((role) => recommendFor(models, role, memoryBytes) === model),
        modelId: records.find((record) => isOf(record, model))?.id ?? null,
      };
    });
  }

  /** @throws AppError NOT_FOUND; CONFLICT while it is being downloaded; as `downloadModel`. */
  download(recommendedId: string, signal: AbortSignal): Promise<ModelView> {
    const model = this.#recommendedModels().find(({ id }) => id === recommendedId);
    if (model === undefined)
      throw new AppError(
        'NOT_FOUND',
        `There is no recommended model "${recommendedId}"; choose one of the list of recommended models.`,
      );
    const { file, bytes, sha256 } = model;
    const url = (this.#setup.urlOf ?? downloadUrl)(model);
    return this.#job(signal, async (both) =>
      this.#keep(await this.#fetch({ id: recommendedId, url, file, bytes, sha256 }, both), null),
    );
  }

  /** Ends what goes on; a download goes on where it stopped when it is started again. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The workspace was closed.'));
    await Promise.allSettled(this.#jobs);
  }

  async #job<Result>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const job = work(AbortSignal.any([signal, this.#closing.signal]));
    this.#jobs.add(job);
    try {
      return await job;
    } finally {
      this.#jobs.delete(job);
    }
  }

  #withServer<Result>(
    place: ServerPlace,
    signal: AbortSignal,
    work: (connection: ServerConnection, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.#job(signal, async (both) => {
      const { clock } = this.#setup;
      const connection = await openServer(place, { keys: this.#sources, clock, limits: ENQUIRY_LIMITS });
      try {
        return await work(connection, both);
      } finally {
        await connection.dispose();
      }
    });
  }

  /** The record of a model that was found: a new one, or the one of the same content or the same server's model. */
  async #keep(found: FoundModel, name: string | null): Promise<ModelView> {
    const { workspace, clock } = this.#setup;
    const known = workspace.models.get(found.id);
    if (known === null)
      workspace.models.put({
        ...found,
        name: name ?? found.name,
        addedAtMs: clock.now(),
        test: null,
        trouble: null,
      });
    else if (known.purpose !== found.purpose)
      throw new AppError(
        'CONFLICT',
        `${known.name} is here already, as a model for ${known.purpose}; remove it first to use it for ${found.purpose}.`,
      );
    else {
      const isWhole = isGguf(known) && (await this.#views.problemOf(known)) === null;
      workspace.models.put({
        ...known,
        name: name ?? known.name,
        source: isWhole ? known.source : found.source,
      });
    }
    return this.#view(found.id);
  }

  #view(modelId: string): Promise<ModelView> {
    const { models, settings } = this.#setup.workspace;
    return this.#views.view(models.require(modelId), settings.get().modelRoles);
  }

  #recommendedModels(): RecommendedModel[] {
    return readRecommendedModels(this.#setup.platform.recommendedModels);
  }

  /** Of the last time they were asked for; null where llama.cpp does not start, which asking for them explains. */
  async #knownDevices(): Promise<DevicesView | null> {
    this.#devices ??= this.#job(this.#closing.signal, (signal) => askDevices(this.#setup.platform, signal));
    try {
      return await this.#devices;
    } catch (error) {
      this.#devices = null;
      if (error instanceof AppError && error.code === 'UNAVAILABLE') return null;
      throw error;
    }
  }

  #fetchAddress(address: string, signal: AbortSignal): Promise<FoundModel> {
    const file = decodeURIComponent(basename(new URL(address).pathname));
    return this.#fetch({ id: file, url: address, file, bytes: null, sha256: null }, signal);
  }

  async #fetch(
    wanted: {
      readonly id: string;
      readonly url: string;
      readonly file: string;
      readonly bytes: number | null;
      readonly sha256: string | null;
    },
    signal: AbortSignal,
  ): Promise<FoundModel> {
    const { id: recommendedId, ...source } = wanted;
    if (this.#downloads.has({ recommendedId }))
      throw new AppError('CONFLICT', `${source.file} is being downloaded already; wait for it.`);
    const progress = { recommendedId, receivedBytes: 0, totalBytes: source.bytes };
    this.#downloads.note({ ...progress, bytesPerSecond: null, remainingMs: null });
    try {
      return await fetchModel({
        ...source,
        folder: this.#setup.workspace.folder('models'),
        clock: this.#setup.clock,
        signal,
        onProgress: (report) => this.#downloads.note({ recommendedId, ...report }),
      });
    } finally {
      this.#downloads.end({ recommendedId });
    }
  }
}

function isOf({ source }: GgufRecord, { sha256, file, bytes }: RecommendedModel): boolean {
  if (sha256 !== null) return source.sha256 === sha256;
  return basename(source.path) === file && (bytes === null || bytes === source.sizeBytes);
}
