import { describe, expect, test } from 'vitest';
import { FACETS, type FacetId } from './facets.ts';
import { analyseSentence } from './sentenceAnalysis.ts';

/** Invented sentences, each with the kind it carries most plainly. */
const CARRIES: readonly (readonly [FacetId, string])[] = [
  ['time', 'We moved house last March.'],
  ['activity', 'I play the cello in a small orchestra.'],
  ['person', 'My sister Ruth and her husband run a bakery.'],
  ['preference', 'I love old black and white films.'],
  ['quantity', 'The loom cost 450 euros.'],
  ['place', 'We stayed in Ljubljana for a while.'],
  ['plan', 'I am going to apply for the night course.'],
  ['objectLocation', 'On the shelf 2, you see a mug 1 and a plate 3.'],
  ['actionConstraint', 'The drawer must be opened before the knife can be taken.'],
  ['feeling', 'I was so nervous before the talk.'],
  ['possession', 'I bought a second hand accordion.'],
  ['health', 'My ankle still hurts after the surgery.'],
  ['work', 'I got promoted at the printing company.'],
  ['event', 'I won the regional chess tournament.'],
  ['reason', 'I quit because the commute wore me out.'],
  ['name', 'Our boat is called "Marguerite".'],
];

describe('facets', () => {
  test('every facet has a sentence here', () => {
    expect(new Set(CARRIES.map(([id]) => id))).toEqual(new Set(FACETS.map(({ id }) => id)));
  });

  test.each(CARRIES)('%s: %s', (id, sentence) =>
    expect(analyseSentence(sentence).facets[id]).toBeGreaterThanOrEqual(0.6),
  );

  test.each(FACETS.map(({ id }) => id))('%s is not seen in small talk', (id) =>
    expect(analyseSentence('Sounds good!').facets[id]).toBeLessThan(0.25),
  );

  test('a question asks for information and carries little', () => {
    expect(analyseSentence('Did you move house last March?').facets.time).toBeLessThan(0.25);
  });
});

test('salience: a fact before a question, a question before thanks', () => {
  const [fact, question, thanks] = [
    'I adopted a greyhound from the shelter in Leeds.',
    'Did you adopt a greyhound?',
    'Thanks, that means a lot!',
  ].map((sentence) => analyseSentence(sentence).salience);
  expect(fact!).toBeGreaterThan(0.5);
  expect(question!).toBeLessThan(fact! / 2);
  expect(thanks!).toBeLessThan(question!);
});
