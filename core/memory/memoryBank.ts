import type { MemoryAction } from '../contract/hardCase.ts';
import type { SkillType } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import type { Embedder } from './embedder.ts';
import { VectorMatrix } from './vectorMatrix.ts';

// Laws: ids are never reused; no two memories of a bank have the same text after normalisation; retrieval equals a
// full sort by (cosine descending, order of insertion).

/** Who wrote a memory's text, and from what. */
export interface Provenance {
  readonly spanIndex: number;
  /** The session's date as in the data file; null when there is none. */
  readonly date: string | null;
  /** Name of the skill that motivated the action (15.2 #40: one, not all that were selected). */
  readonly skill: string;
  /** Hash of the skill bank it was written with. */
  readonly bankHash?: string;
}

/** A text a memory had before, with who wrote it. */
export interface PastText extends Provenance {
  readonly text: string;
}

/** A memory as plain data: no vector (15.4 #54), nothing live. Steps count spans. */
export interface MemoryRecord extends PastText {
  readonly id: string;
  readonly createdStep: number;
  readonly updatedStep: number;
  /** Texts this one replaced, oldest first. */
  readonly history: readonly PastText[];
}

export interface RankedMemory {
  readonly id: string;
  /** Cosine in [-1, 1]; 0 where either vector is zero. */
  readonly similarity: number;
}

/** `isDuplicate`: the text was already there (under `id`) and was not stored a second time. */
export interface WriteResult {
  readonly id: string;
  readonly isDuplicate: boolean;
}

export interface ApplyOptions {
  readonly embedder: Pick<Embedder, 'embed'>;
  /** Types of the skills selected for the span. */
  readonly allowedTypes: ReadonlySet<SkillType>;
  /** Ids shown to the executor. Only these can be updated or deleted, and their texts are never stored as new. */
  readonly retrievedIds: readonly string[];
  /** Where the actions come from; each action names its skill. */
  readonly provenance: Omit<Provenance, 'skill'>;
  readonly signal?: AbortSignal | undefined;
}

/** Why an action was not carried out. The last two are harmless: what was asked for is already so. */
export type Refusal =
  'type_not_allowed' | 'unknown_memory' | 'not_retrieved' | 'blank_text' | 'recalled_text' | 'duplicate';

export interface ApplyReport {
  /** Actions that changed the bank, in the order given. */
  readonly applied: readonly MemoryAction[];
  /** The others, in the order given. */
  readonly refused: readonly { readonly action: MemoryAction; readonly reason: Refusal }[];
}

interface Entry {
  record: MemoryRecord;
  row: number;
}

