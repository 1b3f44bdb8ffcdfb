import type { CallName } from '../contract/calls.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { ActiveRuns } from './activeRuns.ts';
import type { ActiveEvaluations } from './evaluation/activeEvaluations.ts';
import { createApplicationHandlers } from './handlers/applicationHandlers.ts';
import { createBankHandlers } from './handlers/bankHandlers.ts';
import { createCaseHandlers } from './handlers/caseHandlers.ts';
import { createDatasetHandlers } from './handlers/datasetHandlers.ts';
import { createEvaluationHandlers } from './handlers/evaluationHandlers.ts';
import type { ActiveExperiments } from './experiments/activeExperiments.ts';
import { createExperimentHandlers } from './handlers/experimentHandlers.ts';
import { createMemoryHandlers } from './handlers/memoryHandlers.ts';
import { createModelHandlers } from './handlers/modelHandlers.ts';
import { createReviewHandlers } from './handlers/reviewHandlers.ts';
import { createRunHandlers } from './handlers/runHandlers.ts';
import { createWorkspaceHandlers } from './handlers/workspaceHandlers.ts';
import type { LiveMemoryService } from './memory/liveMemoryService.ts';
import type { ModelLibrary } from './modelLibrary.ts';
import type { StudioParts } from './openTraining.ts';

type CallsOf<Domain extends string> = Extract<CallName, `${Domain}.${string}`>;

/** The handlers of the calls of one or more domains. */
export type HandlersOf<Domain extends string> = Pick<Handlers, CallsOf<Domain>>;

export interface HandlerSetup {
  readonly parts: StudioParts;
  readonly active: ActiveRuns;
  readonly models: ModelLibrary;
  readonly memory: LiveMemoryService;
  readonly evaluations: ActiveEvaluations;
  readonly experiments: ActiveExperiments;
  readonly onProof: (done: number, total: number) => void;
  /** Null: the workspace is not given up. */
  readonly onYield: (() => void) | null;
}

/** One thin function for each call of the contract. */
export function createHandlers({
  parts,
  active,
  models,
  memory,
  evaluations,
  experiments,
  onProof,
  onYield,
}: HandlerSetup): Handlers {
  return {
    ...createApplicationHandlers(parts, active),
    ...createWorkspaceHandlers(parts, onYield),
    ...createDatasetHandlers(parts),
    ...createRunHandlers(parts, active),
    ...createCaseHandlers(parts, active),
    ...createReviewHandlers(parts, active),
    ...createBankHandlers(parts, active, onProof),
    ...createModelHandlers(models, { parts, active, work: models.work }),
    ...createMemoryHandlers(memory),
    ...createEvaluationHandlers(parts, evaluations),
    ...createExperimentHandlers(parts, experiments),
  };
}
