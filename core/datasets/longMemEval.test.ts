import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { dataFolder } from './fixtures/dataFolder.ts';
import { PUBLISHED_SIZE, longMemEvalSample, writeLongMemEval } from './fixtures/writeLongMemEval.ts';
import { loadLongMemEval, type LongMemEvalOptions } from './longMemEval.ts';
import { isReadableDate } from './longMemEvalFile.ts';
import type { SpanOptions } from './sessionSpans.ts';
import type { Trace } from './trace.ts';
import { openTraces } from './traceReader.ts';

const { path: folder, write } = dataFolder('longmemeval');
const spans: SpanOptions = { sessionMode: 'full-session', chunkSize: 512, chunkOverlap: 64 };
const options: LongMemEvalOptions = { spans, splitFile: null, asksAbstention: false };

const sample = {
  question_id: 'q1',
  question_type: 'temporal-reasoning',
  question: 'When did I plant the quince?',
  answer: 7,
  question_date: '2023/05/30 (Tue) 23:40',
  haystack_dates: [
    '2023/05/20 (Sat) 02:21',
    '2023/05/20 (Sat) 02:57',
    '2023/05/21 (Sun) 10:00',
    '2023/05/22',
  ],
  haystack_session_ids: ['a', 'b', 'c', 'd'],
  answer_session_ids: ['c'],
  haystack_sessions: [
    [
      { role: 'user', content: 'Hello é.' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: 'Bye.' },
    ],
    [],
    [
      { role: 'user', content: 'I planted a quince.', has_answer: true },
      { role: 'assistant', content: 'Nice.' },
    ],
  ],
};
const other = {
  ...sample,
  question_id: 'q2_abs',
  question: 'When did I fell it?',
  answer_session_ids: [],
  question_type: 'odd',
};

async function readAll(file: string, given: Partial<LongMemEvalOptions> = {}): Promise<Trace[]> {
  const { traces, source } = await loadLongMemEval(file, { ...options, ...given });
  const reader = openTraces(source);
  const read = await Promise.all(traces.map(({ id }) => reader.read(id)));
  await reader.close();
  return read;
}

const textsOf = async (mode: SpanOptions['sessionMode']): Promise<string[] | undefined> =>
  (await readAll(write([sample]), { spans: { ...spans, sessionMode: mode } }))[0]?.spans.map(
    ({ text }) => text,
  );

describe('spans (reference 1.3)', () => {
  test('full sessions, under their date', async () => {
    expect(await textsOf('full-session')).toEqual([
      'Session Date: 2023/05/20 (Sat) 02:21\n\nuser: Hello é.\n\nassistant: Hi!\n\nuser: Bye.',
      'Session Date: 2023/05/21 (Sun) 10:00\n\nuser: I planted a quince.\n\nassistant: Nice.',
    ]);
  });

  test('turns, and pairs of them', async () => {
    const turns = await textsOf('turn');
    expect(turns).toHaveLength(5);
    expect(turns?.[1]).toBe('Session Date: 2023/05/20 (Sat) 02:21\nassistant: Hi!');
    const pairs = await textsOf('turn-pair');
    expect(pairs).toHaveLength(3);
    expect(pairs?.[1]).toBe('Session Date: 2023/05/20 (Sat) 02:21\n\nuser: Bye.');
  });

  test('of fixed length, never across sessions, each with the header', async () => {
    const [trace] = await readAll(
      write([longMemEvalSample(1, { samples: 1, sessions: 3, turns: 4, characters: 900 })]),
      {
        spans: { sessionMode: 'fixed-length', chunkSize: 128, chunkOverlap: 16 },
      },
    );
    expect(trace!.spans.length).toBeGreaterThan(9);
    expect(new Set(trace!.spans.map(({ session }) => session))).toEqual(new Set([1, 2, 3]));
    for (const { text, date } of trace!.spans) expect(text).toMatch(`Session Date: ${date!}\n\n`);
  });

  test('paragraphs are for documents', async () => {
    await expect(textsOf('paragraph')).rejects.toThrow("sessionMode 'paragraph' is for documents");
  });
});

