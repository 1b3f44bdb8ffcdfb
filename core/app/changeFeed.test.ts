import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import { ChangeFeed } from './changeFeed.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function makeFeed(): { feed: ChangeFeed; told: string[] } {
  const told: string[] = [];
  const startedMs = systemClock.now();
  const feed = new ChangeFeed(
    (domains) => void told.push(`${systemClock.now() - startedMs} ${domains.join(' ')}`),
  );
  return { feed, told };
}

test('the first change is told at once, those that follow together, each once and in one order', () => {
  const { feed, told } = makeFeed();
  feed.note(['runs']);
  feed.note(['proposals', 'runs']);
  vi.advanceTimersByTime(60);
  feed.note(['cases', 'runs']);
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['0 runs', '100 runs cases proposals']);
  feed.note(['bank']);
  expect(told.at(-1)).toBe('1060 bank');
});

test('steady change is told ten times a second, and when it ends nothing is left', () => {
  const { feed, told } = makeFeed();
  for (let ms = 0; ms < 1000; ms += 10) {
    feed.note([ms === 990 ? 'settings' : 'runs']);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(500);
  expect(told).toHaveLength(11);
  expect(told.slice(-2)).toEqual(['900 runs', '1000 runs settings']);
  expect(vi.getTimerCount()).toBe(0);
});

test('nothing is nothing to tell', () => {
  const { feed, told } = makeFeed();
  feed.note([]);
  vi.advanceTimersByTime(500);
  expect(told).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('closing tells what is left, then nothing more, and leaves no timer', () => {
  const { feed, told } = makeFeed();
  feed.note(['runs']);
  feed.note(['bank']);
  feed.close();
  feed.note(['cases']);
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['0 runs', '0 bank']);
  expect(vi.getTimerCount()).toBe(0);
});
