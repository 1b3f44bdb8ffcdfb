import { expect, onTestFinished, test } from 'vitest';
import { SpanSearch, type SearchableText } from './spanSearch.ts';

const text = (id: string, words: string, ...vector: number[]): SearchableText => ({
  id,
  text: words,
  vector: Float32Array.from(vector),
});

async function opened(texts: readonly SearchableText[]): Promise<SpanSearch> {
  const search = await SpanSearch.open(texts);
  onTestFinished(() => search.close());
  return search;
}

const TEXTS = [
  text('s0', 'The boat left the harbour at noon.', 1, 0),
  text('s1', 'Boats need paint, and the boat shed has none.', 0, 1),
  text('s2', 'Tea was served.', 1, 1),
];

test('words are found by their stems, the more the better, and nothing else', async () => {
  const search = await opened(TEXTS);
  const found = await search.byWords('Which boats are in the boat shed?', 5);
  expect(found.map(({ id }) => id)).toEqual(['s1', 's0']);
  expect(found[0]!.similarity).toBeGreaterThan(found[1]!.similarity);
  expect(await search.byWords('submarine', 5)).toEqual([]);
});

test('a question is words, whatever signs it has', async () => {
  const search = await opened(TEXTS);
  for (const query of ['"tea', 'tea AND (', "tea's: +[-]? ~", 'tea^2 \\'])
    expect((await search.byWords(query, 5)).map(({ id }) => id)).toContain('s2');
  expect(await search.byWords('???', 5)).toEqual([]);
});

test('vectors are ranked by cosine, and ties by the order of the texts', async () => {
  const search = await opened([...TEXTS, text('s3', 'Another one.', 2, 2)]);
  const found = await search.byVector(Float32Array.of(1, 0), 3);
  expect(found.map(({ id }) => id)).toEqual(['s0', 's2', 's3']);
  expect(found[0]!.similarity).toBeCloseTo(1, 6);
  expect(found[1]!.similarity).toBeCloseTo(Math.SQRT1_2, 6);
});

test('no text is refused', async () => {
  await expect(SpanSearch.open([])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
