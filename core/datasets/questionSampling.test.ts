import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categoryQuotas, sampleQuestions, samplingSeed, samplingTarget } from './questionSampling.ts';
import type { Question } from './trace.ts';

const quotas = (sizes: Record<number, number>, target: number): Record<number, number> =>
  Object.fromEntries(
    categoryQuotas(new Map(Object.entries(sizes).map(([key, size]) => [Number(key), size])), target),
  );

const question = (index: number, category: number): Question => ({
  id: `t_${index}`,
  index,
  text: `Question ${index}?`,
  golds: ['yes'],
  category,
  evidence: [],
  date: null,
});

const step = { seed: 42, traceId: 'conv-26', outerEpoch: 0, innerEpoch: 0 };

// Reference 1.2, checked there.
test('reference check values of quotas', () => {
  expect(quotas({ 1: 30, 2: 40, 3: 10, 4: 70 }, 30)).toEqual({ 1: 6, 2: 8, 3: 3, 4: 13 });
  expect(quotas({ 1: 30, 2: 40, 3: 10, 4: 70 }, 2)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 });
  expect(samplingTarget(152, 0.2)).toBe(31);
  expect(quotas({ 1: 32, 2: 37, 3: 13, 4: 70 }, 31)).toEqual({ 1: 7, 2: 8, 3: 3, 4: 13 });
});

test('reference check value of the seed', () => {
  expect(samplingSeed(step)).toBe('748499fa08367c3b');
});

test('leftovers of equal fraction go to the larger category, then to the smaller id', () => {
  // Rest 1 over three categories: fractions 2/5, 2/5, 1/5.
  expect(quotas({ 2: 4, 1: 4, 3: 2 }, 4)).toEqual({ 1: 2, 2: 1, 3: 1 });
  // Rest 2: shares 0.5, 0.5, 1; the full categories of one question take no more.
  expect(quotas({ 1: 1, 2: 1, 3: 2, 4: 0 }, 4)).toEqual({ 1: 1, 2: 1, 3: 2 });
});

test('quotas fill the target within each category, whatever the sizes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 300 }),
      (counts, wanted) => {
        const sizes = new Map(counts.map((size, category) => [category, size]));
        const total = counts.reduce((sum, size) => sum + size, 0);
        const nonEmpty = counts.filter((size) => size > 0).length;
        const target = Math.min(wanted, total);
        const result = categoryQuotas(sizes, target);
        expect([...result.values()].reduce((sum, quota) => sum + quota, 0)).toBe(Math.max(target, nonEmpty));
        for (const [category, quota] of result) {
          expect(quota).toBeGreaterThanOrEqual(1);
          expect(quota).toBeLessThanOrEqual(sizes.get(category)!);
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

const questions = Array.from({ length: 60 }, (_, index) => question(index, 1 + (index % 4)));

test('samples are reproducible, ordered, stratified and change with every step', () => {
  const sample = sampleQuestions(questions, { ...step, ratio: 0.3 });
  expect(sample).toHaveLength(18);
  expect(sampleQuestions(questions, { ...step, ratio: 0.3 })).toEqual(sample);
  expect(sample.map(({ index }) => index)).toEqual(
    sample.map(({ index }) => index).toSorted((left, right) => left - right),
  );
  for (const category of [1, 2, 3, 4])
    expect(sample.filter((asked) => asked.category === category).length).toBeGreaterThanOrEqual(4);
  for (const change of [{ seed: 43 }, { traceId: 'conv-30' }, { outerEpoch: 1 }, { innerEpoch: 1 }])
    expect(sampleQuestions(questions, { ...step, ratio: 0.3, ...change })).not.toEqual(sample);
});

test('ratio 1, one question, or a target of all asks every question', () => {
  expect(sampleQuestions(questions, { ...step, ratio: 1 })).toEqual(questions);
  expect(sampleQuestions(questions.slice(0, 1), { ...step, ratio: 0.1 })).toHaveLength(1);
  expect(sampleQuestions(questions.slice(0, 3), { ...step, ratio: 0.9 })).toHaveLength(3);
  expect(sampleQuestions([], { ...step, ratio: 0.5 })).toEqual([]);
});
