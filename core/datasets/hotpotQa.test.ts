import { describe, expect, test } from 'vitest';
import { memskillDataFile } from '../config/environment.ts';
import { AppError } from '../shared/errors.ts';
import { dataFolder } from './fixtures/dataFolder.ts';
import { type HotpotOptions, loadHotpotQa } from './hotpotQa.ts';
import type { SpanOptions } from './sessionSpans.ts';
import type { Trace } from './trace.ts';
import { openTraces } from './traceReader.ts';

const { write } = dataFolder('hotpotqa');
const spans: SpanOptions = { sessionMode: 'paragraph', chunkSize: 64, chunkOverlap: 8 };
const options: HotpotOptions = { spans, testFile: null, splitFile: null, documents: null, contextSeed: 42 };

/** Two documents about the question, and one about something else. */
function question(number: number): Record<string, unknown> {
  return {
    _id: `q${number}`,
    type: number % 2 === 0 ? 'bridge' : 'comparison',
    question: `Which river runs past the mill of village ${number}?`,
    answer: `River ${number}`,
    supporting_facts: [
      [`Mill ${number}`, 1],
      [`Village ${number}`, 0],
      [`Mill ${number}`, 9],
    ],
    context: [
      [`Village ${number}`, [`Village ${number} has a mill.`, ' It is small.']],
      [`Mill ${number}`, ['A mill.', ` It stands on River ${number}.`]],
      [`Hill ${number}`, [`Hill ${number} is high.`]],
    ],
  };
}
const FILE = Array.from({ length: 10 }, (_, number) => question(number));

async function readAll(content: unknown, given: Partial<HotpotOptions> = {}): Promise<Trace[]> {
  const { traces, source } = await loadHotpotQa(write(content), { ...options, ...given });
  const reader = openTraces(source);
  const read = await Promise.all(traces.map(({ id }) => reader.read(id)));
  await reader.close();
  return read;
}

/** Titles of the documents of a context, in order. */
function titles({ spans: documents }: Trace): string[] {
  return documents.map(({ text }) => /^Document \d+: (.*)\n/u.exec(text)?.[1] ?? text);
}

describe('the official form', () => {
  test('documents become a context, sentences its evidence', async () => {
    const [trace] = await readAll(FILE);
    expect(trace!.spans.map(({ text }) => text)).toEqual([
      'Document 1: Village 0\nVillage 0 has a mill. It is small.',
      'Document 2: Mill 0\nA mill. It stands on River 0.',
      'Document 3: Hill 0\nHill 0 is high.',
    ]);
    expect(trace!.questions).toEqual([
      {
        id: 'hotpotqa_q0_0',
        index: 0,
        text: 'Which river runs past the mill of village 0?',
        golds: ['River 0'],
        category: 1,
        evidence: ['Mill 0#1', 'Village 0#0'],
        date: null,
      },
    ]);
    const evidence = trace!.turns.filter(({ id }) => trace!.questions[0]!.evidence.includes(id));
    expect(evidence.map(({ text }) => text)).toEqual(['Village 0 has a mill.', 'It stands on River 0.']);
    expect(trace!.spans[1]!.turnIds).toEqual(['Mill 0#0', 'Mill 0#1']);
  });

  test('a fact that names no sentence is reported', async () => {
    const { report } = await loadHotpotQa(write(FILE), options);
    expect(report.unresolvedEvidenceIds).toHaveLength(10);
    expect(report.unresolvedEvidenceIds[0]).toEqual({ questionId: 'hotpotqa_q0_0', id: 'Mill 0#9' });
  });

  test('contexts are filled up to a size with documents of other questions, drawn by a seed', async () => {
    const contexts = await readAll(FILE, { documents: 12 });
    for (const [number, trace] of contexts.entries()) {
      expect(new Set(titles(trace)).size).toBe(12);
      for (const own of ['Village', 'Mill', 'Hill']) expect(titles(trace)).toContain(`${own} ${number}`);
      expect(trace.spans.flatMap(({ turnIds }) => turnIds)).toEqual(
        expect.arrayContaining([...trace.questions[0]!.evidence]),
      );
    }
    expect((await readAll(FILE, { documents: 12 })).map(titles)).toEqual(contexts.map(titles));
    expect((await readAll(FILE, { documents: 12, contextSeed: 7 })).map(titles)).not.toEqual(
      contexts.map(titles),
    );
    // Not the same place each time: the question's own documents do not stand together.
    expect(
      new Set(contexts.map((trace, number) => titles(trace).indexOf(`Mill ${number}`))).size,
    ).toBeGreaterThan(3);
  });

  test('where there is room for fewer, those with the facts stay', async () => {
    const [trace] = await readAll(FILE, { documents: 2 });
    expect(titles(trace!).toSorted()).toEqual(['Mill 0', 'Village 0']);
  });

  test('more documents than there are', async () => {
    await expect(readAll(FILE, { documents: 31 })).rejects.toThrow(
      /contextDocuments \(--context-documents\) is 31, but .* has only 30 different documents; ask for fewer/u,
    );
  });
});

