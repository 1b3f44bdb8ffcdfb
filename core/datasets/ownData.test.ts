import { describe, expect, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { dataFolder } from './fixtures/dataFolder.ts';
import { eventText, loadOwnData, type OwnOptions } from './ownData.ts';
import type { OwnTraceLine } from './ownSchema.ts';
import type { Trace } from './trace.ts';
import { openTraces } from './traceReader.ts';

const { write } = dataFolder('own');
const options: OwnOptions = {
  spans: { sessionMode: 'full-session', chunkSize: 64, chunkOverlap: 8 },
  splitFile: null,
};

const TALK: OwnTraceLine = {
  id: 'talk',
  turns: [
    { id: 'a', speaker: 'Ida', text: 'I moved to Oslo.', date: '2025-03-01T08:15' },
    { speaker: 'ben', text: 'Nice!', date: '2025-03-01T08:16' },
    { text: 'They hug.', date: '2025-03-02' },
  ],
  questions: [
    { question: 'Where did Ida move?', answers: ['Oslo'], category: 'place', evidence: ['a'] },
    { question: 'Who hugged?', answers: ['they', 'Ida and Ben'] },
  ],
};
const HOUSE: OwnTraceLine = {
  id: 'house',
  events: [
    { time: '2025-03-01T08:15:30Z', source: 'kitchen fridge', fields: { temperature: 4.5, doorOpen: true } },
    { time: '2025-03-01T09:00', source: 'air_sensor', fields: { co2: null, note: 'a  b' } },
    { time: '2025-03-02', source: 'meter', fields: { litres_used: 40 } },
  ],
  questions: [
    { question: 'How warm?', answers: ['4.5'], category: 'number', evidence: ['e1'], date: '2025-03-05' },
  ],
};
const NOTES: OwnTraceLine = {
  id: 'notes',
  spans: [
    { text: 'One.', date: '2025-01-01' },
    { id: 'x', text: 'Two.' },
  ],
  questions: [],
};

const lines = (...traces: unknown[]): string => traces.map((trace) => `${JSON.stringify(trace)}\n`).join('');

async function readAll(content: string): Promise<Trace[]> {
  const { traces, source } = await loadOwnData(write(content), options);
  const reader = openTraces(source);
  const read = await Promise.all(traces.map(({ id }) => reader.read(id)));
  await reader.close();
  for (const [at, { questions }] of traces.entries()) expect(read[at]!.questions).toEqual(questions);
  return read;
}

test('turns: a session for each day unless they are numbered; speakers as in a conversation', async () => {
  const numbered = { ...TALK, id: 'numbered', turns: TALK.turns!.map((turn) => ({ ...turn, session: 1 })) };
  const [talk, one] = await readAll(lines(TALK, numbered));
  expect(talk!.spans.map(({ text, turnIds, session }) => [text, turnIds, session])).toEqual([
    [
      'DATE: 2025-03-01T08:15\nCONVERSATION:\nIda said, "I moved to Oslo."\nben said, "Nice!"',
      ['a', 't2'],
      1,
    ],
    ['DATE: 2025-03-02\nCONVERSATION:\nThey hug.', ['t3'], 2],
  ]);
  expect(one!.spans).toHaveLength(1);
});

test('events: one sentence each, days as sessions', async () => {
  const [house] = await readAll(lines(HOUSE));
  expect(house!.turns.map(({ id, text }) => [id, text])).toEqual([
    ['e1', 'On 1 March 2025 at 08:15, kitchen fridge reported temperature 4.5, door open yes.'],
    ['e2', 'On 1 March 2025 at 09:00, air_sensor reported co2 unknown, note a b.'],
    ['e3', 'On 2 March 2025, meter reported litres used 40.'],
  ]);
  expect(house!.spans.map(({ date }) => date)).toEqual(['2025-03-01', '2025-03-02']);
  expect(house!.questions[0]).toMatchObject({ id: 'house_0', evidence: ['e1'], date: '2025-03-05' });
});

test('spans are taken as they are', async () => {
  const [notes] = await readAll(lines(NOTES));
  expect(notes!.spans.map(({ text, turnIds }) => [text, turnIds])).toEqual([
    ['DATE: 2025-01-01\nOne.', ['s1']],
    ['Two.', ['x']],
  ]);
});

test('field names and values in words', () => {
  const fields = { isOpen: false, Soil_moisture: 0, text: ' x\n y ' };
  expect(eventText({ time: '2025-12-31', source: ' s ', fields })).toBe(
    'On 31 December 2025, s reported is open no, soil moisture 0, text x y.',
  );
});

test('categories are named, splits are as the lines say', async () => {
  const file = write(lines({ ...TALK, split: 'train' }, { ...HOUSE, split: 'test' }, NOTES));
  const { splits, categories, days, report } = await loadOwnData(file, options);
  expect(splits).toEqual({ train: ['talk', 'notes'], validation: [], test: ['house'] });
  expect(categories).toEqual({ 0: 'other', 1: 'number', 2: 'place' });
  expect(days).toEqual({ first: '2025-01-01', last: '2025-03-02' });
  expect(report).toMatchObject({ questionsWithoutEvidence: 1, notes: [] });
});

test('data without questions says what is missing', async () => {
  const { report } = await loadOwnData(write(lines(NOTES)), options);
  expect(report.notes).toEqual([expect.stringMatching(/^No trace has questions: add some/u)]);
});

describe('everything that is wrong is found, by line and key path', () => {
  async function problems(content: string): Promise<[number | null, string, string][]> {
    const error: unknown = await loadOwnData(write(content), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    const found = (error as AppError).details?.['problems'] as {
      line: number;
      keyPath: string;
      reason: string;
    }[];
    return found.map(({ line, keyPath, reason }) => [line, keyPath, reason]);
  }

  test('in one go', async () => {
    const dated = { ...TALK, id: 'b', turns: [{ text: 'x', date: 'tomorrow' }] };
    const found = await problems(
      [
        JSON.stringify(TALK),
        '{"id": "cut", ',
        JSON.stringify(dated),
        JSON.stringify({ ...TALK, turns: [...TALK.turns!, { id: 'a', text: ' ' }] }),
        JSON.stringify({ ...NOTES, events: HOUSE.events }),
        JSON.stringify({ ...NOTES, spans: [] }),
        JSON.stringify({ ...NOTES, questions: [{ question: 'x', answer: 'y' }] }),
      ].join('\n'),
    );
    expect(found.map(([line, path]) => `${line} ${path}`)).toEqual([
      '2 ',
      '3 turns[0].date',
      '4 turns[3].text',
      '5 ',
      '6 spans',
      '7 questions[0].answers',
      '7 questions[0]',
    ]);
    expect(found[1]![2]).toBe('must be an ISO 8601 date such as 2025-03-01 or 2025-03-01T08:15');
    expect(found[3]![2]).toBe('must have exactly one of turns, spans and events');
  });

  test('ids and evidence', async () => {
    const twice = { ...TALK, turns: [...TALK.turns!, { id: 'a', text: 'again' }] };
    const lost = { ...HOUSE, questions: [{ question: 'x', answers: ['y'], evidence: ['e1', 'e9'] }] };
    expect(await problems(lines(TALK, twice, lost))).toEqual([
      [2, 'turns[3].id', 'is a, as turns[0]; give each its own'],
      [2, 'id', 'is talk, as in line 1; give each trace its own'],
      [3, 'questions[0].evidence[1]', 'is e9, which none of the events has'],
    ]);
  });

  test('the message names the first and counts the others', async () => {
    const file = write(lines({ id: 'x', turns: [{ text: '' }] }, { id: '' }));
    await expect(loadOwnData(file, options)).rejects.toThrow(
      new RegExp(
        `^In the data file ${file}, line 1, turns\\[0\\]\\.text must not be empty \\(and \\d other problems\\); correct it there`,
        'u',
      ),
    );
  });

  test('content that is trained on may not be tested on, under whatever id', async () => {
    const file = write(lines({ ...TALK, split: 'train' }, { ...TALK, id: 'copy', split: 'test' }));
    await expect(loadOwnData(file, options)).rejects.toThrow(
      'the trace copy of the test split has the same content as talk',
    );
  });

  test('a file of something else is named', async () => {
    await expect(loadOwnData(write([{ role: 'user', content: 'x' }]), options)).rejects.toThrow(
      'it looks like an export of chats; turn it into traces first, with "memskill data import FILE --to OUT.jsonl".',
    );
  });
});