test('the question: its date, its category, the turns that are marked as evidence, else those of the answer sessions', async () => {
  const unmarked = {
    ...sample,
    question_id: 'q3',
    haystack_sessions: [[], [], [{ role: 'user', content: 'Quince.' }]],
  };
  const [first, second] = await readAll(write([sample, unmarked]));
  expect(first!.questions).toEqual([
    {
      id: 'q1_0',
      index: 0,
      text: 'When did I plant the quince?',
      golds: ['7'],
      category: 5,
      evidence: ['S2:1'],
      date: '2023/05/30 (Tue) 23:40',
      isAbstention: false,
    },
  ]);
  expect(second!.questions[0]!.evidence).toEqual(['S1:1']);
});

test('what the outline says is what the trace says, read in any order', async () => {
  const file = write([longMemEvalSample(0, SMALL), sample, longMemEvalSample(2, SMALL)]);
  const { traces, source } = await loadLongMemEval(file, options);
  const reader = openTraces(source);
  for (const { id, questions } of traces.toReversed())
    expect(await reader.read(id)).toMatchObject({ id, questions });
  await expect(reader.read('gone')).rejects.toThrow('There is no trace gone');
  await reader.close();
});

const SMALL = { samples: 20, sessions: 3, turns: 2, characters: 60 };

describe('splits', () => {
  const samples = Array.from({ length: 20 }, (_, number) => longMemEvalSample(number, SMALL));

  test('a file names positions; abstention questions are left out of validation and test unless asked for', async () => {
    const splitFile = write({ train: [0, 19, 2], val: [1], test: [9, 4] });
    const { splits, report } = await loadLongMemEval(write(samples), { ...options, splitFile });
    expect(splits).toEqual({ train: ['q0', 'q19_abs', 'q2'], validation: ['q1'], test: ['q4'] });
    expect(report.notes).toEqual(['1 abstention questions are left out of validation and test.']);
    const all = await loadLongMemEval(write(samples), { ...options, splitFile, asksAbstention: true });
    expect(all.splits.test).toEqual(['q9_abs', 'q4']);
  });

  test('without one they are drawn in the published proportions, each time the same', async () => {
    const { splits, report } = await loadLongMemEval(write(samples), { ...options, asksAbstention: true });
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([12, 4, 4]);
    expect(new Set([...splits.train, ...splits.validation, ...splits.test]).size).toBe(20);
    expect(report.notes[0]).toContain('No splits file was named');
    expect((await loadLongMemEval(write(samples), { ...options, asksAbstention: true })).splits).toEqual(
      splits,
    );
  });

  test.each([
    [{ train: [0, 25], test: [] }, 'train[1] is 25, but the data has 20 traces, from 0; correct it.'],
    [{ train: [0, 1], val: [1] }, 'val[0] is 1, which train has already; a trace belongs to one split only'],
    [{ train: ['q0'] }, 'train[0] does not fit the format'],
  ])('%j is refused', async (content, message) => {
    const splitFile = write(content);
    await expect(loadLongMemEval(write(samples), { ...options, splitFile })).rejects.toThrow(message);
  });

  test('a missing one is an error', async () => {
    const splitFile = join(folder, 'none.json');
    await expect(loadLongMemEval(write(samples), { ...options, splitFile })).rejects.toThrow(
      `There is no data file ${splitFile}; check the path.`,
    );
  });

  test('a trace of the training split under another id is found by its content', async () => {
    const copy = { ...(samples[3] as object), question_id: 'copy' };
    const splitFile = write({ train: [3], test: [20] });
    await expect(loadLongMemEval(write([...samples, copy]), { ...options, splitFile })).rejects.toThrow(
      'the trace copy of the test split has the same content as q3, which is in the training split',
    );
  });
});

