import { expect, test } from 'vitest';
import { linearAxis } from './linearAxis.ts';
import { stageMarkPaths, stageMarks } from './stageMarks.ts';
import type { StageBand } from './stages.ts';

const Y = linearAxis([0, 1], [100, 0]);
const band = (stage: number, change: Partial<StageBand> = {}): StageBand => ({
  stage,
  left: stage * 10,
  right: stage * 10 + 10,
  tailLeft: stage * 10 + 6,
  isTailWhole: true,
  hasEnd: true,
  ...change,
});
const record = (stage: number, selectionScore: number | null) => ({
  stage,
  reward: 0.25,
  selectionScore,
  bankVersion: stage,
  action: 'continue',
});

test('reward over the tail, selection score at the end', () => {
  expect(stageMarks([record(0, 0.5), record(1, null)], [band(0), band(1), band(2)], Y)).toEqual([
    { stage: 0, reward: { left: 6, right: 10, y: 75 }, selection: { x: 10, y: 50 } },
    { stage: 1, reward: { left: 16, right: 20, y: 75 }, selection: null },
  ]);
});

test('what is cut off is left out', () => {
  const bands = [band(0, { isTailWhole: false }), band(1, { isTailWhole: false, hasEnd: false })];
  expect(stageMarks([record(0, 0.5), record(1, 0.5)], bands, Y)).toEqual([
    { stage: 0, reward: null, selection: { x: 10, y: 50 } },
    { stage: 1, reward: null, selection: null },
  ]);
});

test('records that do not begin with the first stage', () => {
  expect(stageMarks([record(1, null)], [band(0), band(1)], Y).map(({ stage }) => stage)).toEqual([1]);
});

test('one shape for all marks of a kind', () => {
  const marks = stageMarks([record(0, 0.5), record(1, null)], [band(0), band(1)], Y);
  expect(stageMarkPaths(marks)).toEqual({
    rewards: 'M6.0,75.0H10.0M16.0,75.0H20.0',
    dots: ['M4.5,75.0', 'M14.5,75.0']
      .map((start) => `${start}a3.5,3.5 0 1 1 7,0a3.5,3.5 0 1 1 -7,0Z`)
      .join(''),
    selections: 'M5.0,50.0l5,-5l5,5l-5,5Z',
  });
  expect(stageMarkPaths([])).toEqual({ rewards: '', dots: '', selections: '' });
});
