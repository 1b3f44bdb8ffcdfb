import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { memskillDataFile } from '../../config/environment.ts';
import { scoreLocomo } from '../../evaluation/tokenF1.ts';
import { createBuiltinAnswerer } from './answerer.ts';

const answerer = createBuiltinAnswerer();
const ask = (question: string, ...memories: string[]): Promise<string> =>
  answerer.answer({ question, date: null, memories: memories.map((text, at) => ({ id: `m${at}`, text })) });

const CHAT = [
  'Rosa: I moved to Lisbon in March 2021 because my sister lives there.',
  'Rosa: My cat Biscuit sleeps on the piano all day.',
  'Tom: I signed up for a sailing course last week (the week before 4 June 2022).',
  'Tom: I have been baking bread for three years.',
  'Rosa: I swim in the river twice a week.',
  'Tom: My brother Felix taught me to juggle.',
  'Rosa: I have four bicycles in the cellar.',
  'Tom: Thanks, Rosa!',
  'Rosa: How was your weekend?',
  'Tom: I sold my old violin for 250 dollars.',
];

describe('one chat, every type of question', () => {
  test.each([
    ['When did Rosa move to Lisbon?', 'March 2021'],
    ['Which year did Rosa move to Lisbon?', '2021'],
    ['When did Tom sign up for a sailing course?', 'the week before 4 June 2022'],
    ['How long has Tom been baking bread?', 'three years'],
    ['How often does Rosa swim?', 'twice a week'],
    ['How many bicycles does Rosa have?', 'four'],
    ['How much did Tom get for his violin?', '250 dollars'],
    ['Where does the sister of Rosa live?', 'Lisbon'],
    ['Who taught Tom to juggle?', 'brother Felix'],
    ['Why did Rosa move to Lisbon?', 'my sister lives there'],
    ["What is the name of Rosa's cat?", 'Biscuit'],
    ['What course did Tom sign up for?', 'sailing course'],
    ['Does Rosa swim in the river?', 'Yes'],
    ['Does Tom own a helicopter?', 'No'],
    ['Would Tom enjoy a helicopter ride?', 'Likely no'],
    ['Does Tom bake bread or cake?', 'bread'],
  ])('%s %s', async (question, answer) => {
    expect(await ask(question, ...CHAT)).toBe(answer);
  });
});

describe('memories as a date skill writes them', () => {
  test('a resolved date is given without its preposition', async () => {
    expect(await ask('When did Rosa join the choir?', 'Rosa joined the choir on 7 May 2023.')).toBe(
      '7 May 2023',
    );
  });

  test('a resolved date comes before the words it was resolved from', async () => {
    const memory = 'Rosa: I joined the choir yesterday (7 May 2023) and it was lovely.';
    expect(await ask('When did Rosa join the choir?', memory)).toBe('7 May 2023');
  });

  test('what was not resolved is answered as it was said', async () => {
    expect(await ask('When did Rosa join the choir?', 'Rosa: I joined the choir last week.')).toBe(
      'last week',
    );
  });

  test('the date of the event asked for is taken, not that of another', async () => {
    const memories = ['Rosa: I sang at a wedding on 1 June 2023.', 'Rosa: I joined the choir on 7 May 2023.'];
    expect(await ask('When did Rosa join the choir?', ...memories)).toBe('7 May 2023');
  });

  test('the question a memory answers is matched, but is no part of the answer', async () => {
    const memories = [
      'Rosa: It was orange marmalade! (asked: What did you put on the toast)',
      'Tom: I burnt the toast.',
      'Rosa: It was a long day.',
    ];
    expect(await ask('What did Rosa put on the toast?', ...memories)).toBe('orange marmalade');
  });

  test('what a picture shows can be the answer', async () => {
    const memory = 'Rosa: Look at my new pet! (photo: a green parrot)';
    expect(await ask('What pet does Rosa have?', memory)).toBe('green parrot');
  });

  test('a date the question names is not its answer', async () => {
    const memory = 'Rosa: In 2019 I left the choir for the first time and again on 3 March 2021.';
    expect(await ask('When did Rosa leave the choir after 2019?', memory)).toBe('3 March 2021');
  });
});

