import { expect, test } from 'vitest';
import { CONTROLLER_SERIES, lastFinite, MEMORY_SERIES, skillUse } from './metricSeries.ts';

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
    inWords(valueOf(VALUES)),
  );
  expect(written.slice(0, 2)).toEqual(['1.39 nats', '0.0141 nats']);
  expect(CONTROLLER_SERIES[1]?.inWords(-0.0008)).toBe('\u22120.0008 nats');
  expect(written.slice(4, 6)).toEqual(['12.3', '12 %']);
});

test('a step without a metric has a gap', () => {
  expect(CONTROLLER_SERIES.map(({ valueOf }) => valueOf({}))).toEqual([NaN, NaN, NaN, NaN]);
  expect(MEMORY_SERIES[0]?.valueOf({ 'episode/memories_mean': 1 })).toBeNaN();
});

test('the use of skills, by name', () => {
  expect(skillUse({ runId: 'a', step: 0, stage: 0, values: VALUES })).toEqual({
    insert: 6.25,
    'capture dates': 1,
  });
});

test('the last value there is', () => {
  expect(lastFinite([1, 2, Number.NaN])).toBe(2);
  expect(lastFinite([Number.NaN])).toBe(null);
  expect(lastFinite([])).toBe(null);
});
