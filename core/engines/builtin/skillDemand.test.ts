import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import type { FacetId } from './facets.ts';
import { analyseSentence } from './sentenceAnalysis.ts';
import { isProhibited, kindMatch, readSkill, type SkillDemand } from './skillDemand.ts';

const read = (text: string): SkillDemand =>
  readSkill({ description: text, instruction: text, type: 'insert' });
const wanted = (text: string): FacetId[] =>
  [...read(text).facets].filter(([, weight]) => weight >= 0.5).map(([id]) => id);

describe('a paraphrase asks for the same kind', () => {
  test.each<[FacetId, string]>([
    ['time', 'Whenever someone mentions how long ago something took place, write down its calendar day.'],
    ['time', 'Keep a chronology of what occurred.'],
    ['time', 'Remember when things happened.'],
    ['time', 'Jot down at which moment each thing was done.'],
    ['activity', 'Note the pastimes of everyone.'],
    ['activity', 'Keep track of how they spend their spare time.'],
    ['person', 'Record who is close to whom: spouses, siblings, colleagues.'],
    ['preference', 'Write down what somebody is fond of or dislikes.'],
    ['quantity', 'Keep how many and how much.'],
    ['place', 'Store where people live and which towns they come from.'],
    ['plan', 'Capture intentions and ambitions for the future.'],
    ['objectLocation', 'Track which receptacle holds what.'],
    ['actionConstraint', 'Note the prerequisites of each step.'],
    ['feeling', 'Capture moods and emotions.'],
    ['possession', 'Keep what someone owns or bought.'],
    ['health', 'Write down illnesses and medication.'],
    ['work', 'Note careers and degrees.'],
    ['event', 'Keep incidents and milestones.'],
    ['reason', 'Explain why: keep motives.'],
    ['name', 'Keep the titles and proper names.'],
  ])('%s: %s', (id, text) => expect(wanted(text)).toContain(id));
});

describe('words that mean something else ask for nothing', () => {
  test.each([
    'Write one fact at a time.',
    'Keep memory up to date.',
    'Use this when the speaker tells something new.',
    'Record it on its own, in place of a longer text.',
    'Do this every time, at the same time as the rest.',
  ])('%s', (text) => {
    expect([...read(text).facets.keys()]).toEqual([]);
    expect(read(text).resolvesDates).toBe(false);
  });

  test('when to use is a condition, not a wish for dates', () => {
    const instruction = 'Purpose: keep pets.\n\nWhen to use:\n- When a pet is mentioned.';
    const demand = readSkill({ description: 'Keep pets.', instruction, type: 'insert' });
    expect([...demand.facets.keys()]).toEqual([]);
    expect(demand.topics.map(({ id }) => id)).toEqual(['animals']);
  });
});

describe('prohibitions', () => {
  test.each([
    'Record what happened. Do not record dates.',
    "Record what happened but don't write down dates.",
    'Record what happened, never dates.',
    'Record what happened. Dates must not be stored.',
    'Record what happened without recording dates.',
    'Record what happened. Leave out dates and times.',
    'Record what happened. Ignore all dates.',
    'Record everything except dates.',
    'Record what happened. No dates.',
    'Record what happened, not dates.',
    'Record what happened. Avoid dates.',
    'Record what happened.\nAvoid:\n- dates',
  ])('forbids dates: %s', (text) => {
    expect([...read(text).prohibitedFacets]).toEqual(['time']);
    expect(read(text).resolvesDates).toBe(false);
  });

  test.each([
    'Do not forget to record dates.',
    'Never omit dates.',
    'Record not only dates but also places.',
    'Ignore everything except dates.',
    'Record nothing but dates.',
    'Do not store an event without its date.',
    'Never store relative dates; write the calendar date.',
    'Do not guess names; record dates.',
  ])('asks for dates: %s', (text) => {
    expect(read(text).prohibitedFacets.has('time')).toBe(false);
    expect(read(text).resolvesDates).toBe(true);
  });

  test('of a manner is none of the thing', () => {
    const { prohibitedFacets, prohibitedTopics } = read(
      'Record pets. Never guess a date. Do not record a pet twice.',
    );
    expect([...prohibitedFacets]).toEqual([]);
    expect(prohibitedTopics).toEqual([]);
  });

  test('of a topic reaches its members', () => {
    const demand = read('Record what people own. Never mention animals.');
    expect(isProhibited(demand, analyseSentence('I bought a hamster.'))).toBe(true);
    expect(isProhibited(demand, analyseSentence('I bought a lamp.'))).toBe(false);
  });

  test('of speculation and small talk', () => {
    const demand = read('Record facts. Leave out small talk and speculation.');
    expect(isProhibited(demand, analyseSentence('Maybe I will buy a lamp.'))).toBe(true);
    expect(isProhibited(demand, analyseSentence('Thanks, good luck!'))).toBe(true);
    expect(isProhibited(demand, analyseSentence('I bought a lamp in Leeds.'))).toBe(false);
  });
});

