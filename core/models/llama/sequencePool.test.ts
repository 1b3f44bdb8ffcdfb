import { expect, test } from 'vitest';
import { SequencePool, type PooledSequence } from './sequencePool.ts';

class Holding implements PooledSequence {
  readonly name: string;
  tokens: readonly number[];

  constructor(name: string, tokens: readonly number[]) {
    this.name = name;
    this.tokens = tokens;
  }

  sharedPrefix(tokens: readonly number[]): number {
    const different = this.tokens.findIndex((token, i) => tokens[i] !== token);
    return different === -1 ? this.tokens.length : different;
  }
}

const never = new AbortController().signal;

test('the free sequence with the longest shared start is taken, else the one unused for longest', async () => {
  const [a, b, c] = [new Holding('a', [1]), new Holding('b', [1, 2, 3]), new Holding('c', [9])];
  const pool = new SequencePool([a, b, c]);
  expect((await pool.take([1, 2, 4], never)).name).toBe('b');
  expect((await pool.take([1, 2, 4], never)).name).toBe('a');
  pool.giveBack(b);
  pool.giveBack(a);
  expect((await pool.take([7], never)).name).toBe('c');
  expect((await pool.take([7], never)).name).toBe('b');
});

test('who waits is served in order, and who left is not', async () => {
  const only = new Holding('only', []);
  const pool = new SequencePool([only]);
  await pool.take([1], never);
  const controller = new AbortController();
  const served: number[] = [];
  const left = pool.take([2], controller.signal);
  const waiting = [3, 4].map(async (token) => {
    const sequence = await pool.take([token], never);
    served.push(token);
    pool.giveBack(sequence);
  });
  controller.abort();
  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  pool.giveBack(only);
  await Promise.all(waiting);
  expect(served).toEqual([3, 4]);
  expect((await pool.take([5], never)).name).toBe('only');
});
