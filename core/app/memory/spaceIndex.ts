import { setImmediate } from 'node:timers/promises';
import type { Embedder } from '../../memory/embedder.ts';
import {
  LiveIndex,
  type IndexFilter,
  type IndexState,
  type LiveTable,
  type NearHit,
} from '../../memory/lance/liveIndex.ts';
import { required } from '../../shared/assertions.ts';
import type { MemoryToIndex } from '../../store/liveMemoryTable.ts';
import type { SpaceRecord } from '../../store/memorySpaceTable.ts';
import type { Workspace } from '../../store/workspace.ts';
import { interleaved } from './fusion.ts';
import { PendingMemories, type PendingMemory } from './pendingMemories.ts';

// Laws: what is committed is found, whether the index has it or not; what is deleted is not found, and `erase` returns
// when the index has no byte of it. The index is written by one thing at a time; partitions are learned beside it.

/** Rows given to the index at once: 4 MiB of 1024 dimensions. */
const BATCH = 1024;
/** The same while only a few wait: to hand over rows holds up this thread, in which searches are answered meanwhile. */
const SMALL_BATCH = 128;
/** Whoever adds more than the index takes in waits from here on. */
const MOST_PENDING = 4096;
/** The index is written to when this share of it waits, so that it has few files whatever its size. */
const WAITING_SHARE = 0.05;
const MOST_WAITING = 256;
/** Merging files rewrites them, so that it happens when enough is new. */
const TIDY_AFTER_WRITES = 32;
const TIDY_AFTER_ROWS = 1000;
/** While a file is taken in, there is always something new. */
const TIDY_AFTER_ROWS_OF_MANY = 20_000;
/** Texts embedded at once; the built-in embedder takes about 4 ms for them, in this thread. */
const EMBEDDED_AT_ONCE = 32;

export interface SpaceIndexParts {
  readonly workspace: Pick<
    Workspace,
    'memorySpaces' | 'liveMemories' | 'transaction' | 'transactionUnsynced' | 'flush'
  >;
  readonly index: LiveIndex;
  /** The embedder that the space is bound to. */
  readonly openEmbedder: (space: SpaceRecord) => Promise<Embedder>;
  /** Hears of what goes wrong where nobody waits for it. */
  readonly onProblem: (error: unknown) => void;
}

interface TableReplacement {
  /** Returns how many rows the new table has. */
  readonly fill: (from: LiveTable, to: LiveTable) => Promise<number>;
  /** What else changes in the moment of the change; part of its transaction. */
  readonly commit: () => Partial<SpaceRecord>;
}

/** The index of one space and what it has not got yet. */
export class SpaceIndex {
  readonly #parts: SpaceIndexParts;
  readonly #name: string;
  readonly #pending = new PendingMemories();
  readonly #searches = new Set<Promise<unknown>>();
  #queue: Promise<void> = Promise.resolve();
  /** There is a table, and what it lacks is known. */
  #ready: Promise<void> = Promise.resolve();
  #upkeep: Promise<void> | null = null;
  #waitingErase: Promise<void> | null = null;
  #lastErase: Promise<void> | null = null;
  #isWriting = false;
  #isClosed = false;
  #rows = 0;
  #newRows = 0;
  #newWrites = 0;
  /** Rows that partitions were learned from, where the record does not say so yet. */
  #trainedRows = 0;
  /** A process that was killed may have written rows without saying so. */
  #mayHaveRows = true;

  private constructor(parts: SpaceIndexParts, name: string) {
    this.#parts = parts;
    this.#name = name;
  }

  /** Begins to take in what an earlier process left, and to erase what it deleted. */
  static open(parts: SpaceIndexParts, name: string): SpaceIndex {
    const space = new SpaceIndex(parts, name);
    space.#ready = space.#enqueue(() => space.#prepare());
    space.#ready.catch(parts.onProblem);
    void space.#enqueue(() => space.#catchUp()).catch(parts.onProblem);
    return space;
  }

  get record(): SpaceRecord {
    return this.#parts.workspace.memorySpaces.require(this.#name);
  }

  embedder(): Promise<Embedder> {
    return this.#parts.openEmbedder(this.record);
  }

