import { expect, test } from 'vitest';
import type { MetricRow } from '../../../core/contract/run.ts';
import { costSeries } from './metricSeries.ts';
import { REWARD, RunRows } from './runRows.ts';

const row = (step: number, values: MetricRow['values']): MetricRow => ({
  runId: 'a',
  step,
  stage: 0,
  values,
});

test('a series grows with the run, whenever it was first asked for', () => {
  const run = new RunRows();
  const early = run.column(REWARD);
  run.append([row(0, { 'reward/mean': 0.1 }), row(1, {})]);
  run.append([row(2, { 'reward/mean': 0.3 })]);
  const values = [0, 1, 2].map((at) => early.at(at));
  expect(values).toEqual([0.1, Number.NaN, 0.3]);
  expect(run.column(REWARD)).toBe(early);
  const late = run.column({ name: 'Late', valueOf: (all) => all['reward/mean'] ?? -1 });
  expect([0, 1, 2].map((at) => late.at(at))).toEqual([0.1, -1, 0.3]);
  expect(run.rows).toHaveLength(3);
  run.append([row(3, { 'time/elapsed_s': 4 }), row(4, { 'time/elapsed_s': 6.5 })]);
  const [seconds] = costSeries([]);
  const spent = run.column(seconds ?? REWARD);
  run.append([row(5, { 'time/elapsed_s': 2 }), row(6, {})]);
  expect([3, 4, 5, 6].map((at) => spent.at(at))).toEqual([4, 2.5, 2, Number.NaN]);
});

test('steps stand where they are, also where some are missing', () => {
  const run = new RunRows();
  const places = run.places('step');
  run.append([row(0, {}), row(1, {}), row(2, {})]);
  run.append([row(5, {}), row(7, {})]);
  run.append([]);
  expect([0, 1, 2, 3, 4].map((at) => places.points.at(at))).toEqual([0.5, 1.5, 2.5, 5.5, 7.5]);
  expect(places.stepCount).toBe(8);
});

test('axes that there are numbers for', () => {
  const run = new RunRows();
  expect(run.axes).toEqual(['step']);
  run.append([row(0, { 'time/elapsed_s': 5 })]);
  expect(run.axes).toEqual(['step', 'time']);
  run.append([row(1, { 'cost/calls': 5 })]);
  expect(run.axes).toEqual(['step', 'time', 'calls']);
  expect(run.metricNames).toEqual(['time/elapsed_s', 'cost/calls']);
});

test('time goes on where it was when a run is resumed; calls add up', () => {
  const run = new RunRows();
  run.append([
    row(0, { 'time/elapsed_s': 5, 'cost/calls': 3 }),
    row(1, { 'time/elapsed_s': 9, 'cost/calls': 0 }),
    row(2, { 'time/elapsed_s': 4, 'cost/calls': 2 }),
    row(3, {}),
  ]);
  const pointsOf = (kind: 'step' | 'time' | 'calls'): number[] =>
    [0, 1, 2, 3].map((at) => run.places(kind).points.at(at));
  expect(pointsOf('step')).toEqual([0.5, 1.5, 2.5, 3.5]);
  expect(pointsOf('time')).toEqual([5, 9, 13, 13]);
  expect(pointsOf('calls')).toEqual([3, 3, 5, 5]);
});
