import { expect, test } from 'vitest';
import { createBuiltinAnswerer } from './answerer.ts';
import { readablePieces } from './rawText.ts';

const SPAN = [
  'DATE: 2:30 pm on 8 May, 2023',
  'CONVERSATION:',
  'Ana said, "I adopted a cat yesterday! Her name is Pepper."',
  'Ben said, "I painted the shed green last week."',
].join('\n');

test('a memory is read as it is', () => {
  expect(readablePieces('Ana: I adopted a cat (7 May 2023).')).toEqual([
    'Ana: I adopted a cat (7 May 2023).',
  ]);
});

test('a span is read sentence by sentence, with its date', () => {
  const pieces = readablePieces(SPAN);
  expect(pieces).toHaveLength(3);
  expect(pieces[0]).toMatch(/^Ana: I adopted a cat .*7 May 2023/u);
  expect(pieces[1]).toContain('Pepper');
  expect(pieces[2]).toMatch(/^Ben: I painted the shed green/u);
});

test('prose in one long line is read sentence by sentence', () => {
  const prose = Array.from(
    { length: 20 },
    (_, at) => `The ${at}th house of the street is painted in blue.`,
  ).join(' ');
  expect(readablePieces(prose)).toHaveLength(20);
});

test('the answerer finds the same in a span as in memories of it', async () => {
  const answer = (question: string, ...texts: string[]): Promise<string> =>
    createBuiltinAnswerer().answer({
      question,
      date: null,
      memories: texts.map((text, at) => ({ id: `s${at}`, text })),
    });
  for (const question of ['When did Ana adopt a cat?', 'What colour did Ben paint the shed?'])
    expect(await answer(question, SPAN)).toBe(await answer(question, ...readablePieces(SPAN)));
  expect(await answer('When did Ana adopt a cat?', SPAN)).toBe('7 May 2023');
});
