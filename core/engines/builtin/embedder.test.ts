import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBuiltinEmbedder } from './embedder.ts';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const embed = async (...texts: string[]): Promise<Float32Array[]> => createBuiltinEmbedder().embed(texts);

async function ranking(question: string, memories: string[]): Promise<string[]> {
  const [query, ...vectors] = await embed(question, ...memories);
  return memories
    .map((memory, i) => ({ memory, similarity: dot(query!, vectors[i]!) }))
    .sort((a, b) => b.similarity - a.similarity)
    .map(({ memory }) => memory);
}

describe('vectors', () => {
  test('have 384 dimensions and unit length; a text without words gives zero', async () => {
    const [text, none] = await embed('A heron stood in the river.', ' ...! ');
    expect(text).toHaveLength(384);
    expect(dot(text!, text!)).toBeCloseTo(1, 5);
    expect(none!.every((value) => value === 0)).toBe(true);
  });

  test('law: any text gives finite numbers of length 0 or 1, the same in any batch and any instance', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 4 }),
        async (texts) => {
          const together = await embed(...texts);
          for (const [i, text] of texts.entries()) {
            const [alone] = await embed(text);
            expect(alone).toEqual(together[i]);
            const length = Math.sqrt(dot(alone!, alone!));
            expect(Math.min(length, Math.abs(1 - length))).toBeLessThan(1e-5);
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  test('a caller may change its vector without changing the next answer', async () => {
    const embedder = createBuiltinEmbedder();
    const [first] = await embedder.embed(['a red kite']);
    const before = [...first!];
    first!.fill(0);
    const [second] = await embedder.embed(['a red kite']);
    expect([...second!]).toEqual(before);
  });
});

describe('retrieval', () => {
  const memories = [
    'Ines: I went to a beekeeping course in the week before 3 March 2024.',
    'Tom: My daughter keeps two ferrets in the shed.',
    'Ines: Great!',
    'Ines: I am tired of all the rain.',
    'Tom: We bought a canoe for the summer.',
  ];

  test.each([
    ['When did Ines go to the beekeeping course?', 0],
    ["What animals does Tom's daughter keep?", 1],
    ['What did Tom buy for the summer?', 4],
  ])('%s', async (question, best) => expect((await ranking(question, memories))[0]).toBe(memories[best]));

  test('a memory that is little more than a name is not close to every question about the person', async () => {
    expect((await ranking('What did Ines think of the course?', memories))[0]).not.toBe('Ines: Great!');
  });

  test('an everyday topic is closer to its members than to other words', async () => {
    const [topic, member, other] = await embed('Which pets are there?', 'a hamster', 'a lamp post');
    expect(dot(topic!, member!)).toBeGreaterThan(dot(topic!, other!));
  });
});

test('an aborted signal stops it', async () => {
  await expect(createBuiltinEmbedder().embed(['x'], AbortSignal.abort())).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});