test('JSON Lines are read as well', async () => {
  const [first, second] = await readAll(write(`${JSON.stringify(sample)}\n\n${JSON.stringify(other)}\r\n`));
  expect([first!.id, second!.id]).toEqual(['q1', 'q2_abs']);
  expect(second!.questions[0]).toMatchObject({ category: 7, isAbstention: true, evidence: ['S2:1'] });
});

test.each([
  ['2023/05/20 (Sat) 02:21', true],
  ['2023-05-20T02:21:00Z', true],
  ['2023/5/2', true],
  ['2023/02/30 (Sat) 02:21', false],
  ['20 May 2023', false],
  ['', false],
])('date %j', (text, isReadable) => {
  expect(isReadableDate(text)).toBe(isReadable);
});

describe('bad input is named with file and place', () => {
  async function said(content: unknown): Promise<string> {
    const file = write(content);
    const error: unknown = await loadLongMemEval(file, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toContain(file);
    return (error as AppError).message.replaceAll(file, 'FILE');
  }

  test.each([
    [
      'a cut file',
      JSON.stringify([sample]).slice(0, -40),
      /^The data file FILE is not whole JSON in UTF-8 .*fetch it again\.$/u,
    ],
    [
      'a cut line',
      `${JSON.stringify(sample)}\n{"question_id": `,
      /^In the data file FILE, line 2 is not whole JSON/u,
    ],
    ['an empty file', '  \n', 'In the data file FILE, the document is empty; name a data file.'],
    [
      'no JSON',
      'question,answer',
      'In the data file FILE, the document is no JSON array and no JSON Lines; name a data file.',
    ],
    [
      'an id twice',
      [sample, sample],
      'In the data file FILE, [1].question_id is q1, as at [0]; give each sample its own id.',
    ],
    [
      'empty sessions',
      [sample, { ...sample, question_id: 'q9', haystack_sessions: [[], []] }],
      'In the data file FILE, [1].haystack_sessions has no session with turns and a date; add one, or remove the sample.',
    ],
    [
      'a date that cannot be read',
      [{ ...sample, haystack_dates: ['tomorrow', ...sample.haystack_dates.slice(1)] }],
      'In the data file FILE, [0].haystack_dates[0] is "tomorrow", which is no date; write it as 2023/05/20 (Sat) 02:21.',
    ],
    [
      'a turn without a role',
      [{ ...sample, haystack_sessions: [[{ content: 'x' }]] }],
      /\[0\]\.haystack_sessions\[0\]\[0\]\.role does not fit the format/u,
    ],
    [
      'another benchmark',
      [{ sample_id: 'x', conversation: {}, qa: [] }],
      'The data file FILE is not in the format of LongMemEval: it looks like LoCoMo; set dataset (--dataset) to locomo.',
    ],
  ])('%s', async (_, content, message) => {
    const text = await said(content);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  test('a file that changes while it is in use', async () => {
    const file = write([sample], 'changing.json');
    const { source } = await loadLongMemEval(file, options);
    write([other, sample], 'changing.json');
    const reader = openTraces(source);
    await expect(reader.read('q1')).rejects.toThrow('was changed while it was in use');
    await reader.close();
  });
});

const measuredSchema = z.object({
  traces: z.number(),
  spans: z.number(),
  indexedMs: z.number(),
  peakMiB: z.number(),
});

test('265 MB take less than 400 MB of memory', { timeout: 240_000 }, () => {
  const file = join(folder, 'large.json');
  writeLongMemEval(file, PUBLISHED_SIZE);
  expect(statSync(file).size).toBeGreaterThan(260e6);
  const script = fileURLToPath(new URL('fixtures/measureLongMemEval.ts', import.meta.url));
  const text = execFileSync(process.execPath, [script, file], { encoding: 'utf8' });
  const measured = measuredSchema.parse(JSON.parse(text));
  expect(measured).toMatchObject({ traces: 500, spans: 25 * 48 });
  expect(measured.peakMiB).toBeLessThan(400e6 / 2 ** 20);
});
