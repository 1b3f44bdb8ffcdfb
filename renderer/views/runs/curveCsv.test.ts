import { expect, test } from 'vitest';
import { curveCsv } from './curveCsv.ts';

test('a line for each step, a column for each metric', () => {
  const reading = { step: 0, stage: 0, reward: 0.1 + 0.2, smooth: null, before: null };
  expect(
    curveCsv(
      [
        { reading, values: { 'reward/mean': 0.3, 'skill/dates, "exact"': 2 } },
        { reading: { ...reading, step: 1, reward: Number.NaN, smooth: 0.25 }, values: {} },
      ],
      ['reward/mean', 'skill/dates, "exact"'],
    ),
  ).toBe(
    'step,stage,raw,smoothed,reward/mean,"skill/dates, ""exact"""\r\n' +
      '1,1,0.30000000000000004,,0.3,2\r\n' +
      '2,1,,0.25,,\r\n',
  );
});

test('nothing but a head', () => {
  expect(curveCsv([], [])).toBe('step,stage,raw,smoothed\r\n');
});
