import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AscendingNumbers } from './ascendingNumbers.ts';
import { ColumnMemory } from './columnExtents.ts';
import { linearAxis } from './linearAxis.ts';
import { MinMaxPyramid } from './minMaxPyramid.ts';

const COLUMNS = 64;

/** Numbers that binary fractions hold exactly, so that the edges of columns are the same however they are reached. */
const move = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pan'), by: fc.integer({ min: -80, max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('offGrid'), by: fc.constant(0.375) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('zoom'), by: fc.constantFrom(0.5, 2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('append'), by: fc.integer({ min: 1, max: 200 }) }) },
);

test('what is remembered equals what is worked out afresh', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 99 }) }, fc.constant(Number.NaN)), {
        minLength: 1,
        maxLength: 50,
      }),
      fc.constantFrom(1, 3, 40),
      fc.array(move, { minLength: 1, maxLength: 20 }),
      (pattern, spacing, moves) => {
        const places = new AscendingNumbers(0.5);
        const values = new MinMaxPyramid();
        const append = (count: number): void => {
          for (let more = 0; more < count; more += 1) {
            places.append(0.5 + values.length * spacing);
            values.append(pattern[values.length % pattern.length] ?? Number.NaN);
          }
        };
        append(400);
        const memory = new ColumnMemory();
        let [from, perColumn] = [0, 8];
        for (const { kind, by } of moves) {
          if (kind === 'append') append(by);
          else if (kind === 'zoom') perColumn *= by;
          else from += by * perColumn;
          const axis = linearAxis([from, from + COLUMNS * perColumn], [40, 40 + COLUMNS]);
          const { lows, highs } = memory.extents({ places, values }, axis);
          const afresh = new ColumnMemory().extents({ places, values }, axis);
          expect([...lows]).toEqual([...afresh.lows]);
          expect([...highs]).toEqual([...afresh.highs]);
        }
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('a column reaches to the value before it, also to one out of sight', () => {
  const places = new AscendingNumbers(0.5);
  const values = MinMaxPyramid.of([9, 1, 1, 1]);
  for (let at = 0; at < 4; at += 1) places.append(at + 0.5);
  const { lows, highs } = new ColumnMemory().extents({ places, values }, linearAxis([1, 4], [0, 3]));
  expect([...lows]).toEqual([1, 1, 1]);
  expect([...highs]).toEqual([9, 1, 1]);
});