  /** Vectors in the order of the texts, a few at a time and with a turn for others after them: nobody waits long. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const embedder = await this.embedder();
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += EMBEDDED_AT_ONCE) {
      vectors.push(...(await embedder.embed(texts.slice(from, from + EMBEDDED_AT_ONCE), signal)));
      await setImmediate();
    }
    return vectors;
  }

  /** Waits while the index is far behind. */
  async makeRoom(): Promise<void> {
    while (this.#pending.size > MOST_PENDING && !this.#isClosed)
      await this.#enqueue(() => this.#writeBatch());
  }

  /** What was just committed. */
  note(memories: readonly PendingMemory[]): void {
    this.#pending.add(memories);
    this.#writeWhenWorthwhile();
  }

  /** The nearest to `vector` (null: to nothing) and those that match the words best, each best first. */
  async search(query: {
    readonly vector: Float32Array | null;
    readonly text: string;
    readonly k: number;
    readonly filter: IndexFilter;
  }): Promise<{ readonly near: NearHit[]; readonly words: string[] }> {
    const searching = this.#search(query);
    this.#searches.add(searching);
    try {
      return await searching;
    } finally {
      this.#searches.delete(searching);
    }
  }

  /**
   * Of what was just deleted nothing is found any more; returns when no byte of it is in the index. Those who wait
   * together share one rewriting.
   */
  erase(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#pending.delete(id);
    // At once, since a search would ask for the deleted ones in place of others until the table is written anew.
    void this.#enqueue(() => this.#parts.index.remove(this.#table(), ids)).catch(this.#parts.onProblem);
    this.#waitingErase ??= this.#enqueue(() => {
      this.#waitingErase = null;
      return this.#rewrite();
    });
    this.#lastErase = this.#waitingErase;
    return this.#waitingErase;
  }

  /** Returns when the index has no byte of what is deleted by now. */
  async erased(): Promise<void> {
    await this.#ready;
    // What an earlier process left undone is done by now, or it failed: then once more.
    await this.#enqueue(async () => undefined);
    await this.#lastErase?.catch(() => undefined);
    if (this.record.isErasing) await this.erase([]);
  }

  /** Begins an empty table for vectors of `embedder` and fills it from the database. */
  rebuild(embedder: SpaceRecord['embedder']): Promise<void> {
    return this.#enqueue(async () => {
      await this.#upkeep;
      await this.#replaceTable(embedder, {
        fill: async () => 0,
        commit: () => {
          this.#pending.clear();
          this.#parts.workspace.liveMemories.markAllUnindexed(this.record.number);
          return {};
        },
      });
      this.#mayHaveRows = false;
      await this.#takeInBacklog();
      await this.#tidy(true);
    });
  }

  /** Takes everything in, merges files and drops the past. */
  compact(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#upkeep;
      while (this.#pending.size > 0) await this.#writeBatch();
      await this.#upkeep;
      await this.#tidy(true);
    });
  }

  async state(): Promise<IndexState> {
    await this.#ready;
    return this.#parts.index.state(this.#table());
  }

  /** Ends what is going on; what is not in the index by then is taken in when it is opened again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.catch(() => undefined);
    await this.#upkeep;
    await Promise.allSettled(this.#searches);
  }

  async #searchesEnded(): Promise<void> {
    await Promise.allSettled(this.#searches);
  }

  get #learnedRows(): number {
    return Math.max(this.record.trainedRows, this.#trainedRows);
  }

  #table(): LiveTable {
    const { number, generation, embedder } = this.record;
    return { name: LiveIndex.tableName(number, generation), space: embedder };
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const result = this.#queue.then(work);
    // What failed has told its caller; the next one starts all the same.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #prepare(): Promise<void> {
    const { index, workspace } = this.#parts;
    const names = await index.tableNames();
    const table = this.#table();
    const others = names.filter(
      (name) =>
        name !== table.name && name.startsWith(LiveIndex.tableName(this.record.number, 0).slice(0, -1)),
    );
    for (const name of others) await index.drop(name);
    if (!names.includes(table.name)) {
      await index.create(table);
      workspace.liveMemories.markAllUnindexed(this.record.number);
      this.#mayHaveRows = false;
    }
    this.#rows = (await index.state(table)).rows;
    // An owner that was closed left what it had not written yet: it is found from the first search on.
    await this.#loadBacklog();
  }

  async #catchUp(): Promise<void> {
    if (this.record.isErasing) await this.#rewrite();
    await this.#takeInBacklog();
    this.#writeWhenWorthwhile();
  }

  /** Everything that the index lacks goes into it. */
  async #takeInBacklog(): Promise<void> {
    while (!this.#isClosed && (await this.#loadBacklog()) > 0) await this.#writeBatch();
  }

  /** Rows that the index lacks and this process does not know of, so that they are found; returns how many. */
  async #loadBacklog(): Promise<number> {
    const page = this.#parts.workspace.liveMemories
      .unindexed(this.record.number, this.#pending.size + BATCH)
      .filter(({ memory }) => !this.#pending.has(memory.id));
    const vectors = await this.embed(page.map(({ memory }) => memory.text));
    this.#pending.add(page.map((one, at) => pendingMemory(one, required(vectors[at], 'vector'))));
    return page.length;
  }

  async #search({
    vector,
    text,
    k,
    filter,
  }: Parameters<SpaceIndex['search']>[0]): Promise<{ near: NearHit[]; words: string[] }> {
    await this.#ready;
    const { index } = this.#parts;
    const table = this.#table();
    const isEmpty = this.#rows === 0;
    // Before the index is asked: what goes into it meanwhile would be in neither.
    const pending = {
      ids: this.#pending.ids(),
      near: vector === null ? [] : this.#pending.nearest(vector, filter),
      words: this.#pending.matching(text, filter),
    };
    const [near, words] = await Promise.all([
      vector === null || isEmpty ? [] : index.nearest(table, { vector, k, filter }),
      isEmpty ? [] : index.matching(table, { text, k, filter }),
    ]);
    return {
      near: [...near.filter(({ id }) => !pending.ids.has(id)), ...pending.near]
        .toSorted((a, b) => b.similarity - a.similarity)
        .slice(0, k),
      words: interleaved(
        words.filter((id) => !pending.ids.has(id)),
        pending.words,
      ).slice(0, k),
    };
  }

  #writeWhenWorthwhile(): void {
    const enough = Math.max(1, Math.min(MOST_WAITING, this.#rows * WAITING_SHARE));
    if (this.#isWriting || this.#isClosed || this.#pending.size < enough) return;
    this.#isWriting = true;
    void this.#enqueue(() => this.#writeBatch())
      .catch(this.#parts.onProblem)
      .finally(() => {
        this.#isWriting = false;
        this.#writeWhenWorthwhile();
      });
  }

  async #writeBatch(): Promise<void> {
    const { index, workspace } = this.#parts;
    const batch = this.#pending.first(this.#pending.size > MOST_PENDING / 2 ? BATCH : SMALL_BATCH);
    if (batch.length === 0) return;
    await this.#searchesEnded();
    await index.put(this.#table(), batch, this.#mayHaveRows || batch.some(({ revision }) => revision > 1));
    // Written once more if this is lost.
    workspace.transactionUnsynced(() => workspace.liveMemories.markIndexed(batch));
    this.#pending.settle(batch);
    if (this.#pending.size === 0) this.#mayHaveRows = false;
    this.#rows += batch.length;
    this.#newRows += batch.length;
    this.#newWrites += 1;
    this.#tidyWhenWorthwhile();
  }

  #tidyWhenWorthwhile(): void {
    if (this.#upkeep !== null || this.#isClosed) return;
    const isTakingInMany = this.#pending.size > BATCH;
    const enough = isTakingInMany
      ? Math.max(TIDY_AFTER_ROWS_OF_MANY, this.#rows / 2)
      : Math.max(TIDY_AFTER_ROWS, this.#rows * WAITING_SHARE);
    const isDue = this.#newRows >= enough || (!isTakingInMany && this.#newWrites >= TIDY_AFTER_WRITES);
    if (!isDue) return;
    this.#upkeep = this.#tidy(false)
      .catch(this.#parts.onProblem)
      .finally(() => {
        this.#upkeep = null;
      });
  }

  async #tidy(isAlone: boolean): Promise<void> {
    const { index } = this.#parts;
    const table = this.#table();
    this.#newRows = 0;
    this.#newWrites = 0;
    const isTraining = LiveIndex.wantsTraining(this.#rows, this.#learnedRows);
    if (isTraining) this.#trainedRows = await index.train(table);
    await index.tidy(table, isAlone);
    if (isTraining || isAlone) void this.#enqueue(() => this.#settle()).catch(this.#parts.onProblem);
  }

  /** The disk takes in what much work left behind, so that no commit has to wait for it. */
  async #settle(): Promise<void> {
    const { workspace } = this.#parts;
    if (this.#isClosed) return;
    await workspace.flush('memories.lance');
    // Trained once more if this is lost.
    const trainedRows = this.#learnedRows;
    if (trainedRows > this.record.trainedRows) workspace.memorySpaces.update({ ...this.record, trainedRows });
  }

  /** Writes the table anew without what is deleted. */
  async #rewrite(): Promise<void> {
    const { index, workspace } = this.#parts;
    await this.#upkeep;
    const kept = workspace.liveMemories.indexedIds(this.record.number);
    await this.#replaceTable(this.record.embedder, {
      fill: async (from, to) => {
        await index.copy(from, to, (id) => kept.has(id));
        return kept.size;
      },
      commit: () => ({ isErasing: this.#waitingErase !== null }),
    });
  }

  /** A next generation that `fill` fills takes the place of this one, which goes with all of its past. */
  async #replaceTable(embedder: SpaceRecord['embedder'], { fill, commit }: TableReplacement): Promise<void> {
    const { index, workspace } = this.#parts;
    const old = this.#table();
    const generation = this.record.generation + 1;
    const next = { name: LiveIndex.tableName(this.record.number, generation), space: embedder };
    await index.create(next);
    const rows = await fill(old, next);
    const trainedRows = await index.train(next);
    await index.tidy(next, true);
    await workspace.flush('memories.lance');
    workspace.transaction(() =>
      workspace.memorySpaces.update({ ...this.record, embedder, generation, trainedRows, ...commit() }),
    );
    this.#rows = rows;
    this.#trainedRows = trainedRows;
    // Searches that began on the old table end on it.
    await this.#searchesEnded();
    await index.drop(old.name);
    await workspace.flush('memories.lance');
  }
}

export function pendingMemory(
  { memory, day, revision }: Omit<MemoryToIndex, 'textKey'>,
  vector: Float32Array,
): PendingMemory {
  return { id: memory.id, text: memory.text, skill: memory.origin.skill, day, vector, revision };
}
