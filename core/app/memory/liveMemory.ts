import { MEMORY_LIMITS } from '../../contract/memory.ts';
import type {
  LiveMemory as MemoryRecord,
  MemoryFilter,
  MemoryHit,
  MemoryOrigin,
  MemorySpace,
} from '../../contract/memory.ts';
import type { CallOutput } from '../../contract/calls.ts';
import type { NewMemory } from '../../contract/memoryCalls.ts';
import { LiveIndex, type IndexFilter } from '../../memory/lance/liveIndex.ts';
import { duplicateKey } from '../../memory/memoryBank.ts';
import { required } from '../../shared/assertions.ts';
import type { Clock } from '../../shared/clock.ts';
import { sha256Hex } from '../../shared/contentHash.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import type { MemoryColumns } from '../../store/liveMemoryTable.ts';
import type { SpaceRecord } from '../../store/memorySpaceTable.ts';
import type { Workspace } from '../../store/workspace.ts';
import { fuseRanks } from './fusion.ts';
import type { LiveEmbedders } from './liveEmbedders.ts';
import { pendingMemory, SpaceIndex } from './spaceIndex.ts';

const MS_PER_DAY = 86_400_000;
const EXPORT_PAGE = 500;
/** Each ranking is asked for a few more than are wanted, for those deleted a moment ago. */
const SPARE_HITS = 5;

export interface LiveMemoryParts {
  readonly workspace: Workspace;
  readonly index: LiveIndex;
  readonly embedders: Pick<LiveEmbedders, 'assigned' | 'open'>;
  readonly clock: Clock;
}

/** A text that takes the place of a memory's own. */
export interface MemoryChange {
  readonly id: string;
  readonly text: string;
  readonly origin: MemoryOrigin;
}

function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY);
}

function indexFilter({ from, to, skill }: MemoryFilter): IndexFilter {
  return {
    fromDay: from === null ? undefined : dayNumber(from),
    toDay: to === null ? undefined : dayNumber(to),
    skill: skill ?? undefined,
  };
}

function columnsOf({ text, origin }: Pick<MemoryRecord, 'text' | 'origin'>): MemoryColumns {
  return {
    textKey: sha256Hex(duplicateKey(text)),
    day: origin.date === null ? Math.floor(origin.atMs / MS_PER_DAY) : dayNumber(origin.date),
  };
}

/** The live memories of a workspace: named spaces, committed to the database first, indexed after. */
export class LiveMemory {
  readonly #parts: LiveMemoryParts;
  readonly #spaces = new Map<string, SpaceIndex>();
  /** What went wrong with the index of a space while nobody waited for it. */
  readonly #problems = new Map<string, string>();

  constructor(parts: LiveMemoryParts) {
    this.#parts = parts;
  }

  /** Goes on with what an earlier process left unfinished. */
  start(): void {
    const { workspace } = this.#parts;
    for (const { name, number, isErasing } of workspace.memorySpaces.list())
      if (isErasing || workspace.liveMemories.count(number).unindexed > 0) this.#opened(name);
  }

  has(name: string): boolean {
    return this.#parts.workspace.memorySpaces.get(name) !== null;
  }

  spaces(): MemorySpace[] {
    return this.#parts.workspace.memorySpaces.list().map((space) => this.#summary(space));
  }

  /** New memories; those whose text the space has are left out. A space that is not there is made. */
  async add(name: string, memories: readonly NewMemory[]): Promise<MemoryRecord[]> {
    const { workspace } = this.#parts;
    const space = await this.#openedOrMade(name);
    await space.makeRoom();
    const vectors = await space.embed(memories.map(({ text }) => text));
    refuseWordless(memories, vectors);
    const columns = memories.map(columnsOf);
    const added = workspace.transactionUnsynced(() => {
      const { number } = space.record;
      return memories.map((memory, at) =>
        workspace.liveMemories.insert(number, { ...memory, space: name }, required(columns[at], 'columns')),
      );
    });
    const pending = added.flatMap((memory, at) => {
      if (memory === null) return [];
      const { day } = required(columns[at], 'columns');
      return [pendingMemory({ memory, day, revision: 1 }, required(vectors[at], 'vector'))];
    });
    // Before the disk has it: whoever deletes one meanwhile finds it among those the index has not got yet.
    space.note(pending);
    await workspace.sync();
    return added.filter((memory) => memory !== null);
  }

