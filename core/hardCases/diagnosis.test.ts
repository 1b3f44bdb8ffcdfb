import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evidenceChainSchema } from '../contract/hardCase.ts';
import type { Question, Trace, Turn } from '../datasets/trace.ts';
import { diagnose, type DiagnosisInput, type FinalMemory } from './diagnosis.ts';

const TURN_TEXTS: readonly (readonly [id: string, text: string])[] = [
  ['D1:1', 'Mara said, "Hi Jon! How was your week?"'],
  ['D1:2', 'Jon said, "Busy! I went to a pottery workshop yesterday and glazed a blue bowl."'],
  ['D1:3', 'Mara said, "My sister Lena moved to Norway for her new job at the aquarium."'],
  ['D2:1', 'Jon said, "We adopted a puppy called Biscuit, she chews every shoe."'],
  ['D2:2', 'Mara said, "On holidays I like sailing and painting."'],
  ['D2:3', 'Mara said, "I also tried archery with the kids at camp."'],
];

const turns: Turn[] = TURN_TEXTS.map(([id, text]) => ({
  id,
  text,
  speaker: text.split(' ')[0]!,
  session: Number(id[1]),
  date: id.startsWith('D1') ? '1:56 pm on 8 May, 2023' : '9:00 am on 9 June, 2023',
}));

const trace: Trace = {
  id: 't',
  turns,
  spans: [0, 1].map((index) => {
    const own = turns.filter((turn) => turn.session === index + 1);
    return {
      index,
      session: index + 1,
      date: own[0]!.date,
      text: own.map((turn) => turn.text).join('\n'),
      turnIds: own.map((turn) => turn.id),
    };
  }),
  questions: [],
};

function ask(text: string, gold: string, evidence: readonly string[]): Question {
  return { id: 't_0', index: 0, text, golds: [gold], category: 2, evidence, date: null };
}

function input(question: Question, texts: readonly string[], shownCount = 20): DiagnosisInput {
  const memories: FinalMemory[] = texts.map((text, at) => ({ id: `m${at + 1}`, text, spanIndex: 0 }));
  return {
    question,
    trace,
    memories,
    ranking: memories.map(({ id }, at) => ({ id, similarity: 1 - at / 100 })),
    shownCount: Math.min(shownCount, memories.length),
    spanRecords: [
      {
        spanIndex: 0,
        skills: [{ name: 'insert', probability: 0.7 }],
        actions: [
          { type: 'insert', text: 'Mara greets Jon.', skill: 'insert' },
          ...texts.map((text) => ({ type: 'insert' as const, text, skill: 'insert' })),
        ],
      },
    ],
  };
}

const when = ask('When did Jon go to the pottery workshop?', '7 May 2023', ['D1:2']);
const where = ask('Where did Lena move?', 'Norway', ['D1:3']);
const filler = 'Mara hummed a tune.';

