import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateCoverage, extractDates } from './calendarDate.ts';

const date = (year: number | null, month: number | null, day: number | null) => ({ year, month, day });

describe('extractDates', () => {
  test.each([
    ['7 May 2023', [date(2023, 5, 7)]],
    ['on May 7th, 2023 and in June 2024', [date(2023, 5, 7), date(2024, 6, null)]],
    ['2023-05-07', [date(2023, 5, 7)]],
    ['13 August', [date(null, 8, 13)]],
    ['The Friday before 23January, 2022', [date(2022, 1, 23)]],
    ['April.2023', [date(2023, 4, null)]],
    ['born in 1987', [date(1987, null, null)]],
    ['since March', [date(null, 3, null)]],
    ['I may 2 times go', []],
    ['yesterday, last week, 10 years ago', []],
  ])('reads %s', (text, dates) => {
    expect(extractDates(text).dates).toEqual(dates);
  });

  test('gives back the words around the date', () => {
    expect(extractDates('The week before 9 June 2023').rest.trim()).toBe('The week before');
  });

  test('reads every day written as day, month, year', () => {
    const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1900, max: 2099 }),
        (day, month, year) => {
          const name = months[month - 1]!;
          expect(extractDates(`on ${day} ${name} ${year}.`).dates).toEqual([date(year, month, day)]);
          expect(extractDates(`${name} ${day}, ${year}`).dates).toEqual([date(year, month, day)]);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('dateCoverage', () => {
  const wanted = date(2023, 5, 7);
  test.each([
    ['the date itself', [date(2023, 5, 7)], 1],
    ['the month only', [date(2023, 5, null)], 2 / 3],
    ['the day without its year', [date(null, 5, 7)], 2 / 3],
    ['another day', [date(2023, 5, 8)], 0],
    ['nothing', [], 0],
  ])('%s', (_title, found, share) => {
    expect(dateCoverage(wanted, found)).toBeCloseTo(share, 12);
  });

  test('a more precise date says a coarser one', () => {
    expect(dateCoverage(date(2023, null, null), [wanted])).toBe(1);
  });

  test('"the week before" is met by a day in it, and not by one a month away', () => {
    const anchor = date(2023, 6, 9);
    expect(dateCoverage(anchor, [date(2023, 6, 2)], 'the week before')).toBe(1);
    expect(dateCoverage(anchor, [date(2023, 5, 2)], 'the week before')).toBe(0);
    expect(dateCoverage(anchor, [date(2023, 6, 2)])).toBe(0);
  });
});
