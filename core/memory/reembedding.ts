import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import type { MemoryArchive, UnembeddedEpisode } from './lance/archive.ts';
import type { EmbeddingSpace } from './lance/lanceFolder.ts';
import type { Embedder } from './embedder.ts';

// Law: a table holds vectors of one embedder. The table of another one is dropped only when every memory in it is in the
// new one too, word for word; whatever interrupts this, nothing is lost and the next time goes on from there.

export interface Reembedded {
  readonly memories: number;
  readonly embedded: number;
  readonly replaced: string[];
}

export interface ReembedOptions {
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  /** Memories. */
  readonly onProgress: (done: number, total: number) => void;
}

function keyOf({ runId, traceId, stage }: UnembeddedEpisode): string {
  return JSON.stringify([runId, traceId, stage]);
}

function contentOf({ memories }: UnembeddedEpisode): string {
  return JSON.stringify(memories.map(({ memoryId, text }) => [memoryId, text]).sort());
}

async function contents(archive: MemoryArchive, space: EmbeddingSpace): Promise<Map<string, string>> {
  return new Map((await archive.episodes(space)).map((one) => [keyOf(one), contentOf(one)]));
}

/** Embeds by `embedder` all that other embedders' tables hold. @throws AppError CANCELLED; as the archive and embedder. */
export async function reembed(archive: MemoryArchive, options: ReembedOptions): Promise<Reembedded> {
  const { embedder, signal, onProgress } = options;
  const others = (await archive.spaces()).filter(({ id }) => id !== embedder.id);
  const has = await contents(archive, embedder);
  const found = await Promise.all(others.map((space) => archive.episodes(space)));
  const episodes = found.flat();
  const total = episodes.reduce((sum, { memories }) => sum + memories.length, 0);
  let done = 0;
  let embedded = 0;
  onProgress(done, total);
  for (const episode of episodes) {
    throwIfAborted(signal);
    if (has.get(keyOf(episode)) !== contentOf(episode)) {
      await take(archive, episode, options);
      embedded += episode.memories.length;
    }
    done += episode.memories.length;
    onProgress(done, total);
  }
  const replaced: string[] = [];
  for (const space of others) {
    const isDropped = await archive.dropIf(space, async (left) => {
      const now = await contents(archive, embedder);
      return left.every((one) => now.get(keyOf(one)) === contentOf(one));
    });
    if (isDropped) replaced.push(space.id);
  }
  await archive.compact();
  return { memories: await archive.count(embedder), embedded, replaced };
}

async function take(
  archive: MemoryArchive,
  episode: UnembeddedEpisode,
  { embedder, signal }: ReembedOptions,
): Promise<void> {
  const vectors = await embedder.embed(
    episode.memories.map(({ text }) => text),
    signal,
  );
  await archive.addEpisode(embedder, {
    ...episode,
    memories: episode.memories.map((memory, at) => ({
      ...memory,
      vector: required(vectors[at], 'memory vector'),
    })),
  });
}
