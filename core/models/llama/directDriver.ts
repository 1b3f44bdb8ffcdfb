import { AppError } from '../../shared/errors.ts';
import { LlamaLog, loadRuntime, openLlama, type ChatRuntime, type LoadedRuntime } from './llamaRuntime.ts';
import type { ModelOptions } from './modelProtocol.ts';

export interface DirectRequest {
  /** Which of the context's sequences works on it. */
  readonly sequence: number;
  readonly prompt: string;
  readonly maxTokens: number;
  /** Keeps what the sequence has of the prompt's start. */
  readonly keepsPrefix: boolean;
}

export interface DirectReply {
  readonly promptTokens: number;
  readonly writtenTokens: number;
}

/**
 * node-llama-cpp in this process with nothing of ours around it but how a model is loaded: what the benchmark compares
 * with. For benchmarks only, since llama.cpp ends its process where other libraries throw.
 */
export class DirectDriver {
  readonly #runtime: LoadedRuntime;
  readonly #chat: ChatRuntime;

  private constructor(runtime: LoadedRuntime, chat: ChatRuntime) {
    this.#runtime = runtime;
    this.#chat = chat;
  }

  static async open(options: ModelOptions): Promise<DirectDriver> {
    const llama = await openLlama(options.gpu, options.threads, new LlamaLog());
    const runtime = await loadRuntime(llama, { ...options, purpose: 'chat' }, () => undefined);
    if (runtime.chat === null) throw new AppError('INTERNAL', 'A model that is loaded for chat can chat.');
    return new DirectDriver(runtime, runtime.chat);
  }

  /** Greedy, as text: prompt to tokens by the model's template, tokens to text at the end. */
  async complete({ sequence: index, prompt, maxTokens, keepsPrefix }: DirectRequest): Promise<DirectReply> {
    const { model, wrapper, endTokens, sequences } = this.#chat;
    const sequence = sequences[index];
    if (sequence === undefined) throw new AppError('INTERNAL', `There is no sequence ${index}.`);
    const { contextText } = wrapper.generateContextState({ chatHistory: [{ type: 'user', text: prompt }] });
    const tokens = contextText.tokenize(model.tokenizer);
    if (keepsPrefix) await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    else await sequence.clearHistory();
    const written = [];
    for await (const token of sequence.evaluate(tokens.slice(sequence.nextTokenIndex), { temperature: 0 })) {
      if (endTokens.has(token)) break;
      written.push(token);
      if (written.length >= maxTokens) break;
    }
    model.detokenize(written);
    return { promptTokens: tokens.length, writtenTokens: written.length };
  }

  async dispose(): Promise<void> {
    await this.#runtime.llama.dispose();
  }
}
