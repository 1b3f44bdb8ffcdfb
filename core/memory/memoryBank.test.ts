import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { duplicateKey, MemoryBank, type Provenance } from './memoryBank.ts';

const provenance = (skill = 'insert', spanIndex = 0): Provenance => ({ spanIndex, date: null, skill });
const containing = (text: string): unknown => expect.stringContaining(text);
const vec = (...values: number[]): Float32Array => Float32Array.from(values);

describe('MemoryBank', () => {
  test('ids are stable and never reused', () => {
    const bank = new MemoryBank(2);
    expect(bank.insert('a', vec(1, 0), provenance())).toEqual({ id: 'm1', isDuplicate: false });
    expect(bank.insert('b', vec(0, 1), provenance()).id).toBe('m2');
    bank.delete('m2');
    expect(bank.insert('b', vec(0, 1), provenance()).id).toBe('m3');
    expect(bank.list().map(({ id }) => id)).toEqual(['m1', 'm3']);
  });

  test('15.3#45 an exact duplicate in other case and white space is not stored twice', () => {
    const bank = new MemoryBank(2);
    bank.insert('Anna  lives in\nParis', vec(1, 0), provenance());
    expect(bank.insert(' anna lives in paris ', vec(0, 1), provenance())).toEqual({
      id: 'm1',
      isDuplicate: true,
    });
    expect(bank.size).toBe(1);
    expect(bank.find('ANNA LIVES IN PARIS')).toBe('m1');
    bank.delete('m1');
    expect(bank.find('Anna lives in Paris')).toBeNull();
    expect(bank.insert('Anna lives in Paris', vec(1, 0), provenance()).isDuplicate).toBe(false);
  });

  test('an update keeps the old texts with who wrote them, oldest first', () => {
    const bank = new MemoryBank(2);
    bank.insert('one', vec(1, 0), provenance('insert', 0));
    bank.step();
    bank.update('m1', 'two', vec(0, 1), provenance('update', 1));
    bank.step();
    bank.update('m1', 'three', vec(0, 2), provenance('merge', 2));
    expect(bank.get('m1')).toEqual({
      id: 'm1',
      text: 'three',
      ...provenance('merge', 2),
      createdStep: 0,
      updatedStep: 2,
      history: [
        { text: 'one', ...provenance('insert', 0) },
        { text: 'two', ...provenance('update', 1) },
      ],
    });
    expect(bank.topK(vec(0, 1), 1)).toEqual([{ id: 'm1', similarity: 1 }]);
    expect(bank.vectorOf('m1')).toEqual(vec(0, 2));
    expect(bank.timestep).toBe(2);
  });

  test('an update to the text it has changes nothing; to one another memory has, it is superseded by that', () => {
    const bank = new MemoryBank(2);
    bank.insert('Anna has a cat', vec(1, 0), provenance('first'));
    bank.insert('Anna has two cats', vec(0, 1), provenance('second'));
    expect(bank.update('m1', 'Anna has a cat', vec(0, 1), provenance())).toEqual({
      id: 'm1',
      isDuplicate: true,
    });
    expect(bank.get('m1')!.history).toEqual([]);
    expect(bank.update('m1', 'anna has two cats', vec(0, 1), provenance())).toEqual({
      id: 'm2',
      isDuplicate: true,
    });
    expect(bank.list()).toMatchObject([
      {
        id: 'm2',
        text: 'Anna has two cats',
        history: [{ text: 'Anna has a cat', ...provenance('first') }],
      },
    ]);
  });

  test('a list is data of its own', () => {
    const bank = new MemoryBank(1);
    bank.insert('a', vec(1), provenance());
    const before = bank.list();
    bank.update('m1', 'b', vec(1), provenance());
    expect(before).toMatchObject([{ text: 'a', history: [] }]);
  });

  test('ties come out in the order of insertion, also after a delete moved rows', () => {
    const bank = new MemoryBank(2);
    for (const text of ['a', 'b', 'c', 'd', 'e']) bank.insert(text, vec(3, 0), provenance());
    bank.delete('m2');
    expect(bank.rankAll(vec(1, 0)).map(({ id }) => id)).toEqual(['m1', 'm3', 'm4', 'm5']);
    expect(bank.topK(vec(1, 0), 2).map(({ id }) => id)).toEqual(['m1', 'm3']);
  });

  test('a zero vector on either side has similarity 0', () => {
    const bank = new MemoryBank(2);
    bank.insert('a', vec(-1, 0), provenance());
    bank.insert('b', vec(0, 0), provenance());
    expect(bank.topK(vec(1, 0), 5)).toEqual([
      { id: 'm2', similarity: 0 },
      { id: 'm1', similarity: -1 },
    ]);
    expect(bank.topK(vec(0, 0), 1)).toEqual([{ id: 'm1', similarity: 0 }]);
    expect(new MemoryBank(2).topK(vec(1, 0), 3)).toEqual([]);
  });

  test('bad input is refused and leaves the bank as it was', () => {
    const bank = new MemoryBank(2);
    bank.insert('a', vec(1, 0), provenance());
    const invalid = { code: 'INVALID_INPUT' };
    const attempt = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    expect(attempt(() => bank.insert(' \n', vec(1, 0), provenance()))).toMatchObject(invalid);
    expect(attempt(() => bank.insert('b', vec(1), provenance()))).toMatchObject({
      ...invalid,
      message: containing('has 1 dimensions where 2 are expected'),
    });
    expect(attempt(() => bank.insert('b', vec(1, Number.NaN), provenance()))).toMatchObject(invalid);
    expect(attempt(() => bank.insert('b', vec(1, Infinity), provenance()))).toMatchObject(invalid);
    expect(attempt(() => bank.update('m1', 'b', vec(Number.NaN, 1), provenance()))).toMatchObject(invalid);
    expect(attempt(() => bank.update('m9', 'b', vec(1, 0), provenance()))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(attempt(() => bank.topK(vec(1, 0), -1))).toMatchObject(invalid);
    expect(bank.list()).toMatchObject([{ id: 'm1', text: 'a', history: [] }]);
    expect(bank.find('b')).toBeNull();
  });
});

/** The bank as one would write it without thinking of speed. */
class NaiveBank {
  memories: { id: string; text: string; vector: number[] }[] = [];
  #created = 0;

  insert(text: string, vector: number[]): void {
    if (this.memories.some((memory) => duplicateKey(memory.text) === duplicateKey(text))) return;
    this.#created += 1;
    this.memories.push({ id: `m${this.#created}`, text, vector });
  }

  update(id: string, text: string, vector: number[]): void {
    const memory = this.memories.find((candidate) => candidate.id === id);
    if (memory === undefined || memory.text === text) return;
    const holder = this.memories.find(({ text: other }) => duplicateKey(other) === duplicateKey(text));
    if (holder !== undefined && holder !== memory) this.delete(id);
    else Object.assign(memory, { text, vector });
  }

  delete(id: string): void {
    this.memories = this.memories.filter((memory) => memory.id !== id);
  }

  rank(query: number[]): { id: string; similarity: number }[] {
    const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    return this.memories
      .map(({ id, vector }) => {
        const norms = Math.sqrt(dot(vector, vector)) * Math.sqrt(dot(query, query));
        return { id, similarity: norms === 0 ? 0 : dot(vector, query) / norms };
      })
      .sort((a, b) => b.similarity - a.similarity);
  }
}

const DIMENSION = 4;
// Axis-aligned vectors of length 0, 1 or 2: cosines are exactly -1, 0 or 1 on both sides, so ties are frequent and exact.
const axisVector = fc
  .tuple(fc.nat(DIMENSION - 1), fc.integer({ min: -2, max: 2 }))
  .map(([axis, length]) => Array.from({ length: DIMENSION }, (_, i) => (i === axis ? length : 0)));
const text = fc.constantFrom('a', 'A ', ' a', 'b', 'B', 'c d', 'C  d', 'e', 'f', 'g', 'h', 'i', 'j', 'k');
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), text, vector: axisVector }) },
  fc.record({ kind: fc.constant('update' as const), target: fc.nat(), text, vector: axisVector }),
  fc.record({ kind: fc.constant('delete' as const), target: fc.nat() }),
);

