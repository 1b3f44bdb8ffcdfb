import { secretFromEnvironment } from '../../config/environment.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { ModelRecord } from '../../contract/model.ts';
import type { Embedder } from '../../memory/embedder.ts';
import type { DeviceTurns } from '../../models/deviceTurns.ts';
import { readGgufFile } from '../../models/ggufFile.ts';
import type { LanguageModel } from '../../models/languageModel.ts';
import { LlamaEmbedder } from '../../models/llama/llamaEmbedder.ts';
import { LlamaLanguageModel } from '../../models/llama/llamaLanguageModel.ts';
import type { ModelChange } from '../../models/llama/modelSupervisor.ts';
import type { LlamaModelOptions } from '../../models/llama/openLlamaModel.ts';
import { ServerConnection } from '../../models/server/serverConnection.ts';
import { ServerEmbedder } from '../../models/server/serverEmbedder.ts';
import { ServerLanguageModel } from '../../models/server/serverLanguageModel.ts';
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { createRng } from '../../shared/rng.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Platform } from '../platform.ts';
import { chatInTurns, embedderInTurns } from './inTurns.ts';
import { keyOf } from './serverAccess.ts';

export interface OpenerParts {
  readonly workspace: Workspace;
  readonly platform: Platform;
  readonly clock: Clock;
}

/** Told what becomes of the process of a model. */
export type OnModelChange = (modelId: string, change: ModelChange) => void;

type GgufSource = Extract<ModelRecord['source'], { kind: 'gguf' }>;
type ServerSource = Extract<ModelRecord['source'], { kind: 'server' }>;

/** How the models of a run are to be opened. */
export interface OpenerPlan {
  readonly config: RunConfig;
  readonly turns: DeviceTurns;
  /** Ids of models that stay off the GPU. */
  readonly onProcessor: ReadonlySet<string>;
  readonly onChange: OnModelChange;
}

/** Opens models of the workspace for one run, each once; what it opened, it closes. */
export class ModelOpener {
  readonly #parts: OpenerParts;
  readonly #config: RunConfig;
  readonly #turns: DeviceTurns;
  readonly #onProcessor: ReadonlySet<string>;
  readonly #onChange: OnModelChange;
  readonly #chatModels = new Map<string, LanguageModel>();
  readonly #connections = new Map<string, Promise<ServerConnection>>();
  readonly #disposers: (() => Promise<void>)[] = [];

  constructor(parts: OpenerParts, { config, turns, onProcessor, onChange }: OpenerPlan) {
    this.#parts = parts;
    this.#config = config;
    this.#turns = turns;
    this.#onProcessor = onProcessor;
    this.#onChange = onChange;
  }

  /** @throws AppError NOT_FOUND or INVALID_INPUT naming `key`; as the models' own `create`. */
  async chatModel(id: string, key: string): Promise<LanguageModel> {
    const known = this.#chatModels.get(id);
    if (known !== undefined) return known;
    const record = this.#record(id, key, 'chat');
    const model = await this.#open(record);
    this.#chatModels.set(id, model);
    return model;
  }

  /** @throws AppError as `chatModel`. */
  async embedder(id: string, key: string): Promise<Embedder> {
    const { source } = this.#record(id, key, 'embedding');
    if (source.kind === 'server')
      return ServerEmbedder.create({ connection: await this.#connect(source), model: source.model });
    const options = await this.#llamaOptions(id, source);
    const embedder = await this.#turns.use(id, () => LlamaEmbedder.create(options));
    this.#keep(id, embedder);
    return embedderInTurns(embedder, id, this.#turns);
  }

  async close(): Promise<void> {
    await Promise.all(this.#disposers.splice(0).map((dispose) => dispose()));
  }

  #record(id: string, key: string, purpose: ModelRecord['purpose']): ModelRecord {
    const record = this.#parts.workspace.models.get(id);
    const details = { keys: [key] };
    if (record === null)
      throw new AppError(
        'NOT_FOUND',
        `${key} names the model ${id}, which this workspace does not have: add it with "memskill models", or choose another.`,
        { details },
      );
    if (record.purpose !== purpose)
      throw new AppError(
        'INVALID_INPUT',
        `${key} names ${record.name}, ${purpose === 'chat' ? 'an embedding model, which cannot chat' : 'a chat model, which does not embed'}: choose another.`,
        { details },
      );
    return record;
  }

  async #open({ id, source, contextTokens }: ModelRecord): Promise<LanguageModel> {
    const { modelContext, modelSequences } = this.#config;
    if (source.kind === 'server')
      return ServerLanguageModel.create({
        connection: await this.#connect(source),
        model: source.model,
        contextTokens: modelContext ?? contextTokens ?? undefined,
      });
    const options: LlamaModelOptions = {
      ...(await this.#llamaOptions(id, source)),
      contextTokens: modelContext ?? undefined,
      sequences: modelSequences,
    };
    const model = await this.#turns.use(id, () => LlamaLanguageModel.create(options));
    this.#keep(id, model);
    return chatInTurns(model, id, this.#turns);
  }

  #keep(id: string, model: LlamaLanguageModel | LlamaEmbedder): void {
    this.#turns.admit(id, () => model.unload());
    this.#disposers.push(() => model.dispose());
  }

  async #llamaOptions(id: string, { path, sha256, sizeBytes }: GgufSource): Promise<LlamaModelOptions> {
    const { platform } = this.#parts;
    // A file of another size is not the one whose hash is known; it is read whole to be told from others.
    const isKnown = (await readGgufFile(path)).sizeBytes === sizeBytes;
    const { gpuLayers } = this.#config;
    const isOnProcessor = gpuLayers === 0 || this.#onProcessor.has(id);
    return {
      path,
      sha256: isKnown ? sha256 : undefined,
      gpu: isOnProcessor ? false : 'auto',
      gpuLayers: gpuLayers ?? 'auto',
      // There is memory enough there, and replies repeat exactly.
      kvCache: isOnProcessor ? 'f32' : 'f16',
      startProcess: platform.startModelProcess,
      entry: platform.modelProcess,
      onChange: (change) => this.#onChange(id, change),
    };
  }

  /** One for all models of a server, so that its bound on requests holds for all. */
  #connect(source: ServerSource): Promise<ServerConnection> {
    const name = JSON.stringify([source.baseUrl, source.keyVariable]);
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const connection = this.#openConnection(source);
    this.#connections.set(name, connection);
    return connection;
  }

  async #openConnection(source: ServerSource): Promise<ServerConnection> {
    const { platform, clock } = this.#parts;
    const { modelSequences, seed } = this.#config;
    const keys = { readSecret: secretFromEnvironment, keyStore: platform.keyStore };
    const connection = new ServerConnection({
      baseUrl: source.baseUrl,
      apiKey: await keyOf(source, keys, 'unauthorised'),
      limits: { concurrency: modelSequences },
      rng: createRng(seed, 'server', source.baseUrl),
      clock,
    });
    this.#disposers.push(() => connection.dispose());
    return connection;
  }
}
