import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, describe, test } from 'vitest';
import { z } from 'zod';
import { parseRunConfig } from '../config/options.ts';
import { loadDataset, type DatasetOptions } from './dataset.ts';
import { splitSelection } from './selectionSplit.ts';
import { openTraces } from './traceReader.ts';

const SAMPLE_FILE = fileURLToPath(new URL('../../resources/samples/conversations.json', import.meta.url));
const options: DatasetOptions = parseRunConfig({});

test('the sample takes no file and locomo needs one', async () => {
  await expect(loadDataset({ ...options, data: 'mine.json' }, SAMPLE_FILE)).rejects.toThrow(
    'The bundled sample takes no data file, but data is mine.json; set dataset to the format of that file.',
  );
  await expect(loadDataset({ ...options, dataset: 'locomo' }, SAMPLE_FILE)).rejects.toThrow(
    'The data set locomo needs its file; set data to its path.',
  );
});

test('locomo reads the file it is given, with the published splits', async () => {
  const dataset = await loadDataset({ ...options, dataset: 'locomo', data: SAMPLE_FILE }, '/not/read.json');
  expect(dataset.name).toBe('locomo');
  expect(dataset.splits).toEqual({ train: ['sample-1', 'sample-2', 'sample-3'], validation: [], test: [] });
});

describe('the bundled sample', async () => {
  const loaded = await loadDataset(options, SAMPLE_FILE);
  const { name, splits, report } = loaded;
  const reader = openTraces(loaded.source);
  const traces = await Promise.all(loaded.traces.map(({ id }) => reader.read(id)));

  test('two conversations train, one validates', () => {
    expect(name).toBe('sample');
    expect(splits).toEqual({ train: ['sample-1', 'sample-2'], validation: ['sample-3'], test: [] });
  });

  test('every evidence id resolves as written', () => {
    expect(report).toEqual({
      adversarialQuestions: 6,
      compoundEvidenceIds: 0,
      unresolvedEvidenceIds: [],
      questionsWithoutEvidence: 0,
      notes: [],
    });
  });

  test('ten sessions of 12 to 18 turns, two speakers, dates that go forward', () => {
    for (const trace of traces) {
      expect(trace.spans).toHaveLength(10);
      for (const span of trace.spans) {
        expect(span.turnIds.length).toBeGreaterThanOrEqual(12);
        expect(span.turnIds.length).toBeLessThanOrEqual(18);
        expect(span.date).toMatch(/^\d{1,2}:\d{2} [ap]m on \d{1,2} [A-Z][a-z]+, 20\d{2}$/u);
      }
      const times = trace.spans.map(({ date }) => Date.parse(date!.replace(/^.* on /u, '')));
      expect(times).toEqual(times.toSorted((left, right) => left - right));
      expect(new Set(trace.turns.map(({ speaker }) => speaker)).size).toBe(2);
    }
  });

  test('25 questions each, of every category', () => {
    const schema = z.array(z.object({ qa: z.array(z.object({ category: z.number() })) }));
    const counts = schema
      .parse(JSON.parse(readFileSync(SAMPLE_FILE, 'utf8')))
      .map(({ qa }) =>
        [1, 2, 3, 4, 5].map((wanted) => qa.filter(({ category }) => category === wanted).length),
      );
    expect(counts).toEqual([
      [6, 8, 2, 7, 2],
      [5, 9, 2, 7, 2],
      [4, 9, 2, 8, 2],
    ]);
  });

  test('a single-hop answer stands in its evidence, word for word', () => {
    for (const trace of traces)
      for (const { category, golds, evidence } of trace.questions) {
        if (category !== 4) continue;
        const turns = trace.turns.filter(({ id }) => evidence.includes(id));
        const words = new Set(turns.flatMap(({ text }) => text.toLowerCase().match(/[\p{L}\d]+/gu) ?? []));
        const missing = (golds[0]!.toLowerCase().match(/[\p{L}\d]+/gu) ?? []).filter(
          (word) => !words.has(word),
        );
        expect(missing, golds[0]).toEqual([]);
      }
  });

  test('a temporal answer is a day, a month, or a week counted from the day of its evidence', () => {
    for (const trace of traces)
      for (const { category, golds, evidence } of trace.questions) {
        if (category !== 2) continue;
        const match =
          /^(?:(?:the week|the weekend|(?:two|three) weeks) before (?<from>\d{1,2} [A-Z][a-z]+ \d{4})|(?:\d{1,2} )?[A-Z][a-z]+ \d{4})$/u.exec(
            golds[0]!,
          );
        expect(match, golds[0]).not.toBeNull();
        const from = match?.groups?.['from'];
        if (from === undefined) continue;
        const dates = trace.turns.filter(({ id }) => evidence.includes(id)).map(({ date }) => date);
        expect(dates.map((date) => date!.replace(/^.* on /u, '').replace(',', ''))).toContain(from);
      }
  });

  test('each training conversation gives questions to training and to selection', () => {
    for (const { training, selection } of splitSelection(traces).values()) {
      expect([training.length, selection.length]).toEqual([19, 4]);
    }
  });
});
