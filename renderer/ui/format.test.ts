import { expect, test } from 'vitest';
import {
  counted,
  duration,
  fileSize,
  interval,
  percent,
  points,
  remainingTime,
  signedPoints,
} from './format.ts';

test('scores in points', () => {
  expect(points(0.287)).toBe('28.7');
  expect(points(1, 0)).toBe('100');
  expect(signedPoints(0.021)).toBe('+2.1');
  expect(signedPoints(-0.004)).toBe('\u22120.4');
});

test('a difference that rounds to nothing has no sign', () => {
  expect(signedPoints(0.0001)).toBe('0.0');
  expect(signedPoints(-0.0001)).toBe('0.0');
  expect(interval([-0.0202, 0.02])).toBe('[\u22122.0, +2.0]');
});

test('times, sizes, shares and counts', () => {
  expect([0, 59_400, 60_000, 125_000, 3_840_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '2 min 5 s',
    '1 h 4 min',
  ]);
  expect([0, 1023, 1024, 1_572_864, 5 * 1024 ** 4].map(fileSize)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 MiB',
    '5.0 TiB',
  ]);
  expect(percent(0.285)).toBe('28 %');
  expect([counted(1, 'case'), counted(0, 'case'), counted(2, 'memory', 'memories')]).toEqual([
    '1 case',
    '0 cases',
    '2 memories',
  ]);
});

test('what is left of some work', () => {
  expect(remainingTime(5000, { done: 0, total: 8 })).toBe(null);
  expect(remainingTime(6000, { done: 2, total: 8 })).toBe(18_000);
  expect(remainingTime(6000, { done: 8, total: 8 })).toBe(0);
});
