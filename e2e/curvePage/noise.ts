import type { RunEvent } from '../../core/contract/run.ts';
import { createRng } from '../../core/shared/rng.ts';

/** A run that nobody could train: rewards of noise, in which a few single steps stand out. */

export const STEP_COUNT = 1_000_000;
export const STEPS_PER_STAGE = 10_000;
const SPIKES = 50;
const EVENTS = 400;
const LEVEL = 0.4;
const NOISE = 0.05;

export function noise(count: number): Float64Array {
  const rng = createRng(1, 'curves');
  const rewards = Float64Array.from({ length: count }, () => LEVEL + NOISE * rng.normal());
  for (let spike = 0; spike < SPIKES; spike += 1) rewards[rng.int(count)] = spike % 2;
  return rewards;
}

export const STAGES = Array.from({ length: STEP_COUNT / STEPS_PER_STAGE }, (_, stage) => ({
  stage,
  reward: LEVEL,
  selectionScore: LEVEL,
  bankVersion: stage,
  action: 'continue',
}));

export const EVENTS_OF_RUN: readonly RunEvent[] = Array.from({ length: EVENTS }, (_, at) => ({
  id: String(at),
  kind: 'proposal',
  step: Math.round((at / EVENTS) * STEP_COUNT),
  stage: null,
  atMs: at,
  text: `Proposal ${at}.`,
  proposalId: String(at),
  bankVersion: null,
}));
