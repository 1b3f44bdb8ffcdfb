import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallForecast, RoleForecast, RunOutlook } from '../../../core/contract/forecast.ts';
import {
  exceededWords,
  forecastRows,
  hoursInWords,
  outlookRows,
  partsInWords,
  suggestedCap,
} from './outlookWords.ts';

const of = (calls: number, hours: number | null = null): RoleForecast => ({
  calls,
  promptTokens: 1000 * calls,
  completionTokens: 100 * calls,
  hours,
});
const FORECAST: CallForecast = {
  roles: { executor: of(4040, 6.5), answerer: of(3646), judge: of(0), designer: of(24) },
  parts: { training: 8140, measuring: 0, designing: 24, replaying: 1200 },
  calls: 7710,
  tokens: 8_481_000,
  hours: null,
  basis: [],
  exceeded: [],
};

test('roles that are asked have a row, with what is not known left open', () => {
  expect(forecastRows(FORECAST)).toEqual([
    { role: 'Executor', calls: '4,040', tokens: '4.44M', hours: '6 h 30 min' },
    { role: 'Answerer', calls: '3,646', tokens: '4.01M', hours: '–' },
    { role: 'Designer', calls: '24', tokens: '26.4K', hours: '–' },
  ]);
  expect(partsInWords(FORECAST)).toBe('training 8,140, designing 24, replaying 1,200');
  expect(hoursInWords(null)).toBe('not known');
});

test('an outlook sets what was asked beside what is left', () => {
  const none = { calls: 0, promptTokens: 0, completionTokens: 0, seconds: 0 };
  const outlook: RunOutlook = {
    spent: { executor: none, answerer: none, judge: { ...none, calls: 12 }, designer: none },
    spentHours: 0,
    remaining: { ...FORECAST, roles: { ...FORECAST.roles, answerer: of(0), designer: of(0) } },
    notes: [],
  };
  expect(outlookRows(outlook)).toEqual([
    { role: 'Executor', spent: '0', left: '4,040' },
    { role: 'Judge', spent: '12', left: '0' },
  ]);
});

test('a cap that will not do is told with both numbers', () => {
  expect(exceededWords({ cap: 'calls', limit: 5000, expected: 10354 })).toMatch(/10,354 calls.*5,000 calls/u);
  expect(exceededWords({ cap: 'hours', limit: 8, expected: 9.5 })).toMatch(/9 h 30 min.*8 h 0 min/u);
});

test('a suggested cap is enough, is not lower than the old one, and not much more', () => {
  expect(suggestedCap({ cap: 'calls', limit: 5000, expected: 10354 })).toBe(12000);
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1e9, noNaN: true }), fc.nat(1e6), (expected, limit) => {
      const cap = suggestedCap({ cap: 'calls', limit, expected });
      expect(cap).toBeGreaterThanOrEqual(Math.max(expected, limit));
      expect(cap).toBeLessThanOrEqual(1.3 * Math.max(expected, limit) + 0.1);
    }),
  );
});
