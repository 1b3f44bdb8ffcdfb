import type { MessagePort } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import type { EngineModels } from './engineModels.ts';
import type { ModelRole } from './llm/promptNotes.ts';
import type { FromModels, ModelCall, ModelsDescription, ToModels } from './modelMessages.ts';
import { toWire } from './wireError.ts';

export function describeModels({ roles, embedder, replies }: EngineModels): ModelsDescription {
  return {
    roles: Object.entries(roles).map(([role, { id, contextTokens }]) => ({
      // The keys are those of the record.
      role: role as ModelRole,
      id,
      contextTokens,
    })),
    embedder: embedder === null ? null : { id: embedder.id, dimension: embedder.dimension },
    hasReplies: replies !== null,
  };
}

function answer(models: EngineModels, { call, input }: ModelCall, signal: AbortSignal): Promise<unknown> {
  const modelOf = (role: ModelRole) => required(models.roles[role], `model of the ${role}`);
  switch (call) {
    case 'complete':
      return modelOf(input.role).complete({ ...input.request, signal });
    case 'countTokens':
      return modelOf(input.role).countTokens(input.text);
    case 'embed':
      return required(models.embedder, 'embedder').embed(input.texts, signal);
    case 'getReply':
      return required(models.replies, 'replies').get(input.key);
    case 'putReply':
      return required(models.replies, 'replies').put(input.key, input.text);
  }
}

/**
 * The shell's side: answers one worker thread from the models. What a thread that ended was waiting for is cancelled.
 */
export function serveModels(port: MessagePort, models: EngineModels): void {
  const running = new Map<number, AbortController>();
  const post = (message: FromModels): void => port.postMessage(message);

  const run = async (id: number, call: ModelCall): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      post({ kind: 'output', id, output: await answer(models, call, controller.signal) });
    } catch (error) {
      post({ kind: 'error', id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  };

  port.on('message', (message: ToModels) => {
    if (message.kind === 'call') void run(message.id, message.call);
    else if (message.kind === 'cancel') running.get(message.id)?.abort();
    else models.onNote(message.note);
  });
  port.on('close', () => {
    for (const controller of running.values()) controller.abort();
  });
}