describe('the first broken link', () => {
  test.each<[string, Question, string[], number, string, number | null]>([
    ['nothing about it', where, [filler], 20, 'not_stored', null],
    [
      'the place is missing',
      where,
      ['Mara: my sister Lena has a new job at the aquarium'],
      20,
      'stored_weak',
      1,
    ],
    [
      'stored, not shown',
      where,
      [filler, filler, 'Mara: Lena moved to Norway for a job'],
      2,
      'not_retrieved',
      3,
    ],
    ['stored and shown', where, [filler, 'Mara: Lena moved to Norway for a job'], 2, 'not_used', 2],
    [
      'a date kept as "yesterday" is not the date',
      when,
      ['Jon: I went to a pottery workshop yesterday and glazed a blue bowl'],
      20,
      'stored_weak',
      1,
    ],
    [
      "the session's date is not the event's",
      when,
      ['Jon went to a pottery workshop yesterday (8 May 2023)'],
      20,
      'stored_weak',
      1,
    ],
    ['a resolved date', when, ['Jon went to a pottery workshop on 7 May 2023'], 20, 'not_used', 1],
    ['the right date of something else', when, ['Mara baked bread on 7 May 2023'], 20, 'not_stored', null],
  ])('%s', (_title, question, texts, shown, diagnosis, rank) => {
    const result = diagnose(input(question, texts, shown));
    expect(result.diagnosis).toBe(diagnosis);
    expect(result.chain.needed?.rank ?? null).toBe(rank);
    expect(evidenceChainSchema.parse(result.chain)).toEqual(result.chain);
  });

  test('a question over several turns breaks at its earliest link', () => {
    const hobbies = ask('What does Mara like doing?', 'sailing, archery', ['D2:2', 'D2:3']);
    const sailing = 'Mara: on holidays I like sailing and painting';
    const archery = 'Mara tried archery with the kids at camp';
    expect(diagnose(input(hobbies, [sailing])).diagnosis).toBe('not_stored');
    expect(diagnose(input(hobbies, [sailing, archery], 1)).diagnosis).toBe('not_retrieved');
    expect(diagnose(input(hobbies, [sailing, archery])).diagnosis).toBe('not_used');
  });

  test('an inferred gold is judged by the evidence itself', () => {
    const inferred = ask('Would Jon be a good pet owner?', 'Likely yes', ['D2:1']);
    expect(diagnose(input(inferred, [filler])).diagnosis).toBe('not_stored');
    expect(diagnose(input(inferred, ['Jon adopted a puppy called Biscuit who chews shoes'])).diagnosis).toBe(
      'not_used',
    );
  });

  test('without evidence ids all turns are searched for the words of the gold', () => {
    const { chain, diagnosis } = diagnose(input(ask('Where does Lena live?', 'Norway', []), [filler]));
    expect(chain.evidence).toEqual([{ turnId: 'D1:3', text: turns[2]!.text, spanIndex: 0 }]);
    expect(diagnosis).toBe('not_stored');
  });

  test('without evidence ids and without a turn that has the gold, question and gold are the fact', () => {
    const { chain } = diagnose(input(ask('Which planet is that?', 'Saturn', []), ['Saturn is that planet']));
    expect(chain.evidence).toEqual([]);
    expect(chain.needed?.memoryId).toBe('m1');
  });
});

describe('the chain', () => {
  test('15.2#34 it holds gold evidence, skills with probability and the actions of its span', () => {
    const stored = 'Jon: I went to a pottery workshop yesterday';
    const { chain } = diagnose(input(when, [stored]));
    expect(chain.evidence.map((turn) => turn.turnId)).toEqual(['D1:2']);
    expect(chain.spans).toEqual([
      {
        spanIndex: 0,
        date: '1:56 pm on 8 May, 2023',
        skills: [{ name: 'insert', probability: 0.7 }],
        actions: [{ type: 'insert', text: stored, skill: 'insert' }],
      },
    ]);
    expect(chain.retrieved).toEqual([{ memoryId: 'm1', text: stored, similarity: 1 }]);
  });

  test('15.2#34 the whole bank is searched, not only the retrieved memories', () => {
    const texts = [...Array.from({ length: 30 }, () => filler), 'Lena moved to Norway'];
    const { chain } = diagnose(input(where, texts, 20));
    expect(chain.needed).toMatchObject({ memoryId: 'm31', rank: 31 });
    expect(chain.retrieved).toHaveLength(20);
  });

  test('the first actions are shown where none concerns the evidence', () => {
    const { chain } = diagnose(input(where, ['a b', 'c d', 'e f', 'g h']));
    expect(chain.spans[0]!.actions).toHaveLength(3);
  });
});

test('bad_case is never computed, and equal input gives equal output', () => {
  const words = fc.array(
    fc.constantFrom('Jon', 'pottery', 'workshop', '7 May 2023', 'Lena', 'Norway', 'yesterday'),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), fc.nat(5), fc.boolean(), (texts, shown, isWhen) => {
      const asked = input(
        isWhen ? when : where,
        texts.map((list) => list.join(' ')),
        shown,
      );
      const result = diagnose(asked);
      expect(['not_stored', 'stored_weak', 'not_retrieved', 'not_used']).toContain(result.diagnosis);
      expect(diagnose(asked)).toEqual(result);
      if (result.diagnosis === 'not_retrieved')
        expect(result.chain.needed!.rank!).toBeGreaterThan(asked.shownCount);
      if (result.diagnosis === 'not_used')
        expect(result.chain.needed!.rank!).toBeLessThanOrEqual(asked.shownCount);
      if (result.diagnosis === 'not_stored') expect(result.chain.needed).toBeNull();
    }),
    { seed: 1 },
  );
});
