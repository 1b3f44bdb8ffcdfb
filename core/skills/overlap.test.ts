import { expect, test } from 'vitest';
import { skillOverlap } from './overlap.ts';
import { skillText } from './skillText.ts';

/** Counts of the letters a, b and c: similarities one can work out by hand. */
const embedder = {
  embed: async (texts: readonly string[]) =>
    texts.map((text) => Float32Array.from(['a', 'b', 'c'].map((letter) => text.split(letter).length - 1))),
};
const skill = (name: string, description: string, instruction = '') => ({ name, description, instruction });

test('existing skills by cosine, nearest first, ties by name, without the skill itself', async () => {
  const skills = [skill('z', 'ab'), skill('own', 'a'), skill('y', 'b'), skill('x', 'ab'), skill('none', 'q')];
  expect(await skillOverlap(embedder, skills, skill('own', 'a'), { mode: 'full' })).toEqual([
    { name: 'x', similarity: expect.closeTo(Math.SQRT1_2, 12) as unknown },
    { name: 'z', similarity: expect.closeTo(Math.SQRT1_2, 12) as unknown },
    { name: 'none', similarity: 0 },
    { name: 'y', similarity: 0 },
  ]);
});

test('15.2#39 the instruction counts in full mode and is invisible in reference mode', async () => {
  const existing = [skill('other', 'a', 'b')];
  const similarity = async (mode: 'full' | 'reference', instruction: string): Promise<number> =>
    (await skillOverlap(embedder, existing, skill('new', 'a', instruction), { mode }))[0]!.similarity;
  expect(await similarity('reference', 'ccc')).toBe(1);
  expect(await similarity('full', 'b')).toBeCloseTo(1, 12);
  expect(await similarity('full', 'c')).toBeCloseTo(0.5, 12);
  expect(skillText({ description: 'd', instruction: 'i' }, 'full')).toBe('d\n\ni');
  expect(skillText({ description: 'd', instruction: 'i' }, 'reference')).toBe('d');
});
