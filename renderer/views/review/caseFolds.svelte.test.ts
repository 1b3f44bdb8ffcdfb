import { expect, test } from 'vitest';
import { CaseFolds } from './caseFolds.svelte.ts';

const ORDER = ['a', 'b', 'c'];

test('by key one after the other lies open, and behind the last none', () => {
  const folds = new CaseFolds();
  const seen = Array.from({ length: 5 }, () => {
    folds.step(ORDER);
    return [folds.current, ORDER.filter((key) => folds.isOpen(key)).join('')];
  });
  expect(seen).toEqual([
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
    [null, ''],
    ['a', 'a'],
  ]);
});

test('by hand several lie open; the key goes on from the last one opened', () => {
  const folds = new CaseFolds();
  folds.set('a', true);
  folds.set('b', true);
  expect([folds.isOpen('a'), folds.isOpen('b'), folds.current, folds.followed]).toEqual([
    true,
    true,
    'b',
    null,
  ]);
  folds.step(ORDER);
  expect([folds.isOpen('a'), folds.isOpen('b'), folds.current, folds.followed]).toEqual([
    true,
    false,
    'c',
    'c',
  ]);
  folds.set('c', false);
  expect([folds.current, folds.followed]).toEqual([null, null]);
});

test('one that is no longer there begins the order anew', () => {
  const folds = new CaseFolds();
  folds.set('gone', true);
  folds.step(ORDER);
  expect([folds.current, folds.isOpen('gone')]).toEqual(['a', false]);
  folds.step([]);
  expect(folds.current).toBeNull();
});
