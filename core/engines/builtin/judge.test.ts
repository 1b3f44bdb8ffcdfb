import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBuiltinJudge } from './judge.ts';

const judge = createBuiltinJudge();
const score = async (prediction: string, ...golds: string[]): Promise<number> =>
  (await judge.judge({ question: 'What?', golds, prediction })).score;

describe('equivalent answers score 1', () => {
  test.each([
    // dates
    ['7 May 2023', 'May 7, 2023'],
    ['2023-05-07', '7 May 2023'],
    ['5/7/2023', 'on the 7th of May, 2023'],
    ['It was on May 7th 2023.', '7 May 2023'],
    ['21 May 2023', 'The sunday before 25 May 2023'],
    ['The Sunday before May 25, 2023', '21 May 2023'],
    ['4 June 2023', 'the week before 9 June 2023'],
    ['the week before June 9th, 2023', 'The week before 9 June 2023'],
    ['12 June 2023', 'June, 2023'],
    ['June 2023', '2023'],
    ['13 August 2022', '13 August'],
    ['in the summer of 2022', 'summer 2022'],
    ['10 June 2023', 'around 9 June 2023'],
    // numbers
    ['3', 'three'],
    ['twice', 'two times'],
    ['two', 'twice'],
    ['19 November 2023', 'few days before November 22, 2023'],
    ['18 November 2023', 'four days before 22 November 2023'],
    ['mom', 'her mother'],
    ['Cyberpunk 2077', '"Cyberpunk 2077"'],
    ['She has three children.', '3'],
    ['4 years', 'four years'],
    ['about four months', 'four months'],
    ['30 minutes', 'half an hour'],
    ['1,200 dollars', '$1200'],
    ['two hundred', '200'],
    ['twenty-one', '21'],
    ['once a week', 'one time per week'],
    // lists
    ['swimming, pottery and camping', 'pottery, camping, swimming'],
    ['Rome; Paris', 'Paris & Rome'],
    // names and words
    ['dr. smith', 'Smith'],
    ["her sister's house", 'The house of her sister'],
    ['Charlotte’s Web', '"Charlotte\'s Web"'],
    ['José', 'Jose'],
    ['She went camping in the mountains', 'camping in the mountains'],
    ['children', 'kids'],
    // yes and no
    ['No', 'Likely no; she has other plans'],
    ['Yes, because she loves it', 'Yes'],
    ['Not', 'not'],
  ])('%s = %s', async (prediction, gold) => {
    expect(await score(prediction, gold)).toBe(1);
  });
});

describe('answers that are right in part score 0.5', () => {
  test.each([
    ['June 2023', '7 June 2023'],
    ['7 June', '7 June 2023'],
    ['7 June 2023 or 9 July 2023', '7 June 2023'],
    ['pottery', 'pottery, camping'],
    ['Patterson', 'Matt Patterson'],
    ['3 or 4', '3'],
    ['keep the area clean', 'Not hard; keep the area clean, feed them'],
    ['Paris, Rome, Oslo, Bern, Lima', 'Paris, Rome'],
    ['a red car in 2019', 'a red car in 2021'],
    ['two red houses by the sea', 'three red houses by the sea'],
  ])('%s ~ %s', async (prediction, gold) => {
    expect(await score(prediction, gold)).toBe(0.5);
  });
});

describe('other answers score 0', () => {
  test.each([
    ['', 'anything'],
    ['...', 'anything'],
    ['8 May 2023', '7 May 2023'],
    ['May 2022', 'May 2023'],
    ['20 May 2023', 'The sunday before 25 May 2023'],
    ['yesterday', '7 May 2023'],
    ['four', 'three'],
    ['5 years', 'four years'],
    ['Yes', 'No'],
    ['Likely no', 'Yes, she would'],
    ['She never painted it', 'She painted it'],
    ['19 November 2023', 'four days before 22 November 2023'],
    ['pottery', 'camping'],
    ['Anna', 'Hannah'],
  ])('%s is not %s', async (prediction, gold) => {
    expect(await score(prediction, gold)).toBe(0);
  });
});

test('the best of several accepted answers counts, and its reason is one sentence', async () => {
  const verdict = await judge.judge({
    question: 'When?',
    golds: ['2021', 'May 2022'],
    prediction: '3 May 2022',
  });
  expect(verdict).toEqual({ score: 1, reason: 'The date is the same or lies within the accepted time.' });
});

test('without an accepted answer nothing is right', async () => {
  expect(await score('something')).toBe(0);
});

test('judging is cancelled by the signal', async () => {
  await expect(
    judge.judge({ question: 'q', golds: ['a'], prediction: 'a' }, AbortSignal.abort()),
  ).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('every answer with a letter or digit equals itself, in any case, and the score is one of three', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (text, other) => {
      if (/[\p{L}\p{N}]/u.test(text)) expect(await score(text, text)).toBe(1);
      expect([0, 0.5, 1]).toContain(await score(text, other));
    }),
    { seed: 1 },
  );
});

test('every day equals itself in four wordings and differs from the next day', async () => {
  const months =
    'January February March April May June July August September October November December'.split(' ');
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 20_000 }), async (epoch) => {
      const wording = (day: number): [number, string, number] => {
        const date = new Date(day * 86_400_000);
        return [date.getUTCDate(), months[date.getUTCMonth()]!, date.getUTCFullYear()];
      };
      const [day, month, year] = wording(epoch);
      const [nextDay, nextMonth, nextYear] = wording(epoch + 1);
      const gold = `${day} ${month} ${year}`;
      expect(await score(`${month} ${day}, ${year}`, gold)).toBe(1);
      expect(await score(`the ${day}th of ${month.slice(0, 3)}. ${year}`, gold)).toBe(1);
      expect(await score(new Date(epoch * 86_400_000).toISOString().slice(0, 10), gold)).toBe(1);
      expect(await score(`a day before ${nextDay} ${nextMonth} ${nextYear}`, gold)).toBe(1);
      expect(await score(`${nextDay} ${nextMonth} ${nextYear}`, gold)).toBe(0);
    }),
    { seed: 1 },
  );
});
