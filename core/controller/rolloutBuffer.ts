import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import type { ControllerDims } from './weights.ts';

/** One span of an episode as the policy saw it, and what came of it. */
export interface Transition {
  /** Length `dims.state`. */
  readonly state: Float32Array;
  /** The candidates in the order of the policy's logits; keys of the buffer's `skills`. */
  readonly skillIds: readonly string[];
  /** For each candidate, whether the exploration bias favoured it. */
  readonly isNew: readonly boolean[];
  /** Indices of the selected candidates in selected order. */
  readonly action: readonly number[];
  /** Joint log-probability of the ordered selection, with the bias in force. */
  readonly logProb: number;
  readonly value: number;
  readonly reward: number;
  /** True for the last span of the episode. */
  readonly done: boolean;
}

/** What one update learns from. Nothing in it refers to the live bank, so later edits cannot change it (reference 6.1). */
export interface RolloutBuffer {
  /** In a fixed order (by episode index), never in that of completion. */
  readonly episodes: readonly (readonly Transition[])[];
  /** Embeddings of length `dims.skill` of all candidates, given once. */
  readonly skills: Readonly<Record<string, Float32Array>>;
}

/** Throws INVALID_INPUT that names the episode and step of the first impossible value. */
export function checkBuffer({ episodes, skills }: RolloutBuffer, dims: ControllerDims): void {
  for (const [id, embedding] of Object.entries(skills))
    if (embedding.length !== dims.skill || !embedding.every(Number.isFinite))
      refuse(`the embedding of skill ${id}`, `${dims.skill} finite numbers`);
  episodes.forEach((episode, e) =>
    episode.forEach((transition, t) =>
      checkTransition(transition, { skills, dims, at: `episodes[${e}][${t}]` }),
    ),
  );
}

function checkTransition(
  { state, skillIds, isNew, action, logProb, value, reward }: Transition,
  { skills, dims, at }: { skills: RolloutBuffer['skills']; dims: ControllerDims; at: string },
): void {
  if (state.length !== dims.state || !state.every(Number.isFinite))
    refuse(`${at}.state`, `${dims.state} finite numbers`);
  const unknown = skillIds.find((id) => !Object.hasOwn(skills, id));
  if (unknown !== undefined) refuse(`${at}.skillIds (${unknown})`, 'ids of skills whose embedding is given');
  if (isNew.length !== skillIds.length) refuse(`${at}.isNew`, 'one flag for each candidate');
  const isIndex = (index: number): boolean =>
    Number.isInteger(index) && index >= 0 && index < skillIds.length;
  if (action.length === 0 || !action.every(isIndex) || new Set(action).size !== action.length)
    refuse(`${at}.action (${action.join(', ')})`, 'distinct indices of candidates, at least one');
  for (const [name, number] of Object.entries({ logProb, value, reward }))
    if (!Number.isFinite(number)) refuse(`${at}.${name} (${number})`, 'a finite number');
}

function refuse(what: string, expected: string): never {
  throw new AppError('INVALID_INPUT', `In the rollout buffer ${what} must be ${expected}.`);
}

/** All embeddings as one row-major [S, skillDim] array, with the row of each id, in the order of sorted ids. */
export function stackSkills(
  skills: RolloutBuffer['skills'],
  dimension: number,
): { rows: ReadonlyMap<string, number>; data: Float32Array } {
  const ids = Object.keys(skills).sort();
  const data = new Float32Array(ids.length * dimension);
  ids.forEach((id, row) => {
    data.set(required(skills[id], `embedding of ${id}`), row * dimension);
  });
  return { rows: new Map(ids.map((id, row) => [id, row])), data };
}
