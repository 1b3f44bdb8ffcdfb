import { expect, test } from 'vitest';
import type { MemoryOrigin } from '../../../core/contract/memory.ts';
import { dayOf, dayOrNull, foundBy, indexWords, originFacts } from './memoryWords.ts';

const NOTE: MemoryOrigin = {
  skill: 'note',
  bankVersion: null,
  bankHash: null,
  date: null,
  source: null,
  author: 'app',
  atMs: Date.UTC(2024, 4, 8, 12),
};
const memory = (origin: MemoryOrigin) => ({
  id: 'm1',
  space: 'work',
  text: 'Ada moved',
  origin,
  createdAtMs: 0,
  history: [],
});

test('a memory without a date is of the day on which it was written', () => {
  expect(dayOf(memory(NOTE))).toBe('2024-05-08');
  expect(dayOf(memory({ ...NOTE, date: '2023-01-02' }))).toBe('2023-01-02');
  expect(dayOrNull('2024-05-08')).toBe('2024-05-08');
  expect([dayOrNull(''), dayOrNull('2024-05'), dayOrNull('2024-02-31')]).toEqual([null, null, null]);
});

test('says why a search found something, and nothing where nothing was asked', () => {
  const ranks = { vectorRank: 1, similarity: 0.826, textRank: 2 };
  expect(foundBy({ memory: memory(NOTE), ...ranks })).toBe('meaning 1., cosine 0.83; words 2.');
  expect(foundBy({ memory: memory(NOTE), ...ranks, similarity: -0.001, textRank: null })).toBe(
    'meaning 1., cosine 0.00',
  );
  expect(foundBy({ memory: memory(NOTE), ...ranks, vectorRank: null })).toBe('words 2.');
  expect(foundBy({ memory: memory(NOTE), vectorRank: null, similarity: null, textRank: null })).toBe('');
});

test('says where a text comes from', () => {
  const terms = (origin: MemoryOrigin) => originFacts(origin).map(({ term }) => term);
  expect(terms(NOTE)).toEqual(['Skill', 'About', 'Written', 'By']);
  const source = { sha256: 'a'.repeat(64), start: 3, end: 20 };
  const facts = originFacts({ ...NOTE, skill: 'insert', bankVersion: 4, bankHash: 'b', source });
  expect(facts.find(({ term }) => term === 'Bank')).toMatchObject({ value: 'version 4', title: 'hash b' });
  expect(facts.at(-1)?.value).toBe('characters 3 to 20 of aaaaaaaaaaaa');
});

test('says what the index has', () => {
  const space = { memories: 10, unindexed: 0, isErasing: false };
  expect(indexWords(space)).toBe('All 10 are in the index.');
  expect(indexWords({ ...space, unindexed: 3 })).toContain('7 of 10');
  expect(indexWords({ ...space, isErasing: true })).toContain('rewritten');
});
