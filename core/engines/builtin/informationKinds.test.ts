import { describe, expect, test } from 'vitest';
import { INFORMATION_KINDS, kindsOf, type InformationKind } from './informationKinds.ts';
import { KIND_GUIDES } from './kindGuides.ts';
import { kindAdditions } from './newSkill.ts';
import { askedKinds } from './skillCoverage.ts';

function kinds(question: string, gold: string, evidence = ''): InformationKind[] {
  return [...kindsOf({ question, golds: [gold], evidence: [evidence] }).keys()];
}

describe('kindsOf', () => {
  test.each<[InformationKind, string, string, string]>([
    ['time', 'When did Ines move?', '4 May 2021', ''],
    ['time', 'Since which year has Omar been cycling?', '2016', ''],
    ['quantity', 'How many goats does Omar have?', 'seven', ''],
    ['place', 'Where did Ines learn to sail?', 'in Bergen', ''],
    ['place', 'Which country is Omar from?', 'Morocco', ''],
    ['person', 'Who taught Ines to sail?', 'her aunt', ''],
    ['name', "What is the title of Omar's novel?", '"The Salt Road"', ''],
    ['reason', 'Why did Ines sell the boat?', 'because of the cost', ''],
    ['preference', "What is Omar's favourite soup?", 'lentil', ''],
    ['health', 'What is Ines allergic to, an allergy to what?', 'pollen', ''],
    ['plan', 'What does Omar plan for the summer?', 'a cycling tour', ''],
    ['activity', 'What hobbies does Ines have?', 'sailing', ''],
    ['work', "What is Omar's job?", 'baker', ''],
    ['feeling', 'How did Ines feel about the exam?', 'nervous', ''],
    ['possession', 'What did Omar buy at the market?', 'a kite', ''],
    ['event', 'What happened at the festival?', 'it rained', ''],
    ['objectLocation', 'Where is the red mug?', 'on the shelf', 'I put the mug on the shelf.'],
    ['actionConstraint', 'What steps are required to heat the pan?', 'open the valve', ''],
  ])('%s: %s', (kind, question, gold, evidence) => {
    expect(kinds(question, gold, evidence)).toContain(kind);
  });

  test('a question for a date is about nothing but time', () => {
    expect(kinds('When did Omar celebrate his birthday at the beach?', '4 May 2021')).toEqual(['time']);
  });

  test.each([
    ['How does Ines feel when she sails?', 'free'],
    ['What did Omar cook in May 2023?', 'lentil soup'],
    ['What did Ines do the day before?', 'she slept'],
  ])('a date or a "when" beside the matter is no question for time: %s', (question, gold) => {
    expect(kinds(question, gold)).not.toContain('time');
  });

  test('a question without a sign shows no kind', () => {
    expect(kinds('Does it matter?', 'no')).toEqual([]);
  });
});

describe('guides', () => {
  test.each([...INFORMATION_KINDS])(
    'every approach to %s is read by the executor as asking for it first',
    (kind) => {
      for (const change of kindAdditions({ kind, loss: 1, cases: [] }, new Set())) {
        if (change.kind !== 'add') throw new Error('not an addition');
        expect(askedKinds({ ...change.skill }).get(kind)).toBe(1);
      }
    },
  );

  test('the time skill asks for resolved dates and for no other kind', () => {
    const [change] = kindAdditions({ kind: 'time', loss: 1, cases: [] }, new Set());
    if (change?.kind !== 'add') throw new Error('not an addition');
    expect([...askedKinds(change.skill).keys()]).toEqual(['time']);
  });

  test('names are told apart', () => {
    expect(new Set(Object.values(KIND_GUIDES).map(({ name }) => name)).size).toBe(INFORMATION_KINDS.length);
  });
});
