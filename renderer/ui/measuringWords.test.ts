import { expect, test } from 'vitest';
import { measuringWords } from './measuringWords.ts';

const evaluation = (done: number) => ({ evaluationId: 'e1', done, total: 10, elapsedMs: 0, etaMs: null });

test('what is being measured, in a few words', () => {
  expect(measuringWords([], [])).toBeNull();
  expect(measuringWords([evaluation(4)], [])).toBe('Evaluating, 40 %');
  expect(measuringWords([{ ...evaluation(0), total: 0 }], [])).toBe('Evaluating');
  expect(measuringWords([evaluation(4), evaluation(0)], [])).toBe('2 evaluations, the first at 40 %');
  const experiment = {
    experimentId: 'x1',
    done: 2,
    total: 6,
    activity: 'training full',
    elapsedMs: 0,
    etaMs: null,
  };
  expect(measuringWords([evaluation(4)], [experiment])).toBe('Experiment: 2 of 6 cells');
});
