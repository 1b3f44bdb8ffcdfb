import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { goldenFile } from '../config/environment.ts';
import { stem } from './porterStemmer.ts';
import { multiAnswerF1, normaliseAnswer, scoreLocomo, tokenF1 } from './tokenF1.ts';

// Reference 8.3, checked with the reference.
test.each([
  ['The A, B and C!', 'b c'],
  ['U.S. dollars', 'us dollars'],
  ["Caroline's 3,000-mile trip", 'carolines 3000mile trip'],
  ['2023-05-07', '20230507'],
])('normalises %s', (text, expected) => {
  expect(normaliseAnswer(text)).toBe(expected);
});

test('check values of the reference', () => {
  expect(normaliseAnswer("Caroline's 3,000-mile trip").split(' ').map(stem).join(' ')).toBe(
    'carolin 3000mile trip',
  );
  expect(tokenF1('7 May 2023', 'on May 7, 2023')).toBeCloseTo(6 / 7, 12);
  expect(multiAnswerF1('pottery, camping', 'camping, painting, swimming')).toBeCloseTo(1 / 3, 12);
  expect(tokenF1('', '')).toBe(0);
});

test('a failed request scores 0 whatever the gold, alone and in a list', () => {
  expect(tokenF1('api request ERROR', 'API Request Error')).toBe(0);
  expect(scoreLocomo({ category: 1, prediction: 'API Request Error', gold: 'error, request' })).toBe(0);
  expect(tokenF1('an API Request Error', 'API Request Error')).toBe(1);
});

test('an article inside or next to a non-ASCII word stays', () => {
  expect(normaliseAnswer('éa a ñand and')).toBe('éa ñand');
});

test('repeated tokens count as often as both sides have them', () => {
  // Overlap 2 of 3 predicted and 2 of 2 expected.
  expect(tokenF1('dog dog dog', 'dog dog')).toBeCloseTo(0.8, 12);
});

test('only multi-hop answers are split at commas', () => {
  const answer = { prediction: 'tea, cake', gold: 'cake' };
  expect(scoreLocomo({ category: 1, ...answer })).toBe(1);
  for (const category of [2, 3, 4]) expect(scoreLocomo({ category, ...answer })).toBeCloseTo(2 / 3, 12);
});

test('F1 is symmetric, in [0, 1], and 1 exactly for equal stem multisets', () => {
  const text = fc
    .array(fc.constantFrom('the', 'dog', 'dogs', 'ran', 'café', '3,000', 'May', '-', 'and'), { maxLength: 8 })
    .map((words) => words.join(' '));
  const multiset = (value: string): string =>
    normaliseAnswer(value).split(' ').filter(Boolean).map(stem).sort().join(' ');
  fc.assert(
    fc.property(text, text, (left, right) => {
      const score = tokenF1(left, right);
      expect(score).toBeCloseTo(tokenF1(right, left), 12);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(score === 1).toBe(multiset(left) !== '' && multiset(left) === multiset(right));
    }),
    { seed: 1, numRuns: 1000 },
  );
});

const golden = goldenFile('token-f1.json');
const goldenSchema = z.object({
  rows: z.array(
    z.object({
      category: z.number(),
      prediction: z.string(),
      gold: z.string(),
      f1: z.number(),
      normalised: z.string(),
    }),
  ),
});

test.skipIf(golden === null)('equals every golden row of the reference (needs MEMSKILL_DATA)', () => {
  const { rows } = goldenSchema.parse(JSON.parse(readFileSync(golden!, 'utf8')));
  expect(rows).toHaveLength(240);
  for (const row of rows) {
    expect(normaliseAnswer(row.prediction), row.prediction).toBe(row.normalised);
    expect(scoreLocomo(row), `${row.prediction} / ${row.gold}`).toBeCloseTo(row.f1, 12);
  }
});
