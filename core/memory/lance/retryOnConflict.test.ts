import { expect, test } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { retryOnConflict } from './retryOnConflict.ts';

/** Fails as LanceDB does `failures` times, then returns the number of attempts. */
function losing(failures: number, error: Error): () => Promise<number> {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (attempts <= failures) throw error;
    return attempts;
  };
}

const lost = new Error(
  'lance error: Retryable commit conflict for version 7: preempted by concurrent transaction',
);

test('a lost commit race is run again until it is won', async () => {
  expect(await retryOnConflict(losing(7, lost), 0)).toBe(8);
});

test('a race lost in every attempt is CONFLICT and keeps the cause', async () => {
  await expect(retryOnConflict(losing(8, lost), 0)).rejects.toMatchObject({ code: 'CONFLICT', cause: lost });
});

test('any other failure is thrown at once', async () => {
  const full = new Error('No space left on device');
  await expect(retryOnConflict(losing(1, full), 0)).rejects.toBe(full);
  const own = new AppError('CONFLICT', 'another embedder');
  await expect(retryOnConflict(losing(1, own), 0)).rejects.toBe(own);
});