describe('topics', () => {
  test('an everyday topic is known by its members', () => {
    const demand = read('Record which pets people have.');
    expect([...demand.facets.keys()]).toEqual([]);
    expect(kindMatch(demand, analyseSentence('My ferret escaped.'))).toBeGreaterThan(0.5);
    expect(kindMatch(demand, analyseSentence('My cousin escaped.'))).toBe(0);
  });

  test('a word nobody knows stands for itself', () => {
    const demand = read('Record everything about zorblax engines.');
    expect(demand.topics.map(({ id }) => id)).toContain('zorblax');
    expect(kindMatch(demand, analyseSentence('The zorblax hums.'))).toBeGreaterThan(0.5);
  });
});

describe('breadth', () => {
  test('a skill for anything is broad, a skill for one kind is not, the seed is between', () => {
    expect(read('Store anything worth keeping.').breadth).toBe(1);
    expect(read('Store dates.').breadth).toBe(0);
    const seed = readSkill(SEED_SKILLS[0]!);
    expect(seed.breadth).toBeGreaterThan(0.3);
    expect(seed.breadth).toBeLessThan(0.7);
    expect([...seed.facets.keys()].sort()).toEqual(['event', 'plan']);
  });

  test('"facts about" something are no facts of any kind', () => {
    expect(read('Store important facts about pets.').breadth).toBe(0);
  });

  test.each(SEED_SKILLS.slice(1).map((skill) => [skill.name, skill] as const))(
    'the words of the %s seed name no kind and forbid none',
    (_, skill) => {
      const demand = readSkill(skill);
      expect(demand.breadth).toBe(1);
      expect(demand.prohibitedFacets.size + demand.prohibitedTopics.length).toBe(0);
    },
  );
});

test('what a skill is for outweighs how to go about it', () => {
  const demand = readSkill({
    description: 'Keep the pets people have.',
    instruction: 'Purpose: keep pets.\n\nHow to apply:\n- Mention the place, if there is one.',
    type: 'insert',
  });
  expect(demand.topics.find(({ id }) => id === 'animals')!.weight).toBeGreaterThan(
    demand.facets.get('place')! * 2,
  );
});

test('the name of a skill asks for nothing', () => {
  const skill = {
    name: 'dates',
    description: 'Keep pets.',
    instruction: 'Keep pets.',
    type: 'insert',
  } as const;
  expect(readSkill(skill)).toEqual(readSkill({ ...skill, ...{ name: 'pets' } }));
});

test('law: any text is read, with weights in [0, 1] and nothing both wanted and forbidden', () => {
  const word = fc.constantFrom(
    'do not',
    'never',
    'record',
    'dates',
    'pets',
    'except',
    'but',
    'unless',
    'without',
    'not only',
    '\n',
    '- ',
    'Purpose:',
    'Avoid:',
    '.',
    ';',
    'when',
    'zorblax',
    'places',
    'must not be recorded',
    ',',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 6 })), { maxLength: 20 }), (words) => {
      const demand = read(words.join(' '));
      for (const weight of [
        ...demand.facets.values(),
        ...demand.topics.map((topic) => topic.weight),
        demand.breadth,
      ]) {
        expect(weight).toBeGreaterThanOrEqual(0);
        expect(weight).toBeLessThanOrEqual(1);
      }
      for (const id of demand.facets.keys()) expect(demand.prohibitedFacets.has(id)).toBe(false);
      const forbidden = new Set(demand.prohibitedTopics.map(({ id }) => id));
      for (const { id } of demand.topics) expect(forbidden.has(id)).toBe(false);
    }),
    { seed: 1, numRuns: 500 },
  );
});