  /** A new text for a memory, whose old one joins its history. Null when the space has that text under another id. */
  async change({ id, text, origin }: MemoryChange): Promise<MemoryRecord | null> {
    const { workspace } = this.#parts;
    const { space: name } = workspace.liveMemories.require(id);
    const space = this.#opened(name);
    const vectors = await space.embed([text]);
    refuseWordless([{ text }], vectors);
    const changed = workspace.transactionUnsynced(() => {
      const old = workspace.liveMemories.require(id);
      const columns = columnsOf({ text, origin });
      const holder = workspace.liveMemories.findText(space.record.number, columns.textKey);
      if (holder !== null) return null;
      const history = [...old.history, { text: old.text, origin: old.origin }].slice(-MEMORY_LIMITS.history);
      const memory = { ...old, text, origin, history };
      return { memory, ...columns, revision: workspace.liveMemories.update(memory, columns) };
    });
    if (changed === null) return null;
    space.note([pendingMemory(changed, required(vectors[0], 'vector'))]);
    await workspace.sync();
    return changed.memory;
  }

  async search(
    name: string,
    query: { readonly text: string; readonly limit: number; readonly filter: MemoryFilter },
    signal?: AbortSignal,
  ): Promise<MemoryHit[]> {
    const space = this.#opened(name);
    const [vector] = await space.embed([query.text], signal);
    const hasDirection = vector?.some((value) => value !== 0) === true;
    const { near, words } = await space.search({
      vector: hasDirection ? vector : null,
      text: query.text,
      k: query.limit + SPARE_HITS,
      filter: indexFilter(query.filter),
    });
    const similarities = new Map(near.map(({ id, similarity }) => [id, similarity]));
    const { liveMemories } = this.#parts.workspace;
    return fuseRanks([near.map(({ id }) => id), words])
      .flatMap(({ id, score, ranks }) => {
        const memory = liveMemories.get(id);
        if (memory === null) return [];
        const [vectorRank = null, textRank = null] = ranks;
        return [{ memory, score, vectorRank, textRank, similarity: similarities.get(id) ?? null }];
      })
      .slice(0, query.limit);
  }

  list(
    name: string,
    options: { readonly before: string | null; readonly limit: number; readonly filter: MemoryFilter },
  ): MemoryRecord[] {
    const { memorySpaces, liveMemories } = this.#parts.workspace;
    const { before, limit, filter } = options;
    const selection = indexFilter(filter);
    return liveMemories.listNewest(memorySpaces.require(name).number, { before, limit, selection });
  }

