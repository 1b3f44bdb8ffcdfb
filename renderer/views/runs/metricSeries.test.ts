import { expect, test } from 'vitest';
import { categorySeries, CONTROLLER_SERIES, costSeries, MEMORY_SERIES, skillUse } from './metricSeries.ts';

const VALUES = {
  'ppo/entropy': 1.386,
  'ppo/approx_kl': 0.0141,
  'episode/memories_mean': 123,
  'episode/length_mean': 10,
  'episode/junk_rate': 0.118,
  'skill/insert': 6.25,
  'skill/capture dates': 1,
  'bank/skills': 5,
};

test('values with their units', () => {
  const written = [...CONTROLLER_SERIES, ...MEMORY_SERIES].map(({ valueOf, inWords }) =>
    inWords(valueOf(VALUES, {})),
  );
  expect(written.slice(0, 2)).toEqual(['1.39 nats', '0.0141 nats']);
  expect(CONTROLLER_SERIES[1]?.inWords(-0.0008)).toBe('\u22120.0008 nats');
  expect(written.slice(4, 6)).toEqual(['12.3', '12 %']);
});

test('a step without a metric has a gap', () => {
  expect(CONTROLLER_SERIES.map(({ valueOf }) => valueOf({}, {}))).toEqual([NaN, NaN, NaN, NaN]);
  expect(MEMORY_SERIES[0]?.valueOf({ 'episode/memories_mean': 1 }, {})).toBeNaN();
});

test('the use of skills, by name', () => {
  expect(skillUse({ runId: 'a', step: 0, stage: 0, values: VALUES })).toEqual({
    insert: 6.25,
    'capture dates': 1,
  });
});

test('what a step cost; calls only where there are any', () => {
  expect(costSeries(['reward/mean']).map(({ name }) => name)).toEqual(['Seconds a step']);
  const written = costSeries(['cost/calls']).map(({ valueOf, inWords }) =>
    inWords(valueOf({ 'time/elapsed_s': 12.34, 'cost/calls': 140 }, { 'time/elapsed_s': 10 })),
  );
  expect(written).toEqual(['2.3 s', '140']);
});

test('categories in their order, with points', () => {
  const series = categorySeries([
    'reward/mean',
    'reward/category_10',
    'reward/category_2',
    'skill/reward/category_1',
  ]);
  expect(series.map(({ name }) => name)).toEqual(['Category 2', 'Category 10']);
  expect(series[0]?.valueOf({ 'reward/category_2': 0.25, 'reward/category_10': 1 }, {})).toBe(0.25);
  expect(series[0]?.inWords(0.25)).toBe('25.0');
});
