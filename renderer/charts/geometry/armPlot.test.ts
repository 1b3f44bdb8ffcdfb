import { expect, test } from 'vitest';
import { armPlot, type PlottedArm } from './armPlot.ts';

function arm(name: string, mean: number, difference: number | null = null): PlottedArm {
  return {
    name,
    mean,
    interval: [mean - 0.1, mean + 0.1],
    seeds: [mean],
    difference:
      difference === null ? null : { mean: difference, interval: [difference - 0.05, difference + 0.05] },
  };
}

test('rows below one another, scores and differences side by side, nothing beyond the width', () => {
  const plot = armPlot([arm('full', 0.5), arm('static', 0.4, -0.1)], 600);
  expect(plot.rows.map(({ y }) => y)).toEqual([40, 72]);
  expect(plot.scores.range[0]).toBeGreaterThan(plot.labelRight);
  expect(plot.differences?.range[0]).toBeGreaterThan(plot.scores.range[1]);
  expect(plot.differences?.range[1]).toBe(584);
  expect(plot.scores.domain[0]).toBeLessThanOrEqual(0.3);
  expect(plot.scores.domain[1]).toBeGreaterThanOrEqual(0.6);
  // Nothing is always in sight.
  expect(plot.differences?.domain[0]).toBeLessThanOrEqual(-0.15);
  expect(plot.differences?.domain[1]).toBeGreaterThanOrEqual(0);
});

test('a name is whole where there is room for it', () => {
  for (const name of ['World seed 1', 'K 3', 'static skills (the four seeds)'])
    expect(armPlot([arm(name, 0.5)], 900).rows[0]?.label).toBe(name);
  expect(armPlot([arm('a name that is too long', 0.5)], 200).rows[0]?.label).toBe('a name th…');
});

test('without differences the scores have all of the room', () => {
  const plot = armPlot([arm('full', 0.5)], 600);
  expect(plot.differences).toBeNull();
  expect(plot.scores.range[1]).toBe(584);
});

test('no arm, one value, what is no number, and hardly any room', () => {
  expect(armPlot([], 600)).toMatchObject({ rows: [], differences: null, top: 24, bottom: 24 });
  const flat = armPlot([{ ...arm('a', 0.5), interval: [0.5, 0.5] }], 600);
  expect(flat.scores.at(0.5)).toBeGreaterThan(flat.scores.range[0]);
  const broken = armPlot([{ ...arm('a', Number.NaN), interval: [0.1, 0.2], seeds: [] }], 600);
  expect(broken.scores.domain).toEqual([0.1, 0.2]);
  expect(broken.scores.at(Number.NaN)).toBeNaN();
  const narrow = armPlot([arm('a long name of an arm', 0.5), arm('b', 0.4, 0)], 60);
  expect(narrow.rows[0]?.label.endsWith('…')).toBe(true);
  expect(narrow.scores.range[1]).toBeGreaterThanOrEqual(narrow.scores.range[0]);
});
