import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import type { MetricRow } from '../../../core/contract/run.ts';
import { RunHistory } from './runHistory.svelte.ts';
import { REWARD } from './runRows.ts';

const row = (step: number, values: MetricRow['values']): MetricRow => ({
  runId: 'a',
  step,
  stage: 0,
  values,
});

test('whoever reads a series is told when it grew', () => {
  const history = new RunHistory('a');
  const seen: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      seen.push(`${history.column(REWARD).length} ${history.places('step').points.length}`);
    });
  });
  flushSync();
  history.append([row(0, {}), row(1, {})]);
  flushSync();
  history.append([row(2, {})]);
  flushSync();
  stop();
  expect(seen).toEqual(['0 0', '2 2', '3 3']);
});

test('rows are another array when there are more', () => {
  const history = new RunHistory('a');
  history.append([row(0, {})]);
  const before = history.rows;
  history.append([row(1, {})]);
  expect(before).toHaveLength(1);
  expect(history.rows).toHaveLength(2);
  expect(history.rowAt(1)?.step).toBe(1);
  expect(history.rowAt(2)).toBe(null);
});
