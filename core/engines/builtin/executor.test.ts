import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memskillDataFile } from '../../config/environment.ts';
import { type MemoryAction, memoryActionSchema } from '../../contract/hardCase.ts';
import type { Skill, SkillType } from '../../contract/skill.ts';
import { loadLocomo } from '../../datasets/locomo.ts';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import type { ExecutorInput } from '../roles.ts';
import { createBuiltinExecutor } from './executor.ts';

const DATE = '9:05 am on 14 October, 2024';
const TURNS = [
  'Ines said, "Hey Tom! How are you?"',
  'Tom said, "Hi Ines! I started a pottery course in Porto yesterday, it was great fun."',
  'Ines said, "Sounds great! My ferret Biscuit ate a whole cushion last week."',
  'Tom said, "Haha! My brother Luis fixed the zorblax engine of his boat."',
  'Ines said, "Nice. We are going to visit Vienna next month."',
  'Tom said, "I cannot stand olives, by the way. How long have you lived here?"',
  'Ines said, "12 years." and shared a photo of a house with a blue door.',
];
const SPAN = [`DATE: ${DATE}`, 'CONVERSATION:', ...TURNS].join('\n');

function skill(text: string, type: SkillType = 'insert', name = type as string): Skill {
  return { name, description: text, instruction: text, type, origin: 'import', isPinned: false };
}

const seed = (type: SkillType): Skill => SEED_SKILLS.find((candidate) => candidate.type === type)!;

async function run(
  skills: readonly Skill[],
  rest: Partial<ExecutorInput> = {},
): Promise<readonly MemoryAction[]> {
  const input = { span: SPAN, date: DATE, memories: [], maxActions: 24, ...rest, skills };
  const { actions, failure } = await createBuiltinExecutor().execute(input);
  expect(failure).toBeNull();
  return actions;
}

async function texts(skills: readonly Skill[], rest: Partial<ExecutorInput> = {}): Promise<string[]> {
  return (await run(skills, rest)).map((action) => (action.type === 'delete' ? '' : action.text));
}

describe('what is remembered follows from the words of the skill (issue 2)', () => {
  test('the generalist keeps what was said as it was said, without greetings and questions', async () => {
    expect(await texts([seed('insert')])).toEqual([
      'Tom: I started a pottery course in Porto yesterday, it was great fun.',
      'Ines: My ferret Biscuit ate a whole cushion last week.',
      'Tom: My brother Luis fixed the zorblax engine of his boat.',
      'Ines: We are going to visit Vienna next month.',
      'Tom: I cannot stand olives, by the way.',
      'Ines: 12 years. (asked: How long have you lived here)',
      'Ines shared a photo of a house with a blue door.',
    ]);
  });

  test('a paraphrase with no word of the date skill resolves dates', async () => {
    const paraphrase =
      'Whenever someone mentions how long ago something took place, write down its calendar day';
    const written = await texts([skill(paraphrase)]);
    expect(written).toContain(
      'Tom: I started a pottery course in Porto on 13 October 2024, it was great fun.',
    );
    expect(written).toContain(
      'Ines: My ferret Biscuit ate a whole cushion in the week before 14 October 2024.',
    );
    expect(written.join(' ')).not.toContain('olives');
  });

  test('beside a date skill the memories of every skill are dated', async () => {
    const written = await texts([
      skill('Keep which towns people go to.'),
      skill('Keep the day of everything.', 'insert', 'day'),
    ]);
    expect(written).toContain('Ines: We are going to visit Vienna in November 2024.');
  });

  test('a topic of its own', async () => {
    expect(await texts([skill('record which pets people have')])).toEqual([
      'Ines: My ferret Biscuit ate a whole cushion last week.',
    ]);
  });

  test('a word nobody has ever seen', async () => {
    expect(await texts([skill('record everything about zorblax engines')])).toEqual([
      'Tom: My brother Luis fixed the zorblax engine of his boat.',
    ]);
  });

  test('"do not record dates" takes them out again, whichever skill says so', async () => {
    const written = await texts([
      seed('insert'),
      skill('Keep the date of everything.', 'insert', 'dates'),
      skill('Store facts. Do not record dates.', 'insert', 'plain'),
    ]);
    expect(written).toContain('Tom: I started a pottery course in Porto, it was great fun.');
    expect(written).toContain('Ines: We are going to visit Vienna.');
    expect(written.join(' ')).not.toMatch(/yesterday|last week|next month|2024/u);
  });

  test('a forbidden topic is left out, a forbidden name is not written', async () => {
    const written = await texts([
      skill('Store anything worth keeping. Never mention pets. Do not write down names.'),
    ]);
    expect(written.join(' ')).not.toMatch(/ferret|^Tom:|^Ines:/u);
    expect(written).toContain('I started a pottery course in Porto yesterday, it was great fun.');
  });

  test('the words decide, not the name or the origin', async () => {
    const pets = skill('record which pets people have');
    expect(await texts([{ ...pets, name: 'keep_dates', origin: 'designer' }])).toEqual(await texts([pets]));
  });
});