  /**
   * Deletes memories, which are found no more from then on; when it returns no byte of them is in the database or its log.
   * The index of their spaces is rewritten beside it: `erased` waits for that. Ids that are not there (any more) are
   * passed over.
   */
  async forget(ids: readonly string[]): Promise<CallOutput<'memory.forget'>> {
    const { workspace } = this.#parts;
    const memories = ids.map((id) => workspace.liveMemories.get(id)).filter((memory) => memory !== null);
    const bySpace = Map.groupBy(memories, ({ space }) => space);
    workspace.transaction(() => {
      for (const [name, gone] of bySpace) {
        for (const { id } of gone) workspace.liveMemories.delete(id);
        const record = workspace.memorySpaces.require(name);
        workspace.memorySpaces.update({ ...record, isErasing: true });
        workspace.events.append({
          type: 'memory.forgotten',
          runId: null,
          ids: { space: record.number, memories: gone.length },
        });
      }
    });
    for (const [name, gone] of bySpace)
      this.#opened(name)
        .erase(gone.map(({ id }) => id))
        // It is done again by whoever waits for it, and when the workspace is opened.
        .catch((error: unknown) => void this.#problems.set(name, messageOf(error)));
    if (memories.length > 0) await workspace.checkpointWal();
    return { forgotten: memories.map(({ id }) => id), erasing: [...bySpace.keys()] };
  }

  /** Returns when no byte of what is deleted by now is in the index of a space. */
  async erased(name: string): Promise<MemorySpace> {
    const space = this.#opened(name);
    await space.erased();
    return this.#summary(space.record);
  }

  /** Deletes a whole space, and returns when no byte of it is left. Returns how many memories it had. */
  async forgetSpace(name: string): Promise<number> {
    const { workspace } = this.#parts;
    const space = workspace.memorySpaces.require(name);
    const { all } = workspace.liveMemories.count(space.number);
    await this.#spaces.get(name)?.close();
    this.#spaces.delete(name);
    workspace.transaction(() => {
      workspace.memorySpaces.delete(space.number);
      const ids = { space: space.number, memories: all };
      workspace.events.append({ type: 'memory.spaceForgotten', runId: null, ids });
    });
    await workspace.checkpointWal();
    await this.#dropTables(space.number);
    return all;
  }

  exportPage(name: string, after: string | null): CallOutput<'memory.export'> {
    const { memorySpaces, liveMemories } = this.#parts.workspace;
    const page = liveMemories.page(memorySpaces.require(name).number, after, EXPORT_PAGE);
    return {
      memories: page.map(({ memory: { text, origin, createdAtMs, history } }) => ({
        text,
        origin,
        createdAtMs,
        history,
      })),
      next: page.length < EXPORT_PAGE ? null : (page.at(-1)?.memory.id ?? null),
    };
  }

  async rebuild(name: string, withAssigned: boolean): Promise<CallOutput<'memory.stats'>> {
    const space = this.#opened(name);
    const embedder = withAssigned ? await this.#parts.embedders.assigned() : space.record.embedder;
    await space.rebuild(embedder);
    this.#problems.delete(name);
    return this.stats(name);
  }

  async compact(name: string): Promise<CallOutput<'memory.stats'>> {
    await this.#opened(name).compact();
    return this.stats(name);
  }

  async stats(name: string): Promise<CallOutput<'memory.stats'>> {
    const space = this.#opened(name);
    return {
      space: this.#summary(space.record),
      bySkill: this.#parts.workspace.liveMemories.countBySkill(space.record.number),
      index: await space.state(),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#spaces.values()].map((space) => space.close()));
    await this.#parts.index.close();
  }

  #summary({ name, number, createdAtMs, embedder, isErasing }: SpaceRecord): MemorySpace {
    const { all, unindexed } = this.#parts.workspace.liveMemories.count(number);
    const problem = this.#problems.get(name) ?? null;
    return { name, createdAtMs, embedder, memories: all, unindexed, isErasing, problem };
  }

  async #openedOrMade(name: string): Promise<SpaceIndex> {
    const { workspace, embedders, clock } = this.#parts;
    if (workspace.memorySpaces.get(name) === null) {
      const embedder = await embedders.assigned();
      // Another call may have made it meanwhile.
      if (workspace.memorySpaces.get(name) === null)
        workspace.memorySpaces.create({
          name,
          createdAtMs: clock.now(),
          embedder,
          generation: 1,
          trainedRows: 0,
          isErasing: false,
        });
    }
    return this.#opened(name);
  }

  /** NOT_FOUND when there is no such space. */
  #opened(name: string): SpaceIndex {
    const { workspace, index, embedders } = this.#parts;
    workspace.memorySpaces.require(name);
    const known = this.#spaces.get(name);
    if (known !== undefined) return known;
    const space = SpaceIndex.open(
      {
        workspace,
        index,
        openEmbedder: (record) => embedders.open(record.embedder),
        onProblem: (error) => void this.#problems.set(name, messageOf(error)),
      },
      name,
    );
    this.#spaces.set(name, space);
    return space;
  }

  async #dropTables(spaceNumber: number): Promise<void> {
    const { index } = this.#parts;
    const prefix = LiveIndex.tableName(spaceNumber, 0).slice(0, -1);
    for (const name of await index.tableNames()) if (name.startsWith(prefix)) await index.drop(name);
  }
}

/** A text without a word has no vector, and could be found by nothing. */
function refuseWordless(
  memories: readonly { readonly text: string }[],
  vectors: readonly Float32Array[],
): void {
  const at = vectors.findIndex((vector) => vector.every((value) => value === 0));
  if (at === -1) return;
  throw new AppError(
    'INVALID_INPUT',
    `The memory ${JSON.stringify((memories[at]?.text ?? '').slice(0, 40))} has no word that it could be found by: write it in words.`,
  );
}