/** Two texts with one key are one memory: case and white space do not tell facts apart. */
export function duplicateKey(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

/**
 * The memories of one episode (reference 2). Departures from the reference: memories are addressed by stable ids
 * ("m1", "m2", ...) instead of list positions; an exact duplicate is not stored twice; ties in similarity come out
 * in the order of insertion, the reference's in descending order of index; one embedding for each memory, used for
 * spans and questions alike.
 */
export class MemoryBank {
  readonly #matrix: VectorMatrix;
  readonly #entries = new Map<string, Entry>();
  readonly #idByKey = new Map<string, string>();
  readonly #idByRow: string[] = [];
  #created = 0;
  #step = 0;

  /** @param dimension length of every vector of this bank */
  constructor(dimension: number) {
    this.#matrix = new VectorMatrix(dimension);
  }

  /** A bank as `list` gave it, with a vector for each memory. INVALID_INPUT as for `insert`. */
  static restore(
    dimension: number,
    records: readonly MemoryRecord[],
    vectors: readonly Float32Array[],
  ): MemoryBank {
    const bank = new MemoryBank(dimension);
    for (const [at, record] of records.entries()) {
      const row = bank.#matrix.append(required(vectors[at], `vector of memory ${record.id}`));
      bank.#idByRow[row] = record.id;
      bank.#idByKey.set(checkedKey(record.text), record.id);
      bank.#entries.set(record.id, { record: structuredClone(record), row });
      bank.#created = Math.max(bank.#created, Number(record.id.slice(1)));
      bank.#step = Math.max(bank.#step, record.updatedStep);
    }
    return bank;
  }

  get size(): number {
    return this.#entries.size;
  }

  get dimension(): number {
    return this.#matrix.dimension;
  }

  /** Spans processed so far. */
  get timestep(): number {
    return this.#step;
  }

  /** Ends a span: call it once after the span's actions were applied. */
  step(): void {
    this.#step += 1;
  }

  get(id: string): MemoryRecord | null {
    return this.#entries.get(id)?.record ?? null;
  }

  /** NOT_FOUND. */
  textOf(id: string): string {
    return this.#entry(id).record.text;
  }

  /** A copy of a memory's vector as it was given. NOT_FOUND. */
  vectorOf(id: string): Float32Array {
    return this.#matrix.row(this.#entry(id).row);
  }

  /** The memory that has this text, also when case or white space differ; null when none has. */
  find(text: string): string | null {
    return this.#idByKey.get(duplicateKey(text)) ?? null;
  }

  /** INVALID_INPUT: blank text, vector of another dimension or not finite. */
  insert(text: string, vector: Float32Array, provenance: Provenance): WriteResult {
    const key = checkedKey(text);
    const existing = this.#idByKey.get(key);
    if (existing !== undefined) return { id: existing, isDuplicate: true };

    const row = this.#matrix.append(vector);
    this.#created += 1;
    const id = `m${this.#created}`;
    this.#idByRow[row] = id;
    this.#idByKey.set(key, id);
    const record = {
      ...pastText(text, provenance),
      id,
      createdStep: this.#step,
      updatedStep: this.#step,
      history: [],
    };
    this.#entries.set(id, { record, row });
    return { id, isDuplicate: false };
  }

  /**
   * Replaces a memory's text; the old text goes to its history. When another memory already has the new text, this
   * one is superseded by it: it is removed and its texts join the other's history, so that neither the outdated text
   * nor a second copy of the new one stays. NOT_FOUND; INVALID_INPUT as for `insert`.
   */
  update(id: string, text: string, vector: Float32Array, provenance: Provenance): WriteResult {
    const entry = this.#entry(id);
    const old = entry.record;
    const key = checkedKey(text);
    if (text === old.text) return { id, isDuplicate: true };

    const past = [...old.history, pastText(old.text, old)];
    const holder = this.#idByKey.get(key);
    if (holder !== undefined && holder !== id) {
      this.delete(id);
      const kept = this.#entry(holder);
      kept.record = {
        ...kept.record,
        updatedStep: this.#step,
        history: [...kept.record.history, ...past],
      };
      return { id: holder, isDuplicate: true };
    }
    this.#matrix.replace(entry.row, vector);
    this.#idByKey.delete(duplicateKey(old.text));
    this.#idByKey.set(key, id);
    entry.record = {
      ...pastText(text, provenance),
      id,
      createdStep: old.createdStep,
      updatedStep: this.#step,
      history: past,
    };
    return { id, isDuplicate: false };
  }

  /** Removes a memory; false when there is none with this id (any more), so deleting twice is deleting once. */
  delete(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    this.#idByKey.delete(duplicateKey(entry.record.text));
    const moved = this.#matrix.remove(entry.row);
    if (moved !== null) {
      const movedId = required(this.#idByRow[moved], 'id of the last row');
      this.#entry(movedId).row = entry.row;
      this.#idByRow[entry.row] = movedId;
    }
    this.#idByRow.length = this.#matrix.size;
    return true;
  }

  /** The `min(k, size)` memories most similar to `query` ([dimension]), best first. INVALID_INPUT: k < 0, query. */
  topK(query: Float32Array, k: number): RankedMemory[] {
    if (!Number.isInteger(k) || k < 0)
      throw new AppError('INVALID_INPUT', `k must be an integer of at least 0, not ${k}.`);
    if (k === 0 || this.size === 0) return [];
    return this.#matrix.top(query, k).map(({ row, similarity }) => ({
      id: required(this.#idByRow[row], 'id of a row'),
      similarity,
    }));
  }

  /** All memories, most similar first: where a needed fact ranked (`index + 1`). */
  rankAll(query: Float32Array): RankedMemory[] {
    return this.topK(query, this.size);
  }

  /** All memories in the order of insertion, as data of its own: later changes to the bank do not reach it. */
  list(): MemoryRecord[] {
    return [...this.#entries.values()].map(({ record }) => structuredClone(record));
  }

  /**
   * Applies one span's actions in the reference's order (7.4): updates as written, then deletes, then inserts. A
   * refused action leaves the bank as it was and does not stop the others; all texts are embedded in one batch before
   * anything changes.
   */
  async applyActions(actions: readonly MemoryAction[], options: ApplyOptions): Promise<ApplyReport> {
    // Read first: an update or delete in this batch must not let a recalled text in again as new.
    const recalled = new Set(
      options.retrievedIds.flatMap((id) => {
        const text = this.get(id)?.text;
        return text === undefined ? [] : [duplicateKey(text)];
      }),
    );
    const refusals = actions.map((action) => this.#refusal(action, options));
    const texts = actions.map((action, i) =>
      refusals[i] === null && action.type !== 'delete' ? action.text : null,
    );
    const vectors = await embedPresent(texts, options);
    for (const type of APPLY_ORDER)
      for (const [i, action] of actions.entries())
        if (action.type === type && refusals[i] === null)
          refusals[i] = this.#applyOne(action, { ...options, vector: vectors[i] ?? null, recalled });
    return {
      applied: actions.filter((_, i) => refusals[i] === null),
      refused: actions.flatMap((action, i) => {
        const reason = refusals[i] ?? null;
        return reason === null ? [] : [{ action, reason }];
      }),
    };
  }

  /** What speaks against an action before anything is applied. */
  #refusal(action: MemoryAction, { allowedTypes, retrievedIds }: ApplyOptions): Refusal | null {
    if (!allowedTypes.has(action.type)) return 'type_not_allowed';
    if (action.type !== 'insert') {
      if (!this.#entries.has(action.memory)) return 'unknown_memory';
      if (!retrievedIds.includes(action.memory)) return 'not_retrieved';
    }
    return action.type !== 'delete' && duplicateKey(action.text) === '' ? 'blank_text' : null;
  }

  #applyOne(
    action: MemoryAction,
    {
      vector,
      recalled,
      provenance,
    }: ApplyOptions & { vector: Float32Array | null; recalled: ReadonlySet<string> },
  ): Refusal | null {
    if (action.type === 'delete') return this.delete(action.memory) ? null : 'duplicate';
    const embedded = required(vector, 'the vector of an action with text');
    const origin = { ...provenance, skill: action.skill };
    if (action.type === 'update') {
      // Gone since the check: an earlier update found its text under another memory and gave way to it.
      if (!this.#entries.has(action.memory)) return 'unknown_memory';
      const { id, isDuplicate } = this.update(action.memory, action.text, embedded, origin);
      return isDuplicate && id === action.memory ? 'duplicate' : null;
    }
    if (this.find(action.text) !== null) return 'duplicate';
    if (recalled.has(duplicateKey(action.text))) return 'recalled_text';
    this.insert(action.text, embedded, origin);
    return null;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new AppError('NOT_FOUND', `There is no memory ${JSON.stringify(id)}: use an id that was shown.`);
    return entry;
  }
}

const APPLY_ORDER = ['update', 'delete', 'insert'] as const;

/** Vectors of the texts that are not null, at their places. */
async function embedPresent(
  texts: readonly (string | null)[],
  { embedder, signal }: Pick<ApplyOptions, 'embedder' | 'signal'>,
): Promise<(Float32Array | null)[]> {
  const present = texts.filter((text) => text !== null);
  const vectors = (present.length === 0 ? [] : await embedder.embed(present, signal)).values();
  return texts.map((text) =>
    text === null ? null : required(vectors.next().value, 'a vector for each text'),
  );
}

/** Exactly these fields: `provenance` may be a whole record. */
function pastText(text: string, { spanIndex, date, skill, bankHash }: Provenance): PastText {
  return { text, spanIndex, date, skill, ...(bankHash === undefined ? {} : { bankHash }) };
}

function checkedKey(text: string): string {
  const key = duplicateKey(text);
  if (key === '') throw new AppError('INVALID_INPUT', 'A memory needs text: the text given is blank.');
  return key;
}
