import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTimeExpressions } from './timeExpressions.ts';

const found = (text: string): string[] =>
  findTimeExpressions(text).map((time) => `${time.kind} ${time.precision}: ${time.text}`);

describe('points in time', () => {
  test.each([
    ['Ann went home on 7 May 2023.', ['point 3: 7 May 2023']],
    ['We met on May 7th, 2023, at noon.', ['point 3: May 7th, 2023']],
    [
      'I ran last Saturday (the Saturday before 25 May 2023).',
      ['point 0: last Saturday', 'point 3: the Saturday before 25 May 2023'],
    ],
    ['It was two weeks before 11 August 2023.', ['point 3: two weeks before 11 August 2023']],
    ['We camp in June 2023.', ['point 2: June 2023']],
    ['We camp in early June 2023.', ['point 2: early June 2023']],
    ['It was in the summer of 2022.', ['point 2: summer of 2022']],
    ['I painted it in 2022.', ['point 1: 2022']],
    ['It happened ten years ago.', ['point 0: ten years ago']],
    ['See you in May.', ['point 1: May']],
    ['I left yesterday.', ['point 0: yesterday']],
    ['I may sit in the sun and march on.', []],
  ])('%s', (text, times) => {
    expect(found(text)).toEqual(times);
  });
});

describe('durations and frequencies', () => {
  test.each([
    ["I've known them for 4 years.", ['duration 2: 4 years']],
    ['She has practised since 2016.', ['duration 2: since 2016']],
    ['It takes about half an hour.', ['duration 2: about half an hour']],
    ['We swim twice a week.', ['frequency 2: twice a week']],
    ['I see them at least once a month.', ['frequency 2: at least once a month']],
    ['I run every other day.', ['frequency 2: every other day']],
  ])('%s', (text, times) => {
    expect(found(text)).toEqual(times);
  });
});

test('expressions lie in the text, in order, none inside another', () => {
  const piece = fc.constantFrom(
    'the week before',
    '7',
    'May',
    '2023',
    'two',
    'days',
    'ago',
    'every',
    'summer',
    'of',
    ',',
    '(',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const text = pieces.join(' ');
      let end = 0;
      for (const time of findTimeExpressions(text)) {
        expect(time.start).toBeGreaterThanOrEqual(end);
        expect(text.slice(time.start, time.end)).toBe(time.text);
        end = time.end;
      }
    }),
    { seed: 1 },
  );
});