test('agrees with a naive bank after any operations, and stays free of duplicates', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), axisVector, fc.nat(12), (operations, query, k) => {
      const bank = new MemoryBank(DIMENSION);
      const oracle = new NaiveBank();
      for (const op of operations) {
        if (op.kind === 'insert') {
          bank.insert(op.text, vec(...op.vector), provenance());
          oracle.insert(op.text, op.vector);
          continue;
        }
        const target = oracle.memories[op.target % Math.max(1, oracle.memories.length)];
        if (target === undefined) continue;
        if (op.kind === 'delete') {
          expect(bank.delete(target.id)).toBe(true);
          oracle.delete(target.id);
        } else {
          bank.update(target.id, op.text, vec(...op.vector), provenance());
          oracle.update(target.id, op.text, op.vector);
        }
      }
      const ranked = oracle.rank(query);
      expect(bank.list().map(({ id, text: t }) => ({ id, text: t }))).toEqual(
        oracle.memories.map(({ id, text: t }) => ({ id, text: t })),
      );
      expect(bank.rankAll(vec(...query)).map(({ id }) => id)).toEqual(ranked.map(({ id }) => id));
      expect(bank.topK(vec(...query), k)).toEqual(bank.rankAll(vec(...query)).slice(0, k));
      const keys = bank.list().map((memory) => duplicateKey(memory.text));
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { seed: 1, numRuns: 400 },
  );
});

test('the top k of many random vectors is the start of the full ranking, whatever k', () => {
  const rng = createRng('memoryBank.test');
  const bank = new MemoryBank(33);
  const random = (): Float32Array => Float32Array.from({ length: 33 }, () => rng.normal());
  const vectors = Array.from({ length: 501 }, random);
  for (const [i, vector] of vectors.entries()) bank.insert(`memory ${i}`, vector, provenance());
  const query = random();
  const norm = (v: Float32Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  const expected = vectors
    .map((vector, i) => ({
      id: `m${i + 1}`,
      similarity: vector.reduce((sum, x, j) => sum + x * query[j]!, 0) / (norm(vector) * norm(query)),
    }))
    .sort((a, b) => b.similarity - a.similarity);
  const all = bank.rankAll(query);
  expect(all.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  for (const [i, { similarity }] of all.entries())
    expect(similarity).toBeCloseTo(expected[i]!.similarity, 12);
  for (const k of [1, 2, 20, 62, 63, 64, 500, 501, 900]) expect(bank.topK(query, k)).toEqual(all.slice(0, k));
});
