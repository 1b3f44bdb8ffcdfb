import type { Completion, CompletionRequest, LanguageModel } from '../../models/languageModel.ts';
import { contentHash } from '../../shared/contentHash.ts';
import type { ReplyCache } from './replyCache.ts';

/** Tokens are those of the call that was made once; a reply that is remembered cost none. */
const NO_USAGE = { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0, durationMs: 0 } as const;

function requestKey(modelId: string, request: CompletionRequest): string {
  const { messages, schema, maxTokens, temperature, seed, stop } = request;
  return contentHash({
    role: 'completion',
    modelId,
    messages: messages.map(({ role, content }) => ({ role, content })),
    schema: schema ?? null,
    maxTokens,
    temperature,
    seed,
    stop: stop === undefined ? null : [...stop],
  });
}

/**
 * A model that remembers what it replied. Law: an equal request (words, form, bounds, temperature, seed, model) gets the
 * text it got before; one that failed is asked again. For a role whose call is a conversation of several requests, where
 * each is worth keeping: a designer that is interrupted goes on where it was. Disposing of it disposes of the model.
 */
export function rememberingModel(model: LanguageModel, cache: ReplyCache): LanguageModel {
  return {
    id: model.id,
    contextTokens: model.contextTokens,
    countTokens: (text) => model.countTokens(text),
    dispose: () => model.dispose(),
    complete: async (request): Promise<Completion> => {
      const key = requestKey(model.id, request);
      const known = await cache.get(key);
      if (known !== null) return { text: known, usage: NO_USAGE };
      const completion = await model.complete(request);
      await cache.put(key, completion.text);
      return completion;
    },
  };
}
