import type { Embedder } from '../../memory/embedder.ts';
import type { DeviceTurns } from '../../models/deviceTurns.ts';
import type { LanguageModel } from '../../models/languageModel.ts';

/** A chat model that waits for its turn as `id`. */
export function chatInTurns(model: LanguageModel, id: string, turns: DeviceTurns): LanguageModel {
  return {
    id: model.id,
    contextTokens: model.contextTokens,
    complete: (request) => turns.use(id, () => model.complete(request), request.signal),
    countTokens: (text) => turns.use(id, () => model.countTokens(text)),
    dispose: () => model.dispose(),
  };
}

/** An embedder that waits for its turn as `id`. */
export function embedderInTurns(embedder: Embedder, id: string, turns: DeviceTurns): Embedder {
  return {
    id: embedder.id,
    dimension: embedder.dimension,
    embed: (texts, signal) => turns.use(id, () => embedder.embed(texts, signal), signal),
  };
}
