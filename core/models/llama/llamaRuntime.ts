import {
  getLlama,
  JinjaTemplateChatWrapper,
  LlamaLogLevel,
  type Llama,
  type LlamaContextSequence,
  type LlamaEmbeddingContext,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import type { DevicesView } from '../../contract/model.ts';
import { AppError } from '../../shared/errors.ts';
import type { LoadedModel, ModelOptions } from './modelProtocol.ts';

/** Enough of llama.cpp's warnings and errors to tell why something failed. */
const KEPT_LOG_LINES = 20;

/** What llama.cpp last complained about; it never reaches stdout, which may be a command's output. */
export class LlamaLog {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.trim());
    if (this.#lines.length > KEPT_LOG_LINES) this.#lines.shift();
  }

  clear(): void {
    this.#lines.length = 0;
  }

  text(): string {
    return this.#lines.join('\n');
  }
}

/** Opens llama.cpp with the prebuilt library for this machine; nothing is ever compiled or downloaded. */
export async function openLlama(gpu: 'auto' | false, threads: number, log: LlamaLog): Promise<Llama> {
  return getLlama({
    gpu,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: threads,
    logLevel: LlamaLogLevel.warn,
    logger: (_level, message) => log.add(message),
  });
}

export async function describeDevices(llama: Llama): Promise<DevicesView> {
  const vram = llama.gpu === false ? null : await llama.getVramState();
  const ram = await llama.getRamState();
  return {
    gpu: llama.gpu === false ? null : llama.gpu,
    deviceNames: llama.gpu === false ? [] : await llama.getGpuDeviceNames(),
    vramBytes: vram?.total ?? null,
    freeVramBytes: vram?.free ?? null,
    ramBytes: ram.total,
    freeRamBytes: ram.free,
    cpuCores: llama.cpuMathCores,
  };
}

export interface ChatRuntime {
  readonly model: LlamaModel;
  readonly wrapper: JinjaTemplateChatWrapper;
  /** Tokens that end the assistant's turn in this template, beside those the vocabulary marks. */
  readonly endTokens: ReadonlySet<Token>;
  readonly sequences: readonly LlamaContextSequence[];
  /** Of each sequence. */
  readonly contextTokens: number;
}

export interface EmbeddingRuntime {
  readonly model: LlamaModel;
  readonly context: LlamaEmbeddingContext;
  readonly contextTokens: number;
}

export interface LoadedRuntime {
  readonly llama: Llama;
  readonly chat: ChatRuntime | null;
  readonly embedding: EmbeddingRuntime | null;
  readonly report: LoadedModel;
}

/**
 * Loads a model and what it is used with. One that does not fit fails here instead of shrinking its context: what was
 * asked for is what the prompts were cut to.
 */
export async function loadRuntime(
  llama: Llama,
  options: ModelOptions,
  onProgress: () => void,
): Promise<LoadedRuntime> {
  const start = performance.now();
  const model = await llama.loadModel({
    modelPath: options.path,
    gpuLayers: options.gpuLayers,
    onLoadProgress: onProgress,
  });
  const chat = options.purpose === 'chat' ? await openChat(model, options) : null;
  const embedding = options.purpose === 'embedding' ? await openEmbedding(model, options) : null;
  const memory = await llama.getLlamaMemoryUsage();
  const report: LoadedModel = {
    contextTokens: chat?.contextTokens ?? embedding?.contextTokens ?? 0,
    dimension: model.embeddingVectorSize,
    layers: model.fileInsights.totalLayers,
    gpuLayers: model.gpuLayers,
    gpu: model.gpuLayers === 0 ? false : llama.gpu,
    deviceNames: llama.gpu === false ? [] : await llama.getGpuDeviceNames(),
    vramBytes: memory.gpuVram,
    ramBytes: memory.cpuRam,
    loadMs: performance.now() - start,
  };
  return { llama, chat, embedding, report };
}

async function openChat(model: LlamaModel, options: ModelOptions): Promise<ChatRuntime> {
  const template = model.fileInfo.metadata.tokenizer.chat_template;
  if (template === undefined || template === '')
    throw new AppError(
      'INVALID_INPUT',
      `The model ${model.filename ?? options.path} has no chat template; choose an instruction-tuned model.`,
      { details: { reason: 'no-chat-template' } },
    );
  const context = await model.createContext({
    contextSize: options.contextTokens,
    sequences: options.sequences,
    threads: options.threads,
    failedCreationRemedy: false,
    // On the CPU, flash attention rounds so coarsely that a reply depends on what else is evaluated with it and on what
    // was kept of its prompt. On a GPU, whose kernels depend on it anyway, it saves memory.
    flashAttention: model.gpuLayers === 0 || options.kvCache === 'f32' ? false : 'auto',
    experimentalKvCacheKeyType: options.kvCache === 'f32' ? 'F32' : 'F16',
    experimentalKvCacheValueType: options.kvCache === 'f32' ? 'F32' : 'F16',
  });
  const wrapper = new JinjaTemplateChatWrapper({
    template,
    tokenizer: model.tokenizer,
    functionCallMessageTemplate: 'noJinja',
    // Replies are short and their form is fixed: a reasoning model that can be told not to think is told so.
    reasoning: false,
    // Else the wrapper has an empty reply rendered and cut off, which leaves out what a template begins replies with.
    additionalRenderParameters: { add_generation_prompt: true },
  });
  return {
    model,
    wrapper,
    endTokens: endTokensOf(model, wrapper),
    sequences: Array.from({ length: options.sequences }, () => context.getSequence()),
    contextTokens: context.contextSize,
  };
}

function endTokensOf(model: LlamaModel, wrapper: JinjaTemplateChatWrapper): Set<Token> {
  const { stopGenerationTriggers } = wrapper.generateContextState({
    chatHistory: [
      { type: 'user', text: 'a' },
      { type: 'model', response: ['b'] },
    ],
  });
  const first = stopGenerationTriggers.map((trigger) => trigger.tokenize(model.tokenizer)[0]);
  return new Set(first.filter((token): token is Token => token !== undefined && model.isSpecialToken(token)));
}

async function openEmbedding(model: LlamaModel, options: ModelOptions): Promise<EmbeddingRuntime> {
  const context = await model.createEmbeddingContext({
    contextSize: options.contextTokens,
    // A model that reads in both directions takes its text in one batch or not at all.
    batchSize: options.contextTokens,
    threads: options.threads,
  });
  return { model, context, contextTokens: options.contextTokens };
}
