import type { RunConfig } from '../config/schema.ts';
import type { Skill } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { cosine } from '../shared/vectors.ts';
import { skillText } from './skillText.ts';

/** The part of an `Embedder` (core/memory, a folder of the same layer) that is needed here. */
export interface TextEmbedder {
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

export interface SkillOverlap {
  readonly name: string;
  /** Cosine in [-1, 1]; 0 when either text has no tokens. */
  readonly similarity: number;
}

export interface OverlapOptions {
  readonly mode: RunConfig['skillText'];
  readonly signal?: AbortSignal;
}

type SkillLike = Pick<Skill, 'name' | 'description' | 'instruction'>;

/**
 * How near the proposed text is to each existing skill, nearest first, ties by name. The skill of the same name is
 * left out: a refinement is always near to what it refines.
 */
export async function skillOverlap(
  embedder: TextEmbedder,
  skills: readonly SkillLike[],
  proposed: SkillLike,
  { mode, signal }: OverlapOptions,
): Promise<SkillOverlap[]> {
  const others = skills.filter(({ name }) => name !== proposed.name);
  const texts = [proposed, ...others].map((skill) => skillText(skill, mode));
  const [own, ...vectors] = await embedder.embed(texts, signal);
  const query = required(own, "the proposed skill's vector");
  return others
    .map(({ name }, index) => ({
      name,
      similarity: cosine(query, required(vectors[index], `vector of ${name}`)),
    }))
    .sort((a, b) => b.similarity - a.similarity || (a.name < b.name ? -1 : 1));
}
