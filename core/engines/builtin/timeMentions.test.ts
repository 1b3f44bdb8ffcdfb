import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSessionDay } from './calendarDay.ts';
import { lastTime, removeTimes, resolveTimes, timeMentions } from './timeMentions.ts';

// A Saturday.
const DAY = { year: 2023, month: 7, day: 15 };
const resolve = (text: string): string => resolveTimes(text, timeMentions(text, DAY));
const remove = (text: string): string => removeTimes(text, timeMentions(text, DAY));

describe('resolveTimes writes the calendar time', () => {
  test.each([
    ['I went there yesterday.', 'I went there on 14 July 2023.'],
    ['Yesterday I went there.', 'On 14 July 2023 I went there.'],
    ['Last night was loud.', 'The night of 14 July 2023 was loud.'],
    ['We leave tomorrow morning.', 'We leave on the morning of 16 July 2023.'],
    ['It broke the day before yesterday.', 'It broke on 13 July 2023.'],
    ['I saw it three days ago.', 'I saw it on 12 July 2023.'],
    ['I saw it a couple of days ago.', 'I saw it on 13 July 2023.'],
    ['I saw it a few days ago.', 'I saw it a few days before 15 July 2023.'],
    ['We met last week.', 'We met in the week before 15 July 2023.'],
    ['We met two weeks ago.', 'We met two weeks before 15 July 2023.'],
    ['We met two weekends ago.', 'We met two weekends before 15 July 2023.'],
    ['We hiked over the weekend.', 'We hiked on the weekend before 15 July 2023.'],
    ['We will hike this weekend.', 'We will hike on the weekend after 15 July 2023.'],
    ['I joined last Tues.', 'I joined on the Tuesday before 15 July 2023.'],
    ['The show is next Friday.', 'The show is on the Friday after 15 July 2023.'],
    ['I won on Monday.', 'I won on the Monday before 15 July 2023.'],
    ['We go camping next month.', 'We go camping in August 2023.'],
    ['We go camping this month.', 'We go camping in July 2023.'],
    ['She left two months ago.', 'She left in May 2023.'],
    ['She left around three months ago.', 'She left around April 2023.'],
    ['I painted it last year.', 'I painted it in 2022.'],
    ['I have run since last year.', 'I have run since 2022.'],
    ['It was last summer.', 'It was in the summer of 2022.'],
    ['She made it ten years ago.', 'She made it ten years ago (2013).'],
    ['I have known them for 4 years.', 'I have known them for 4 years (since 2019).'],
    ['I lived there for 4 years.', 'I lived there for 4 years.'],
    ['We moved in June.', 'We moved in June 2023.'],
    ['We moved in October.', 'We moved in October 2022.'],
    ['We will move in May.', 'We will move in May 2024.'],
    ['It opened on May 5th, 2021.', 'It opened on 5 May 2021.'],
    ['It opened on the 3rd of June.', 'It opened on 3 June 2023.'],
    ['I met them on the 12th.', 'I met them on 12 July 2023.'],
    ['I met them on the 20th.', 'I met them on 20 June 2023.'],
    ['Her birthday is August 13th.', 'Her birthday is on 13 August.'],
    ["Yesterday's game was fun.", "Yesterday's (14 July 2023) game was fun."],
    ['See you in three days.', 'See you on 18 July 2023.'],
  ])('%s', (text, expected) => expect(resolve(text)).toBe(expected));

  test.each([
    'I may march with them.',
    'The sun sat low.',
    'It rained for the last few weeks.',
    'At last we won.',
  ])('what only looks like a time stays: %s', (text) => expect(resolve(text)).toBe(text));

  test('a month or a year turns over', () => {
    const newYear = { year: 2024, month: 1, day: 1 };
    const text = 'I left yesterday, she left last month, he left in December.';
    expect(resolveTimes(text, timeMentions(text, newYear))).toBe(
      'I left on 31 December 2023, she left in December 2023, he left in December 2023.',
    );
  });

  test('without a session date only what needs none is resolved', () => {
    const text = 'I left yesterday and came back on 3 May 2022.';
    expect(resolveTimes(text, timeMentions(text, null))).toBe(
      'I left yesterday and came back on 3 May 2022.',
    );
  });
});

test.each([
  ['I went there yesterday and it was fun.', 'I went there and it was fun.'],
  ['Last Friday, I finally went.', 'I finally went.'],
  ['I have run since last year.', 'I have run.'],
  ['She made it, ten years ago.', 'She made it.'],
])('removeTimes: %s', (text, expected) => expect(remove(text)).toBe(expected));

test('lastTime gives the resolved time without its preposition', () => {
  const text = 'Something good happened last Friday.';
  expect(lastTime(timeMentions(text, DAY))).toBe('the Friday before 15 July 2023');
  expect(lastTime(timeMentions('I ran.', DAY))).toBeNull();
});

test('law: mentions are in order, apart, and cut from the text', () => {
  const word = fc.constantFrom(
    'yesterday',
    'last',
    'week',
    'May',
    '3',
    '2022',
    'on',
    'the',
    'ago',
    'two',
    'years',
    'Fri',
    'in',
    'I',
    '.',
    '5/6/2021',
    'next month',
    "'s",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 14 }), (words) => {
      const text = words.join(' ');
      const mentions = timeMentions(text, DAY);
      let end = 0;
      for (const mention of mentions) {
        expect(mention.start).toBeGreaterThanOrEqual(end);
        expect(text.slice(mention.start, mention.end)).toBe(mention.text);
        end = mention.end;
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.each([
  ['1:56 pm on 8 May, 2023', { year: 2023, month: 5, day: 8 }],
  ['2023/05/20 (Sat) 02:21', { year: 2023, month: 5, day: 20 }],
  ['May 5th, 2021', { year: 2021, month: 5, day: 5 }],
  ['31 February, 2023', null],
  ['some time later', null],
  [null, null],
])('parseSessionDay %s', (text, expected) => expect(parseSessionDay(text)).toEqual(expected));
