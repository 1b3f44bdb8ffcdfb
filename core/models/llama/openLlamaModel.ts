import { availableParallelism } from 'node:os';
import { AppError } from '../../shared/errors.ts';
import { hashGgufFiles, readGgufFile, type GgufDescription } from '../ggufFile.ts';
import type { Watch } from './modelConnection.ts';
import type { LoadedModel, ModelOptions } from './modelProtocol.ts';
import { forkModelProcess, MODEL_PROCESS_ENTRY, type StartModelProcess } from './modelProcessPort.ts';
import { ModelSupervisor, type ModelChange } from './modelSupervisor.ts';

/** How a model file is opened; what is left out has the default named here. */
export interface LlamaModelOptions {
  /** Of the GGUF file, the first one of a split model. */
  readonly path: string;
  /** Of the file's content, 64 hex digits, where the caller knows it; else all of the file is read once. */
  readonly sha256?: string | undefined;
  /** Tokens for prompt and reply together; the trained context, at most `defaultContextTokens`. */
  readonly contextTokens?: number | undefined;
  /** Upper bound of the default of `contextTokens`; 8192. */
  readonly defaultContextTokens?: number | undefined;
  /** Requests evaluated at once, each with a context of its own; 1. */
  readonly sequences?: number | undefined;
  /** `auto`. */
  readonly gpu?: 'auto' | false | undefined;
  /** `auto`: as many as fit. */
  readonly gpuLayers?: 'auto' | number | undefined;
  /** All cores but one, which stays for the application: llama.cpp's threads wait by spinning. */
  readonly threads?: number | undefined;
  /**
   * `f16`. Rounded to 16 bits, a reply may differ, about once in a thousand tokens of a tiny model, by what is evaluated
   * beside it and by what was kept of its prompt; `f32` takes twice the memory and makes it the same on the CPU.
   */
  readonly kvCache?: 'f16' | 'f32' | undefined;
  /** A child of this Node process. */
  readonly startProcess?: StartModelProcess | undefined;
  /** The source file; a built application has another. */
  readonly entry?: URL | undefined;
  readonly watch?: Partial<Watch> | undefined;
  readonly onChange?: ((change: ModelChange) => void) | undefined;
  /** Ends opening. */
  readonly signal?: AbortSignal | undefined;
}

/** Of the context when none is named: more costs memory, and prompts here are cut to far less. */
const DEFAULT_CONTEXT_TOKENS = 8192;

export interface OpenedModel {
  readonly id: string;
  readonly description: GgufDescription;
  readonly loaded: LoadedModel;
  readonly supervisor: ModelSupervisor;
}

/** Checks the file, starts a model process and loads it. */
export async function openLlamaModel(
  options: LlamaModelOptions,
  purpose: ModelOptions['purpose'],
): Promise<OpenedModel> {
  const { signal } = options;
  const description = await readGgufFile(options.path, signal);
  if (purpose === 'chat') checkChatModel(options.path, description);
  const contextTokens = contextOf(options, description);
  const sha256 = options.sha256 ?? (await hashGgufFiles(description.files, { signal }));
  const supervisor = await ModelSupervisor.start(
    {
      startProcess: options.startProcess ?? forkModelProcess,
      entry: options.entry ?? MODEL_PROCESS_ENTRY,
      model: {
        path: options.path,
        purpose,
        contextTokens,
        sequences: options.sequences ?? 1,
        gpu: options.gpu ?? 'auto',
        gpuLayers: options.gpu === false ? 0 : (options.gpuLayers ?? 'auto'),
        kvCache: options.kvCache ?? 'f16',
        threads: options.threads ?? Math.max(1, availableParallelism() - 1),
      },
      layers: description.layers,
      watch: options.watch ?? {},
      onChange: options.onChange,
    },
    signal,
  );
  return { id: `gguf:${sha256.slice(0, 16)}`, description, loaded: supervisor.loaded, supervisor };
}

function checkChatModel(path: string, { isEmbeddingModel, hasChatTemplate }: GgufDescription): void {
  if (isEmbeddingModel)
    throw new AppError(
      'INVALID_INPUT',
      `${path} is an embedding model and cannot chat; choose an instruction-tuned model, and this one as embedder.`,
      { details: { reason: 'embedding-model' } },
    );
  if (!hasChatTemplate)
    throw new AppError('INVALID_INPUT', `${path} has no chat template; choose an instruction-tuned model.`, {
      details: { reason: 'no-chat-template' },
    });
}

function contextOf(options: LlamaModelOptions, description: GgufDescription): number {
  const { path, contextTokens } = options;
  const trained = description.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
  if (contextTokens === undefined)
    return Math.min(trained, options.defaultContextTokens ?? DEFAULT_CONTEXT_TOKENS);
  if (contextTokens <= trained) return contextTokens;
  throw new AppError(
    'INVALID_INPUT',
    `A context of ${contextTokens} tokens was asked for, and ${path} was trained for ${trained}; choose at most that.`,
    { details: { reason: 'context', contextTokens, trainedContextTokens: trained } },
  );
}
