import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { trainResultSchema } from '../contract/run.ts';
import { here, newFolder, removeFolder } from './testProcess.ts';

// The two benchmarks of one question a trace, from their files through training to an evaluation that has baselines.

const { document } = here;
const SHORT = '--outer-epochs 1 --inner-epochs 2 --batch-size 2 --hidden-dim 16 --review auto'.split(' ');
const SPLITS = { train: [0, 1, 2, 3, 4, 5, 6, 7, 8], val: [9, 10, 11], test: [12, 13, 14] };
const TRACES = 15;
const PLANTS = ['quince', 'medlar', 'mulberry', 'damson', 'sloe'] as const;
const plant = (number: number): string => PLANTS[number % PLANTS.length] ?? '';

let folder = '';
beforeAll(() => {
  folder = newFolder();
});
afterAll(() => removeFolder(folder));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Every fifth asks for what was never said. */
function chatHistory(_: unknown, number: number): Record<string, unknown> {
  const isUnanswerable = number % 5 === 4;
  return {
    question_id: `history${number}${isUnanswerable ? '_abs' : ''}`,
    question_type: 'single-session-user',
    question: isUnanswerable ? 'Which boat did I buy?' : 'What did I plant behind the shed?',
    answer: isUnanswerable ? 'You did not mention a boat.' : `a ${plant(number)}`,
    question_date: '2023/05/30 (Tue) 23:40',
    haystack_dates: ['2023/05/20 (Sat) 02:21', '2023/05/21 (Sun) 10:00'],
    haystack_session_ids: ['garden', 'kitchen'],
    answer_session_ids: isUnanswerable ? [] : ['garden'],
    haystack_sessions: [
      [
        { role: 'user', content: `I planted a ${plant(number)} behind the shed.`, has_answer: true },
        { role: 'assistant', content: 'It will like the shade.' },
      ],
      [
        { role: 'user', content: `I baked ${number + 2} loaves of rye bread.` },
        { role: 'assistant', content: 'They keep for a week.' },
      ],
    ],
  };
}

function village(_: unknown, number: number): Record<string, unknown> {
  return {
    _id: `village${number}`,
    type: 'bridge',
    question: `Which tree stands beside the mill of Village ${number}?`,
    answer: plant(number),
    supporting_facts: [[`Mill ${number}`, 0]],
    context: [
      [`Mill ${number}`, [`A ${plant(number)} stands beside the mill of Village ${number}.`, ' It is old.']],
      [`Hill ${number}`, [`The hill of Village ${number} is high.`]],
    ],
  };
}

const evaluationSchema = z.looseObject({
  questions: z.number(),
  f1: z.number(),
  exactMatch: z.number(),
  evidenceRecall: z.number(),
  baselines: z.array(z.looseObject({ name: z.string(), f1: z.number() })),
});

test.each([
  { dataset: 'longmemeval', entry: chatHistory, abstention: ['--asks-abstention'] },
  { dataset: 'hotpotqa', entry: village, abstention: [] },
])('$dataset is trained on and evaluated', { timeout: 180_000 }, async ({ dataset, entry, abstention }) => {
  const workspace = ['--workspace', join(folder, dataset)];
  const file = write(`${dataset}.json`, Array.from({ length: TRACES }, entry));
  const trained = await document(
    trainResultSchema,
    ...['train', '--dataset', dataset, '--data', file, '--split-file', write('splits.json', SPLITS)],
    ...SHORT,
    ...workspace,
  );
  expect(trained).toMatchObject({ status: 'finished' });
  const evaluate = (...options: string[]) =>
    document(evaluationSchema, 'eval', '--run', trained.run, ...options, ...workspace);
  const test = await evaluate('--split', 'test', '--baseline', 'no-memory', '--baseline', 'bm25');
  expect(test.questions).toBeGreaterThan(0);
  expect(test.evidenceRecall).toBeGreaterThan(0.5);
  expect(test.baselines.map(({ name }) => name)).toEqual(['no memory', 'plain retrieval by words (BM25)']);
  expect(test.f1).toBeGreaterThan(test.baselines[0]?.f1 ?? 1);
  if (abstention.length > 0) {
    const all = await evaluate('--split', 'test', ...abstention);
    expect([test.questions, all.questions]).toEqual([2, 3]);
  }
});
