import { expect, test } from 'vitest';
import { MinMaxPyramid } from '../../charts/geometry/minMaxPyramid.ts';
import { curveCaptions, curveInWords, lastScored, stepInWords } from './curveWords.ts';

const READING = { step: 2, stage: 1, reward: 0.3, smooth: 0.25, before: null };

test('one step', () => {
  expect(stepInWords(READING)).toBe('Step 3, stage 2: reward 30.0, smoothed 25.0');
  expect(stepInWords({ ...READING, smooth: null })).toBe('Step 3, stage 2: reward 30.0');
  expect(stepInWords({ ...READING, reward: Number.NaN, smooth: null, before: 0.2 })).toBe(
    'Step 3, stage 2: reward none, with bad questions 20.0',
  );
});

test('the last value there is', () => {
  expect(lastScored(MinMaxPyramid.of([1, 2, Number.NaN]))).toBe(2);
  expect(lastScored(MinMaxPyramid.of([Number.NaN]))).toBeNaN();
});

test('the whole curve', () => {
  const stage = { stage: 0, reward: 0.15, selectionScore: 0.2, bankVersion: 1, action: 'first' };
  const rewards = MinMaxPyramid.of([Number.NaN, 0.2, 0.1, 0.3]);
  const smooth = MinMaxPyramid.of([Number.NaN, 0.2, 0.15, 0.25]);
  expect(curveInWords({ rewards: new MinMaxPyramid(), smooth: null, stages: [] })).toBe(
    'No step is finished yet.',
  );
  expect(curveInWords({ rewards, smooth: null, stages: [] })).toBe(
    '4 steps: reward from 20.0 to 30.0; lowest 10.0, highest 30.0, in points.',
  );
  expect(curveInWords({ rewards, smooth, stages: [stage] })).toBe(
    '4 steps: reward from 20.0 to 30.0, 25.0 smoothed; lowest 10.0, highest 30.0, in points. Stage 1 ended with reward 15.0 and selection score 20.0.',
  );
  expect(curveInWords({ rewards, smooth, stages: [{ ...stage, selectionScore: null }] })).toContain(
    'Stage 1 ended with reward 15.0.',
  );
});

test('a legend names what is drawn, with the strength of the average', () => {
  const texts = (facts: Parameters<typeof curveCaptions>[0]): string[] =>
    curveCaptions(facts).map(({ role, text }) => `${role}: ${text}`);
  expect(texts({ roles: ['only'], strength: 0, otherName: null })).toEqual(['only: reward of a step']);
  expect(texts({ roles: ['raw', 'smooth', 'ghost', 'other'], strength: 0.8, otherName: 'b' })).toEqual([
    'raw: reward of a step without bad questions',
    'smooth: moving average (exponential, debiased), strength 0.80',
    'ghost: before: with the bad questions, moving average of strength 0.80',
    'other: b, moving average of strength 0.80',
  ]);
});