describe('questions that need more than one span', () => {
  test('a list is gathered from several memories, each entry once', async () => {
    const answer = await ask(
      'Which countries has Tom visited?',
      'Tom: I visited Norway with my brother.',
      'Tom: Last spring I visited Peru.',
      'Tom: I visited Norway again.',
      'Rosa: I visited my aunt.',
    );
    expect(answer.match(/Norway/gu)).toHaveLength(1);
    expect(answer).toContain('Peru');
    expect(answer).toContain(', ');
  });

  test('names are listed without the people spoken to', async () => {
    const memories = ['Rosa: Thanks, Tom, my cats Biscuit and Pepper are fine!', 'Rosa: I bought bread.'];
    expect(await ask("What are the names of Rosa's cats?", ...memories)).toBe('Biscuit, Pepper');
  });

  test('ordinals count', async () => {
    const memories = ['Tom: I won my second regatta.', 'Tom: Today I won my third regatta!'];
    expect(await ask('How many regattas has Tom won?', ...memories)).toBe('three');
  });

  test('without a number the memories that tell of one are counted', async () => {
    const memories = [
      'Tom: I climbed a volcano in Iceland.',
      'Tom: We climbed a volcano near Naples.',
      'Tom: I like soup.',
    ];
    expect(await ask('How many times has Tom climbed a volcano?', ...memories)).toBe('two');
  });

  test('a denial turns a yes into a no', async () => {
    expect(await ask('Does Tom eat mushrooms?', 'Tom: I never eat mushrooms.')).toBe('No');
    expect(await ask('Does Tom eat mushrooms?', 'Tom: I eat mushrooms on Fridays.')).toBe('Yes');
  });

  test('the person who tells a memory can be the answer', async () => {
    expect(await ask('Who built a treehouse?', 'Rosa: I built a treehouse for my nieces.')).toBe('Rosa');
  });

  test('what one speaker said is not the other one\u2019s', async () => {
    const memories = ['Rosa: My favourite drink is lemonade.', 'Tom: My favourite drink is cocoa.'];
    expect(await ask("What is Tom's favourite drink?", ...memories)).toBe('cocoa');
    expect(await ask("What is Rosa's favourite drink?", ...memories)).toBe('lemonade');
  });
});

test('no memory, no answer; "when" is not answered with anything but a time', async () => {
  expect(await ask('What did Tom paint?')).toBe('');
  expect(await ask('When did Tom paint the fence?', 'Tom: I painted the fence green.')).toBe('');
});

test('answering is cancelled by the signal', async () => {
  const input = { question: 'Who?', date: null, memories: [] };
  await expect(answerer.answer(input, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('any question and memories get the same one-line answer from two answerers', async () => {
  const word = fc.constantFrom(
    'When',
    'which',
    'Ann:',
    'I',
    'went',
    'to',
    'Rome',
    '7 May 2023',
    'or',
    '"',
    ',',
    '?',
    'two',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.array(text, { maxLength: 6 }), async (question, memories) => {
      const answer = await ask(question, ...memories);
      expect(answer).not.toMatch(/\n/u);
      const input = {
        question,
        date: null,
        memories: memories.map((memory, at) => ({ id: `m${at}`, text: memory })),
      };
      expect(await createBuiltinAnswerer().answer(input)).toBe(answer);
    }),
    { seed: 1, numRuns: 200 },
  );
});

const locomo = memskillDataFile('locomo-train-val.json');
const conversations = z.array(
  z.object({
    conversation: z.record(z.string(), z.unknown()),
    qa: z.array(
      z.object({
        question: z.string(),
        answer: z.union([z.string(), z.number()]).optional(),
        category: z.number(),
        evidence: z.array(z.string()),
      }),
    ),
  }),
);
const turns = z.array(z.object({ dia_id: z.string(), speaker: z.string(), text: z.string() }));

test.skipIf(locomo === null)(
  'from the evidence alone it scores at least 30 token F1 on LoCoMo (needs MEMSKILL_DATA)',
  async () => {
    const [first] = conversations.parse(JSON.parse(readFileSync(locomo!, 'utf8')));
    const said = new Map(
      Object.values(first!.conversation)
        .flatMap((session) => turns.safeParse(session).data ?? [])
        .map((turn) => [turn.dia_id, `${turn.speaker}: ${turn.text}`]),
    );
    const asked = first!.qa.filter((item) => item.category !== 5 && item.category !== 2);
    let total = 0;
    for (const { question, answer, category, evidence } of asked) {
      const memories = evidence.flatMap((id) => said.get(id) ?? []);
      const gold = String(answer).split(category === 3 ? ';' : '\n')[0]!;
      total += scoreLocomo({ category, prediction: await ask(question, ...memories), gold });
    }
    expect((100 * total) / asked.length).toBeGreaterThan(30);
  },
);