describe('the long-context form', () => {
  const long = [
    {
      context: 'Document 1:\nA mill.\n\nDocument 2:\nA river.',
      input: 'Which one?',
      answers: ['river', 'the river'],
      num_docs: 2,
      index: 0,
    },
    { context: 'Document 1: A hill.', input: '', answers: ['hill'], index: 1 },
    { context: 'Document 1: A hill.', input: 'What is it?', answers: 'hill', index: 2 },
  ];

  test('documents by their markers; entries without a question are left out', async () => {
    const [first, second, ...others] = await readAll(long);
    expect(others).toEqual([]);
    expect(first!.id).toBe('hotpotqa_0');
    expect(first!.spans.map(({ text, turnIds }) => [text, turnIds])).toEqual([
      ['Document 1:\nA mill.', ['d1']],
      ['Document 2:\nA river.', ['d2']],
    ]);
    expect(first!.questions[0]!.golds).toEqual(['river', 'the river']);
    expect(second!.questions[0]).toMatchObject({ id: 'hotpotqa_2_0', golds: ['hill'], category: 3 });
    const { report } = await loadHotpotQa(write(long), options);
    expect(report.notes).toContain('1 entries without a question or an answer are left out.');
  });

  test('a test file is the test split, also where it numbers its questions alike', async () => {
    const testFile = write([{ ...long[0], input: 'Which other one?' }]);
    const file = write(long);
    const { splits, traces, source } = await loadHotpotQa(file, { ...options, testFile });
    expect(splits).toEqual({
      train: ['hotpotqa_0', 'hotpotqa_2'],
      validation: [],
      test: ['hotpotqa_0@test'],
    });
    expect(traces[2]!.questions[0]!.id).toBe('hotpotqa_0@test_0');
    const reader = openTraces(source);
    expect((await reader.read('hotpotqa_0@test')).questions[0]).toMatchObject({
      id: 'hotpotqa_0@test_0',
      text: 'Which other one?',
    });
    await reader.close();
  });

  test('a question of the training file is refused in the test file', async () => {
    const testFile = write([{ ...long[0], index: 77, context: 'Document 1: other documents' }]);
    await expect(loadHotpotQa(write(long), { ...options, testFile })).rejects.toThrow(
      'the trace hotpotqa_77 of the test split has the same content as hotpotqa_0, which is in the training split',
    );
  });

  test('contexts that are whole are not filled up', async () => {
    await expect(readAll(long, { documents: 50 })).rejects.toThrow('are whole already; leave it out');
  });
});

test('turns are for conversations', async () => {
  await expect(readAll(FILE, { spans: { ...spans, sessionMode: 'turn' } })).rejects.toThrow(
    'HotpotQA has documents and no turns',
  );
});

describe('bad input', () => {
  test.each([
    [
      'a mixture',
      [question(0), { context: 'x', input: 'y', answers: ['z'] }],
      '[1] is in the other form of HotpotQA',
    ],
    ['an id twice', [question(0), question(0)], '[1]._id is that of hotpotqa_q0, as in entry 0'],
    [
      'a document without sentences',
      [{ ...question(0), context: [['Mill']] }],
      '[0].context[0] does not fit',
    ],
    ['no text', [{ ...question(0), context: [['Mill', [' ']]] }], '[0].context has no text'],
    [
      'an empty answer',
      [{ ...question(0), answer: ' ' }],
      '[0].answer does not fit the format (must not be empty)',
    ],
    [
      'another benchmark',
      [{ question_id: 'q', haystack_sessions: [] }],
      'it looks like LongMemEval; set dataset (--dataset) to longmemeval.',
    ],
  ])('%s', async (_, content, message) => {
    const error: unknown = await loadHotpotQa(write(content), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toContain(message);
  });
});

const real = memskillDataFile('hotpotqa-distractor-60.json');

describe.skipIf(real === null)('the published questions (needs MEMSKILL_DATA)', () => {
  test('60 questions, every fact found, contexts of 50 documents', async () => {
    const { traces, report, source, categories } = await loadHotpotQa(real!, { ...options, documents: 50 });
    expect(traces).toHaveLength(60);
    expect(report).toMatchObject({ unresolvedEvidenceIds: [], questionsWithoutEvidence: 0 });
    const counts = Map.groupBy(traces, ({ questions }) => categories[questions[0]!.category]);
    expect([...counts.keys()].toSorted()).toEqual(['bridge', 'comparison']);
    const reader = openTraces(source);
    const trace = await reader.read(traces[59]!.id);
    expect(trace.spans).toHaveLength(50);
    await reader.close();
  });
});
