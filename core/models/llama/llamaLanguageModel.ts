import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { GgufDescription } from '../ggufFile.ts';
import type { Completion, CompletionRequest, LanguageModel } from '../languageModel.ts';
import { checkReplySchema } from '../replySchema.ts';
import { completedSchema, type LoadedModel } from './modelProtocol.ts';
import type { ModelSupervisor } from './modelSupervisor.ts';
import { openLlamaModel, type LlamaModelOptions, type OpenedModel } from './openLlamaModel.ts';

const tokenCount = z.number().int().min(0);

/** A GGUF chat model in a model process of its own. */
export class LlamaLanguageModel implements LanguageModel {
  readonly id: string;
  readonly contextTokens: number;
  readonly description: GgufDescription;
  readonly #supervisor: ModelSupervisor;

  private constructor({ id, description, loaded, supervisor }: OpenedModel) {
    this.id = id;
    this.contextTokens = loaded.contextTokens;
    this.description = description;
    this.#supervisor = supervisor;
  }

  /**
   * @throws AppError as `readGgufFile` does; INVALID_INPUT with `details.reason` `embedding-model`, `no-chat-template` or
   *   `context`; UNAVAILABLE with `details.reason` `model-failed` when it cannot be loaded; CANCELLED.
   */
  static async create(options: LlamaModelOptions): Promise<LlamaLanguageModel> {
    return new LlamaLanguageModel(await openLlamaModel(options, 'chat'));
  }

  /** How it was last loaded: layers, devices, memory, time. */
  get loaded(): LoadedModel {
    return this.#supervisor.loaded;
  }

  async complete(request: CompletionRequest): Promise<Completion> {
    if (request.messages.at(-1)?.role !== 'user')
      throw new AppError('INVALID_INPUT', 'A prompt ends with a message of the user; add one.', {
        details: { reason: 'messages' },
      });
    return this.#supervisor.request({
      call: {
        kind: 'complete',
        input: {
          messages: request.messages.map(({ role, content }) => ({ role, content })),
          schema: request.schema === undefined ? null : checkReplySchema(request.schema),
          maxTokens: request.maxTokens,
          temperature: request.temperature,
          seed: request.seed,
          stop: [...(request.stop ?? [])],
          isStreamed: request.onText !== undefined,
        },
      },
      output: completedSchema,
      signal: request.signal,
      onText: request.onText,
    });
  }

  countTokens(text: string): Promise<number> {
    return this.#supervisor.request({ call: { kind: 'countTokens', input: text }, output: tokenCount });
  }

  /** Frees its memory until the next request, which loads it again: how models share a GPU by turns. */
  unload(): Promise<void> {
    return this.#supervisor.unload();
  }

  dispose(): Promise<void> {
    return this.#supervisor.dispose();
  }
}
