import type { RunConfig } from '../config/schema.ts';
import type { BankController, BankEvaluations } from '../contract/bankExchange.ts';
import type { Skill } from '../contract/skill.ts';
import type { Engines } from '../engines/engines.ts';
import { replayChange, type ReplayMeasurement } from '../evolution/replay.ts';
import { seedSkills } from '../skills/seeds.ts';
import { EpisodeReplayRunner } from '../training/episodeReplayRunner.ts';
import { decodeController, refuseOtherEmbedder } from './bankController.ts';
import { selectionOf, tracesOf } from './bankEvaluations.ts';

/** Asks the cases of a bank file again: once with the seed skills alone, once with its bank, on the same spans and seed. */

export interface ProofInput {
  readonly skills: readonly Skill[];
  readonly evaluations: BankEvaluations;
  /** Selects on both sides where it is given; else skills are selected as the configuration says. */
  readonly controller: BankController | null;
  /** Opened on the traces of the evaluations. */
  readonly engines: Engines;
  readonly config: RunConfig;
  readonly fileName: string;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** @throws AppError CONFLICT for a controller of another embedder; CANCELLED; whatever an engine throws. */
export async function proveBank(input: ProofInput): Promise<ReplayMeasurement> {
  const { skills, evaluations, controller, engines, config, fileName, signal } = input;
  if (controller !== null) {
    refuseOtherEmbedder(controller, engines);
    await engines.setPolicy(decodeController(controller, fileName));
  }
  const traces = tracesOf(evaluations);
  const known = new Set(traces.map(({ id }) => id));
  const { affected, guard } = selectionOf(evaluations);
  const hasTrace = ({ traceId }: { readonly traceId: string }): boolean => known.has(traceId);
  return replayChange({
    runner: new EpisodeReplayRunner({ engines, config }),
    changes: [],
    oldSkills: seedSkills({ skipNoop: skills.every(({ type }) => type !== 'noop') }),
    newSkills: skills,
    selection: { affected: affected.filter(hasTrace), guard: guard.filter(hasTrace) },
    seed: evaluations.seed,
    onProgress: input.onProgress,
    signal,
  });
}
