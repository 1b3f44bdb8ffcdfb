import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import type { AxisKind } from '../../charts/geometry/stepPlaces.ts';
import { RunCurves } from './runCurves.svelte.ts';
import { RunHistory } from './runHistory.svelte.ts';

function historyOf(runId: string, rewards: readonly number[]): RunHistory {
  const history = new RunHistory(runId);
  history.append(
    rewards.map((reward, step) => ({ runId, step, stage: 0, values: { 'reward/mean': reward } })),
  );
  return history;
}

function setUp(change: {
  rescored?: { step: number; reward: number }[];
  other?: RunHistory;
  strength?: number;
}) {
  const history = historyOf('a', [0.1, 0.3]);
  const curves = new RunCurves({
    history: () => history,
    other: () => change.other ?? null,
    rescored: () => change.rescored ?? [],
    strength: () => change.strength ?? 0.5,
    axis: (): AxisKind => 'step',
  });
  const drawn = () =>
    curves.curves.map(
      ({ role, series }) =>
        `${role} ${Array.from({ length: series.values.length }, (_, at) => series.values.at(at).toFixed(3)).join(' ')}`,
    );
  return { history, curves, drawn };
}

test('rewards and their average', () => {
  const { curves, drawn } = setUp({});
  expect(drawn()).toEqual(['raw 0.100 0.300', 'smooth 0.100 0.233']);
  expect(curves.readingAt(1)).toEqual({ step: 1, stage: 0, reward: 0.3, smooth: 0.7 / 3, before: null });
  expect(setUp({ strength: 0 }).drawn()).toEqual(['only 0.100 0.300']);
});

test('rescored rewards are the curve, those before are its ghost', () => {
  const { curves, drawn } = setUp({ rescored: [{ step: 1, reward: 0.5 }] });
  expect(drawn()).toEqual(['raw NaN 0.500', 'smooth NaN 0.500', 'ghost 0.100 0.233']);
  expect(curves.readingAt(1).before).toBe(0.3);
});

test('another run beside it, as long as it is', () => {
  const other = historyOf('b', [0.4, 0.2, 0.2]);
  expect(setUp({ other, strength: 0 }).drawn()).toEqual(['only 0.100 0.300', 'other 0.400 0.200 0.200']);
});

test('all of them grow with the run', () => {
  const { history, curves } = setUp({ rescored: [{ step: 0, reward: 0.2 }] });
  const lengths: number[][] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      lengths.push(curves.curves.map(({ series }) => series.values.length));
    });
  });
  flushSync();
  history.append([{ runId: 'a', step: 2, stage: 0, values: { 'reward/mean': 0.2 } }]);
  flushSync();
  stop();
  expect(lengths).toEqual([
    [2, 2, 2],
    [3, 3, 3],
  ]);
});
