import { required } from '../../shared/assertions.ts';
import type { Embedder } from '../../memory/embedder.ts';

/** Vectors kept: of 1024 numbers, 32 MiB. Skills and questions of a data set are embedded again in every episode. */
const LIMIT = 8192;

/** The embedder with its vectors remembered by text; when full it forgets all, as the next episode fills it again. */
export function cachedEmbedder(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  return {
    id: embedder.id,
    dimension: embedder.dimension,
    embed: async (texts, signal) => {
      // Taken before anything is waited for: others may make it forget meanwhile.
      const found = new Map(texts.map((text) => [text, known.get(text)]));
      const missing = [...found].flatMap(([text, vector]) => (vector === undefined ? [text] : []));
      const vectors = missing.length === 0 ? [] : await embedder.embed(missing, signal);
      if (known.size + missing.length > LIMIT) known.clear();
      for (const [index, text] of missing.entries()) {
        const vector = required(vectors[index], 'vector');
        found.set(text, vector);
        known.set(text, vector);
      }
      return texts.map((text) => required(found.get(text), 'vector'));
    },
  };
}
