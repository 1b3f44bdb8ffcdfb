import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  MODEL_ROLES,
  type DevicesView,
  type ModelAssignments,
  type ModelFit,
  type ModelRecord,
  type ModelView,
} from '../../contract/model.ts';
import { planFit } from '../../models/fitPlan.ts';
import { readGgufFile, type GgufDescription } from '../../models/ggufFile.ts';
import { AppError } from '../../shared/errors.ts';
import { troubleWords } from './modelTrouble.ts';
import { missingKey, type KeySources } from './serverAccess.ts';

/** Of a context when none is named: what opening a model takes as well. */
export const DEFAULT_CONTEXT_TOKENS = { chat: 8192, embedding: 2048 } as const;

export type GgufRecord = ModelRecord & { source: Extract<ModelRecord['source'], { kind: 'gguf' }> };

export function isGguf(record: ModelRecord): record is GgufRecord {
  return record.source.kind === 'gguf';
}

interface KnownHeader {
  readonly signature: string;
  readonly description: GgufDescription;
}

async function signatureOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return stats.map((one) => (one === null ? 'none' : `${one.size} ${one.mtimeMs}`)).join(', ');
}

/** Headers of model files, read again only when a file has changed: a vocabulary is megabytes long. */
class GgufHeaders {
  readonly #known = new Map<string, KnownHeader>();

  /** @throws AppError as `readGgufFile`. */
  async read(path: string): Promise<GgufDescription> {
    const known = this.#known.get(path);
    if (known !== undefined && (await signatureOf(known.description.files)) === known.signature)
      return known.description;
    const description = await readGgufFile(path);
    this.#known.set(path, { signature: await signatureOf(description.files), description });
    return description;
  }
}

function troubleView(trouble: ModelRecord['trouble']): ModelView['trouble'] {
  if (trouble === null) return null;
  return { restarts: trouble.restarts, atMs: trouble.atMs, words: troubleWords(trouble) };
}

export interface ModelViewSetup {
  readonly keys: KeySources;
  /** Null where llama.cpp does not start. */
  readonly devices: () => Promise<DevicesView | null>;
}

/** Records of the library as screens see them: without paths, with what is the matter and what fits. */
export class ModelViews {
  readonly #setup: ModelViewSetup;
  readonly #headers = new GgufHeaders();

  constructor(setup: ModelViewSetup) {
    this.#setup = setup;
  }

  async view(record: ModelRecord, assignments: ModelAssignments): Promise<ModelView> {
    const roles = MODEL_ROLES.filter((role) => assignments[role] === record.id);
    if (isGguf(record)) return { ...(await this.#ofFile(record)), roles };
    const { source, trouble, ...facts } = record;
    if (source.kind !== 'server') throw new AppError('INTERNAL', 'A model is a file or runs on a server.');
    return {
      ...facts,
      trouble: troubleView(trouble),
      source: { ...source, hasKeptKey: this.#hasKeptKey(source.baseUrl) },
      roles,
      problem: missingKey(source, this.#setup.keys),
      fit: null,
    };
  }

  /** @throws AppError as `readGgufFile`. */
  describe(path: string): Promise<GgufDescription> {
    return this.#headers.read(path);
  }

  /** What is the matter with the file of a model; null when nothing is. */
  async problemOf(record: GgufRecord): Promise<string | null> {
    return (await this.#look(record)).problem;
  }

  #hasKeptKey(baseUrl: string): boolean {
    return this.#setup.keys.keyStore.servers().includes(baseUrl);
  }

  async #ofFile(record: GgufRecord): Promise<Omit<ModelView, 'roles'>> {
    const { source, trouble, ...facts } = record;
    const { path, ...visible } = source;
    const { problem, description } = await this.#look(record);
    return {
      ...facts,
      trouble: troubleView(trouble),
      source: { ...visible, fileName: basename(path) },
      problem,
      fit: description === null ? null : await this.#fitOf(record, description),
    };
  }

  async #look({
    source,
  }: GgufRecord): Promise<{ problem: string | null; description: GgufDescription | null }> {
    const name = basename(source.path);
    try {
      const description = await this.#headers.read(source.path);
      if (description.sizeBytes === source.sizeBytes) return { problem: null, description };
      const problem = `The file ${name} has ${description.sizeBytes} bytes instead of ${source.sizeBytes}: it is another file by now; put the right one back, or add it as a new model.`;
      return { problem, description: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const problem =
        error.code === 'NOT_FOUND'
          ? `The file ${name} is gone or cannot be read; put it back, or remove the model.`
          : `The file ${name} is damaged; put a whole copy in its place, or remove the model.`;
      return { problem, description: null };
    }
  }

  async #fitOf({ test, purpose }: GgufRecord, description: GgufDescription): Promise<ModelFit | null> {
    const contextTokens = Math.min(
      description.contextTokens ?? Infinity,
      test?.contextTokens ?? DEFAULT_CONTEXT_TOKENS[purpose],
    );
    const { vramBytes = null, ramBytes = null, gpuLayers = null } = test ?? {};
    const isMeasured = vramBytes !== null && ramBytes !== null && gpuLayers !== null;
    // What was measured needs no asking, which takes a process.
    const devices = isMeasured ? null : await this.#setup.devices();
    return planFit(description, {
      contextTokens,
      sequences: 1,
      freeVramBytes: devices?.freeVramBytes ?? null,
      ...(isMeasured ? { measured: { vramBytes, ramBytes, gpuLayers } } : {}),
    });
  }
}
