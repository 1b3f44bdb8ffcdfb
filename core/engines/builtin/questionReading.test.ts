import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readQuestion } from './questionReading.ts';

describe('the type of a question', () => {
  test.each([
    ['When did Ann move?', 'time'],
    ['Which year did Ann move?', 'time'],
    ['What month is the fair in?', 'time'],
    ['How long did the trip take?', 'duration'],
    ['How many weeks passed between the two trips?', 'duration'],
    ['How often does Ann swim?', 'frequency'],
    ['How many dogs does Ann have?', 'count'],
    ['How old is Ann?', 'amount'],
    ['Where does Ann live?', 'place'],
    ['Which city did Ann visit?', 'place'],
    ['Who taught Ann to ski?', 'person'],
    ['Whose house burnt down?', 'person'],
    ['Why did Ann leave?', 'reason'],
    ['How did Ann feel about it?', 'manner'],
    ['Does Ann like tea?', 'polar'],
    ['Would Ann rather swim or run?', 'choice'],
    ['What did Ann paint?', 'thing'],
    ["What's the name of Ann's boat?", 'name'],
    ["What is Ann's boat called?", 'name'],
    ['In what way did Ann help?', 'thing'],
  ])('%s: %s', (question, type) => {
    expect(readQuestion(question).type).toBe(type);
  });
});

test.each([
  ['What instruments does Ann play?', true],
  ['Which countries has Ann visited?', true],
  ["What are the names of Ann's boats?", true],
  ['What instrument does Ann play?', false],
  ['What is the news?', false],
  ['What class does Ann take?', false],
  ['How many boats does Ann have?', false],
])('%s asks for several: %s', (question, isList) => {
  expect(readQuestion(question).isList).toBe(isList);
});

test('the focus is the noun asked for, without "kind of"', () => {
  expect([...readQuestion('What kind of pottery does Ann make?').focus]).toEqual(['potteri']);
  expect([...readQuestion('How many boats does Ann have?').focus]).toEqual(['boat']);
  expect([...readQuestion('What did Ann make?').focus]).toEqual([]);
});

test('names asked about are persons, hypotheses are marked', () => {
  const question = readQuestion("Would Ann enjoy Bob's boat?");
  expect(question.persons).toEqual(['ann', 'bob']);
  expect(question.isHypothetical).toBe(true);
});

test('any text is read without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(readQuestion(text).isList).toBeTypeOf('boolean');
    }),
    { seed: 1, numRuns: 200 },
  );
});
