import { isFunctionStem, wordsOf } from '../../engines/builtin/wordForms.ts';
import type { IndexFilter, NearHit } from '../../memory/lance/liveIndex.ts';
import type { IndexedMemory } from '../../memory/lance/liveRows.ts';
import { cosine } from '../../shared/vectors.ts';

/** A memory that is committed and not in the index yet. */
export interface PendingMemory extends IndexedMemory {
  readonly revision: number;
}

function passes({ day, skill }: IndexedMemory, filter: IndexFilter): boolean {
  return (
    (filter.fromDay === undefined || day >= filter.fromDay) &&
    (filter.toDay === undefined || day <= filter.toDay) &&
    (filter.skill === undefined || skill === filter.skill)
  );
}

function contentStems(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .map(({ stem }) => stem)
      .filter((stem) => !isFunctionStem(stem)),
  );
}

/**
 * Memories that the index has not got yet, searched by comparing. Thus whoever added one finds it at once, and the index
 * is written to in batches.
 */
export class PendingMemories {
  readonly #byId = new Map<string, PendingMemory>();
  /** Of each, so that a search does not take every text apart again. */
  readonly #stems = new WeakMap<PendingMemory, Set<string>>();

  get size(): number {
    return this.#byId.size;
  }

  ids(): ReadonlySet<string> {
    return new Set(this.#byId.keys());
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  add(memories: readonly PendingMemory[]): void {
    for (const memory of memories) this.#byId.set(memory.id, memory);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  clear(): void {
    this.#byId.clear();
  }

  first(count: number): PendingMemory[] {
    return [...this.#byId.values()].slice(0, count);
  }

  /** Those that are in the index now, unless they have another text since. */
  settle(written: readonly PendingMemory[]): void {
    for (const memory of written)
      if (this.#byId.get(memory.id)?.revision === memory.revision) this.#byId.delete(memory.id);
  }

  nearest(vector: Float32Array, filter: IndexFilter): NearHit[] {
    return this.#passing(filter).map((memory) => ({
      id: memory.id,
      similarity: cosine(vector, memory.vector),
    }));
  }

  /** Ids of those that share words with `text`, most words first. */
  matching(text: string, filter: IndexFilter): string[] {
    if (this.#byId.size === 0) return [];
    const wanted = contentStems(text);
    return this.#passing(filter)
      .map((memory) => ({
        id: memory.id,
        shared: [...this.#stemsOf(memory)].filter((stem) => wanted.has(stem)).length,
      }))
      .filter(({ shared }) => shared > 0)
      .toSorted((a, b) => b.shared - a.shared)
      .map(({ id }) => id);
  }

  #stemsOf(memory: PendingMemory): Set<string> {
    const known = this.#stems.get(memory);
    if (known !== undefined) return known;
    const stems = contentStems(memory.text);
    this.#stems.set(memory, stems);
    return stems;
  }

  #passing(filter: IndexFilter): PendingMemory[] {
    return [...this.#byId.values()].filter((memory) => passes(memory, filter));
  }
}