describe('types and budget', () => {
  test.each([[[]], [[seed('noop')]], [[seed('update'), seed('delete')]]])(
    'without an insert skill nothing is inserted',
    async (skills) => expect(await run(skills)).toEqual([]),
  );

  test('no more than the cap, the best of each skill first', async () => {
    const skills = [
      skill('Keep pets.', 'insert', 'pets'),
      skill('Keep which towns people visit.', 'insert', 'towns'),
    ];
    const actions = await run(skills, { maxActions: 2 });
    expect(actions.map(({ skill: name }) => name).sort()).toEqual(['pets', 'towns']);
    expect(await run(skills, { maxActions: 0 })).toEqual([]);
  });

  test('what memory already says is not stored again', async () => {
    const known = { id: 'm1', text: 'Tom: My brother Luis fixed the zorblax engine of his boat.' };
    expect(await texts([skill('Keep zorblax engines.')], { memories: [known] })).toEqual([]);
  });

  test('one thing said twice is stored once', async () => {
    const line = 'Ines said, "My ferret Biscuit ate a whole cushion."';
    const twice = { span: `DATE: ${DATE}\n${line}\n${line}` };
    expect(await texts([seed('insert')], twice)).toHaveLength(1);
    expect(await texts([skill('Store anything. Do not write down names.')], twice)).toHaveLength(1);
  });
});

describe('update and delete', () => {
  const boat = { id: 'm7', text: 'Tom: I am going to sell the old fishing boat in spring.' };
  const other = { id: 'm8', text: 'Ines: I am going to sell the old fishing boat in spring.' };
  const said = (text: string): Partial<ExecutorInput> => ({
    span: `DATE: ${DATE}\nTom said, "${text}"`,
    memories: [other, boat],
  });

  test('a detail is merged into the memory of the same person', async () => {
    const text = 'The old fishing boat that I sell has a new engine.';
    expect(await run([seed('update'), seed('insert')], said(text))).toEqual([
      { type: 'update', memory: 'm7', text: `${boat.text} ${text}`, skill: 'update' },
    ]);
  });

  test('a correction replaces it', async () => {
    const text = 'Actually I sell the old fishing boat in autumn.';
    expect(await run([seed('update')], said(text))).toEqual([
      { type: 'update', memory: 'm7', text: `Tom: ${text}`, skill: 'update' },
    ]);
  });

  test('a cancellation deletes it, and only with a delete skill', async () => {
    const text = 'I no longer want to sell the old fishing boat.';
    expect(await run([seed('delete')], said(text))).toEqual([
      { type: 'delete', memory: 'm7', skill: 'delete' },
    ]);
    expect((await run([seed('insert')], said(text))).map(({ type }) => type)).toEqual(['insert']);
  });

  test('without explicit words nothing is deleted', async () => {
    expect(await run([seed('delete')], said('The old fishing boat is hard to sell.'))).toEqual([]);
    expect(await run([seed('delete')], said('Should I no longer try to sell the old fishing boat?'))).toEqual(
      [],
    );
  });
});

test('prose without speaker or date is read too', async () => {
  const span = 'Document 1:\nThe Alder Bridge was built in 1874. It crosses the river Wensum.';
  expect(await texts([seed('insert')], { span, date: null })).toContain(
    'The Alder Bridge was built in 1874.',
  );
});

test('law: any text gives valid actions of selected types, at most the cap, twice the same', async () => {
  const word = fc.constantFrom(
    'I',
    'yesterday',
    'Tom',
    'said, "',
    '"',
    'bought',
    'a',
    'dog',
    '.',
    '?',
    '\n',
    'user: ',
    'no longer',
    'last week',
    'Paris',
    '12',
    ' and shared a photo of a cat.',
  );
  const text = fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: word },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      ),
      { maxLength: 60 },
    )
    .map((words) => words.join(' '));
  const selected = fc.subarray([...SEED_SKILLS, skill('Keep dates and dogs.', 'insert', 'dates')]);
  const memories = fc
    .array(
      text.filter((value) => value.trim() !== ''),
      { maxLength: 3 },
    )
    .map((all) => all.map((value, i) => ({ id: `m${i}`, text: value })));
  await fc.assert(
    fc.asyncProperty(
      text,
      selected,
      memories,
      fc.integer({ min: 0, max: 5 }),
      async (span, skills, known, maxActions) => {
        const input = { span, memories: known, maxActions };
        const actions = await run(skills, input);
        expect(actions.length).toBeLessThanOrEqual(maxActions);
        for (const action of actions) {
          memoryActionSchema.parse(action);
          expect(skills.find(({ name }) => name === action.skill)?.type).toBe(action.type);
          if (action.type !== 'insert') expect(known.map(({ id }) => id)).toContain(action.memory);
        }
        expect(await run(skills, input)).toEqual(actions);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('an aborted signal stops it', async () => {
  const input = { span: SPAN, date: DATE, memories: [], skills: [seed('insert')], maxActions: 24 };
  await expect(createBuiltinExecutor().execute(input, AbortSignal.abort())).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

const locomo = memskillDataFile('locomo-train-val.json');

test.skipIf(locomo === null)(
  'LoCoMo training conversations: a date skill stores the day most date questions ask for, the seed none (needs MEMSKILL_DATA)',
  async () => {
    const { traces, splits } = loadLocomo(locomo!, {
      sessionMode: 'full-session',
      chunkSize: 2048,
      chunkOverlap: 256,
    });
    const dateSkill = skill('Write down the calendar day on which things took place.', 'insert', 'days');
    const share = async (skills: readonly Skill[]): Promise<number> => {
      let asked = 0;
      let stored = 0;
      for (const { spans, questions } of traces.filter(({ id }) => splits.train.includes(id))) {
        const days = questions
          .map(({ golds: [gold = ''] }) => gold.trim().replace(',', ''))
          .filter((gold) => /^\d{1,2} \p{L}+ \d{4}$/u.test(gold));
        const written = await Promise.all(spans.map(({ text, date }) => texts(skills, { span: text, date })));
        const all = written.flat().join('\n');
        asked += days.length;
        stored += days.filter((day) => all.includes(day)).length;
      }
      return stored / asked;
    };
    expect(await share([seed('insert'), dateSkill])).toBeGreaterThan(0.9);
    expect(await share([seed('insert')])).toBeLessThan(0.1);
  },
);
