import { expect, test } from 'vitest';
import { curveInWords, stepInWords, type Curve } from './curveWords.ts';

const CURVE: Curve = {
  steps: [0, 1, 2],
  stageOf: [0, 0, 1],
  rewards: [0.2, 0.1, 0.3],
  smooth: [0.2, 0.15, 0.25],
};
const EMPTY: Curve = { steps: [], stageOf: [], rewards: [], smooth: [] };

test('one step', () => {
  expect(stepInWords(CURVE, 2)).toBe('Step 3, stage 2: reward 30.0, smoothed 25.0');
  expect(stepInWords({ ...CURVE, smooth: [] }, 0)).toBe('Step 1, stage 1: reward 20.0');
  expect(stepInWords({ ...CURVE, rewards: [Number.NaN] }, 0)).toBe(
    'Step 1, stage 1: reward none, smoothed 20.0',
  );
});

test('the whole curve', () => {
  const stage = { stage: 0, reward: 0.15, selectionScore: 0.2, bankVersion: 1, action: 'first' };
  expect(curveInWords(EMPTY, [])).toBe('No step is finished yet.');
  expect(curveInWords({ ...CURVE, smooth: [] }, [])).toBe(
    '3 steps: reward from 20.0 to 30.0; lowest 10.0, highest 30.0, in points.',
  );
  expect(curveInWords(CURVE, [stage])).toBe(
    '3 steps: reward from 20.0 to 30.0, 25.0 smoothed; lowest 10.0, highest 30.0, in points. Stage 1 ended with reward 15.0 and selection score 20.0.',
  );
  expect(curveInWords(CURVE, [{ ...stage, selectionScore: null }])).toContain(
    'Stage 1 ended with reward 15.0.',
  );
});
