import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunConfig, presetChanges, type PresetChange } from '../config/options.ts';
import type { RunConfig } from '../config/schema.ts';
import { CALL_ROLES, type CallRole } from '../contract/forecast.ts';
import { ControllerClient } from '../controller/workerClient.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import { CallBudget, NO_CAPS, type CallCosts } from '../engines/llm/callBudget.ts';
import type { ModelRole } from '../engines/llm/promptNotes.ts';
import { readingScript } from '../engines/llm/readingScript.ts';
import { MemoryReplyCache } from '../engines/llm/replyCache.ts';
import { openLocalEngines } from '../engines/openLocalEngines.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import { ScriptedLanguageModel } from '../models/scriptedLanguageModel.ts';
import { systemClock } from '../shared/clock.ts';
import { Workspace } from '../store/workspace.ts';
import { callsByRole } from '../training/callPlan.ts';
import { train } from '../training/trainingLoop.ts';
import type { Platform } from './platform.ts';
import { planOf } from './outlooks.ts';
import { recordRun } from './startRun.ts';

/** Calls by role. */
export type Calls = Readonly<Record<CallRole, number>>;

export interface BudgetBench {
  /** (a) All calls of a run with the reference's settings for the data set, by the plan (callPlan.ts). */
  readonly reference: Calls;
  /** Its first steps and the measurement after them: by the plan, counted as they run, and counted with caches (b). */
  readonly start: {
    readonly steps: number;
    readonly planned: Calls;
    readonly counted: Calls;
    readonly cached: Calls;
  };
  /** (c) A whole run with the budget preset: counted as it runs, and what was planned. */
  readonly budget: { readonly planned: Calls; readonly counted: Calls };
  readonly changes: readonly PresetChange[];
}

export interface BudgetBenchOptions {
  /** Options that name the data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Steps of (a) and (b) that are run. */
  readonly steps: number;
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly onStep: (label: string, done: number, total: number) => void;
}

/** Enough for every reply of a run of this length. */
const REPLIES_KEPT = 1e6;

function callsOf({ roles }: CallCosts): Calls {
  return {
    executor: roles.executor.calls,
    answerer: roles.answerer.calls,
    judge: roles.judge.calls,
    designer: roles.designer.calls,
  };
}

interface Counting {
  readonly config: RunConfig;
  readonly dataset: LoadedDataset;
  readonly label: string;
}

function meteredRoles(budget: CallBudget): Record<ModelRole, LanguageModel> {
  const model = new ScriptedLanguageModel(readingScript, { requestsKept: 1, contextTokens: 32_768 });
  const of = (role: ModelRole): LanguageModel => budget.meter(model, role);
  return { executor: of('executor'), answerer: of('answerer'), judge: of('judge'), designer: of('designer') };
}

/** Trains with a scripted model in every role, in this thread, and counts what it is asked. */
async function countRun({ config, dataset, label }: Counting, options: BudgetBenchOptions): Promise<Calls> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-budget-'));
  const clock = systemClock;
  const workspace = await Workspace.open(folder, { clock });
  const budget = new CallBudget({ caps: NO_CAPS, clock });
  const setup = { config, source: dataset.source };
  const engines = openLocalEngines(setup, {
    roles: meteredRoles(budget),
    embedder: null,
    replies: config.cachesReplies ? new MemoryReplyCache(REPLIES_KEPT) : null,
    onNote: () => undefined,
  });
  const controller = ControllerClient.start(options.platform.controllerWorker);
  try {
    const { embedderDimension } = engines;
    await controller.init({
      dims: { state: 2 * embedderDimension, skill: embedderDimension, hidden: config.hiddenDim },
      scorer: config.scorer,
      initialStream: [config.seed, 'controller'],
    });
    const run = recordRun({ workspace, clock }, { config, name: label, dataHash: dataset.fileHash });
    const total = config.outerEpochs * config.innerEpochs;
    let done = 0;
    await train(
      {
        runId: run.id,
        config,
        dataset,
        traces: dataset.traces.filter(({ id }) => dataset.splits.train.includes(id)),
        workspace,
        // Nobody looks at what is remembered.
        archive: { addEpisode: async () => undefined },
        engines,
        models: { costs: () => budget.snapshot(), notes: () => ({}) },
        controller,
        clock,
        replayWatch: null,
        report: () => undefined,
      },
      {
        isContinue: true,
        signal: options.signal,
        onStep: () => options.onStep(label, (done += 1), total),
      },
    );
    return callsOf(budget.snapshot());
  } finally {
    await Promise.all([engines.dispose(), controller.dispose()]);
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Counts the model calls of runs on a data set: with the reference's settings, the same with caches, and with the budget
 * preset. A run with the reference's settings takes about a million calls, so its first steps are run and counted, which
 * shows that the plan is right, and the plan gives the whole.
 */
export async function benchBudget(options: BudgetBenchOptions): Promise<BudgetBench> {
  const models = { ...options.data, engine: 'llm', designer: 'llm', review: 'auto', workers: 1 };
  const reference = parseRunConfig({ ...models, preset: 'reference' });
  const dataset = await loadDataset(reference, options.platform.sampleFile);
  const planned = async (config: RunConfig): Promise<Calls> => {
    const plan = await planOf(dataset, config, options.signal);
    return callsByRole(plan.upTo(plan.end));
  };
  const first = parseRunConfig({ ...reference, outerEpochs: 1, innerEpochs: options.steps });
  const budget = parseRunConfig({ ...models, preset: 'budget' });
  const count = (config: RunConfig, label: string): Promise<Calls> =>
    countRun({ config, dataset, label }, options);
  return {
    reference: await planned(reference),
    start: {
      steps: options.steps,
      planned: await planned(first),
      counted: await count(first, 'reference'),
      cached: await count(parseRunConfig({ ...first, cachesReplies: true }), 'reference with caches'),
    },
    budget: { planned: await planned(budget), counted: await count(budget, 'budget') },
    changes: presetChanges(budget),
  };
}

export function totalCalls(calls: Calls): number {
  return CALL_ROLES.reduce((sum, role) => sum + calls[role], 0);
}
