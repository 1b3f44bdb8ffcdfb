import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AscendingNumbers } from './ascendingNumbers.ts';
import { GrowingNumbers } from './growingNumbers.ts';

test('even or not, they answer as if all were kept', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 30 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 10 }),
      fc.integer({ min: -4, max: 50 }).map((half) => half / 2),
      fc.nat({ max: 40 }),
      (evenCount, increases, value, start) => {
        const values = Array.from({ length: evenCount }, (_, at) => at + 0.5);
        for (const increase of increases) values.push((values.at(-1) ?? 0.5) + increase);
        const kept = GrowingNumbers.of(values);
        const numbers = new AscendingNumbers(0.5);
        numbers.appendEven(0.5, evenCount);
        for (const increased of values.slice(evenCount)) numbers.append(increased);
        expect([numbers.length, numbers.last]).toEqual([kept.length, kept.last]);
        expect([-1, 0, start].map((at) => numbers.at(at))).toEqual([-1, 0, start].map((at) => kept.at(at)));
        const from = Math.min(start, values.length);
        expect(numbers.firstAtLeast(value, from)).toBe(kept.firstAtLeast(value, from));
        expect(numbers.firstAbove(value, from)).toBe(kept.firstAbove(value, from));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('none at all', () => {
  const none = new AscendingNumbers(0);
  expect([none.length, none.last, none.at(0), none.firstAtLeast(3), none.firstAbove(3)]).toEqual([
    0,
    Number.NaN,
    Number.NaN,
    0,
    0,
  ]);
});

test('a stretch that does not follow is appended all the same', () => {
  const numbers = new AscendingNumbers(0);
  numbers.appendEven(0, 2);
  numbers.appendEven(4, 3);
  numbers.appendEven(7, 1);
  expect(Array.from({ length: numbers.length }, (_, at) => numbers.at(at))).toEqual([0, 1, 4, 5, 6, 7]);
});
