import type { MessagePort } from 'node:worker_threads';
import type { Embedder } from '../memory/embedder.ts';
import type { Completion, CompletionRequest, LanguageModel } from '../models/languageModel.ts';
import { AppError, throwIfAborted } from '../shared/errors.ts';
import type { EngineModels } from './engineModels.ts';
import type { ModelRole } from './llm/promptNotes.ts';
import type { ReplyCache } from './llm/replyCache.ts';
import type { FromModels, ModelCall, ModelsDescription, ToModels } from './modelMessages.ts';
import { fromWire } from './wireError.ts';

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread's end of the way to the shell's models. */
class ModelsPort {
  readonly #port: MessagePort;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: FromModels) => this.#settle(message));
  }

  /** The other side answers a call of this name with an output of this type (modelService.ts). */
  async ask<Output>(call: ModelCall, signal?: AbortSignal): Promise<Output> {
    throwIfAborted(signal);
    const id = this.#nextId;
    this.#nextId += 1;
    const cancel = (): void => {
      this.post({ kind: 'cancel', id });
      // The caller goes on at once; a late answer finds nobody.
      this.#take(id)?.reject(new AppError('CANCELLED', 'The work was cancelled.', { cause: signal?.reason }));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const output = await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        this.post({ kind: 'call', id, call });
      });
      return output as Output;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  post(message: ToModels): void {
    this.#port.postMessage(message);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #settle(message: FromModels): void {
    const pending = this.#take(message.id);
    if (message.kind === 'output') pending?.resolve(message.output);
    else pending?.reject(fromWire(message.error));
  }
}

/** A model of the shell, in a worker thread. Replies come whole: `onText` is called once. */
class RemoteLanguageModel implements LanguageModel {
  readonly id: string;
  readonly contextTokens: number;
  readonly #port: ModelsPort;
  readonly #role: ModelRole;

  constructor(port: ModelsPort, { role, id, contextTokens }: ModelsDescription['roles'][number]) {
    this.#port = port;
    this.#role = role;
    this.id = id;
    this.contextTokens = contextTokens;
  }

  async complete({ signal, onText, ...request }: CompletionRequest): Promise<Completion> {
    const input = { role: this.#role, request };
    const completion = await this.#port.ask<Completion>({ call: 'complete', input }, signal);
    onText?.(completion.text);
    return completion;
  }

  countTokens(text: string): Promise<number> {
    return this.#port.ask({ call: 'countTokens', input: { role: this.#role, text } });
  }

  /** The shell's model stays. */
  async dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function remoteEmbedder(
  port: ModelsPort,
  { id, dimension }: NonNullable<ModelsDescription['embedder']>,
): Embedder {
  return {
    id,
    dimension,
    embed: (texts, signal) => port.ask({ call: 'embed', input: { texts } }, signal),
  };
}

function remoteReplies(port: ModelsPort): ReplyCache {
  return {
    get: (key) => port.ask({ call: 'getReply', input: { key } }),
    put: (key, text) => port.ask({ call: 'putReply', input: { key, text } }),
  };
}

/** What a worker thread was given to reach the models by. */
export interface ModelsAccess {
  readonly description: ModelsDescription;
  readonly port: MessagePort;
}

/** The models of the shell as a worker thread sees them. */
export function connectModels({ description, port }: ModelsAccess): EngineModels {
  const models = new ModelsPort(port);
  const { roles, embedder, hasReplies } = description;
  return {
    roles: Object.fromEntries(roles.map((one) => [one.role, new RemoteLanguageModel(models, one)])),
    embedder: embedder === null ? null : remoteEmbedder(models, embedder),
    replies: hasReplies ? remoteReplies(models) : null,
    onNote: (note) => models.post({ kind: 'note', note }),
  };
}
