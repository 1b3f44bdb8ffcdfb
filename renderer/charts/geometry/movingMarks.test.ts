import { expect, test } from 'vitest';
import { linearAxis } from './linearAxis.ts';
import { groupsAlong, pixelsPerUnit, stripOf, stripShift } from './movingMarks.ts';

const axis = (from: number, to: number) => linearAxis([from, to], [40, 1040]);

test('moving along changes neither groups nor strip, only how far it is moved', () => {
  const marks = [0, 1, 30, 500];
  const [before, after] = [axis(0, 100), axis(12.3, 112.3)];
  const unitPx = pixelsPerUnit(before);
  expect(unitPx).toBe(10);
  expect(pixelsPerUnit(after)).toBe(10);
  const options = { unitPx, distance: 24 };
  const groups = groupsAlong(marks, (mark) => mark, options);
  expect(groups).toEqual([
    { x: 0, marks: [0, 1] },
    { x: 300, marks: [30] },
    { x: 5000, marks: [500] },
  ]);
  expect(stripOf(before, unitPx)).toEqual({ beginPx: 0, fromPx: -256, toPx: 1280 });
  expect(stripOf(after, unitPx)).toEqual({ beginPx: 0, fromPx: -256, toPx: 1536 });
  expect(stripShift(before, unitPx, { beginPx: 0 })).toBe(0);
  expect(stripShift(after, unitPx, { beginPx: 0 })).toBe(-123);
});

test('far from the beginning, places on the strip stay small, and a mark stands where the axis says', () => {
  const far = axis(999_990, 999_994);
  const unitPx = pixelsPerUnit(far);
  const strip = stripOf(far, unitPx);
  const [group] = groupsAlong([999_991], (mark) => mark, { unitPx, distance: 24 });
  const onStrip = (group?.x ?? Number.NaN) - strip.beginPx;
  expect(onStrip).toBeGreaterThanOrEqual(0);
  expect(onStrip).toBeLessThan(2 ** 21);
  expect(onStrip + stripShift(far, unitPx, strip) + 40).toBeCloseTo(far.at(999_991), 6);
});
