import { setImmediate } from 'node:timers/promises';
import { presetChanges, parseRunConfig } from '../config/options.ts';
import { fillAssignedModels, usesLanguageModels } from '../config/modelOptions.ts';
import { presetOf } from '../config/presets.ts';
import type { RunConfig } from '../config/schema.ts';
import type { CallOutput } from '../contract/calls.ts';
import type { CallRole, RunOutlook } from '../contract/forecast.ts';
import type { Run } from '../contract/run.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import { openTraces } from '../datasets/traceReader.ts';
import { noCosts, type CallCosts } from '../engines/llm/callBudget.ts';
import { throwIfAborted } from '../shared/errors.ts';
import { promptNoteSentences } from '../training/promptNotes.ts';
import { forecastCalls, type ModelSpeed, type RunSoFar } from '../training/callForecast.ts';
import { CallPlan, traceText, type TraceText } from '../training/callPlan.ts';
import { parseRunState } from '../training/runState.ts';
import { chatModelsOf } from './models/modelPlacement.ts';
import { modelWarnings } from './models/modelWarnings.ts';
import { configOf, type StudioParts } from './openTraining.ts';

const SECONDS_PER_HOUR = 3600;
/** Plans of runs that were looked at while they rest; data sets are read again for others. */
const PLANS_KEPT = 8;

function speedOf({ workspace }: Pick<StudioParts, 'workspace'>, modelId: string): ModelSpeed | null {
  const test = workspace.models.get(modelId)?.test ?? null;
  const prompt = test?.promptTokensPerSecond ?? 0;
  const generated = test?.generatedTokensPerSecond ?? 0;
  return prompt > 0 && generated > 0 ? { prompt, generated } : null;
}

/** Of the models that play the roles of a configuration. */
export function speedsOf(
  parts: Pick<StudioParts, 'workspace'>,
  config: RunConfig,
): Record<CallRole, ModelSpeed | null> {
  const none = { executor: null, answerer: null, judge: null, designer: null };
  const measured = chatModelsOf(config).map(({ role, id }) => [role, speedOf(parts, id)] as const);
  return { ...none, ...Object.fromEntries(measured) };
}

/** As many traces are read for their spans; of a large data set the others are taken to be like them. */
const READ_TRACES = 12;

/** Of these traces; of some of them, where the data set is large. */
export async function textsOf(
  { source, traces }: LoadedDataset,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, TraceText>> {
  if (source.kind === 'held')
    return new Map(
      source.traces.filter(({ id }) => ids.includes(id)).map((trace) => [trace.id, traceText(trace)]),
    );
  const step = Math.max(1, Math.ceil(ids.length / READ_TRACES));
  const chosen = traces.filter(({ id }) => ids.includes(id)).filter((_, at) => at % step === 0);
  const reader = openTraces(source);
  try {
    const texts = new Map<string, TraceText>();
    for (const { id } of chosen) {
      throwIfAborted(signal);
      texts.set(id, traceText(await reader.read(id)));
      // Cutting a long trace takes a while, and this may be a shell.
      await setImmediate();
    }
    return texts;
  } finally {
    await reader.close();
  }
}

/** The plan of a run on a data set. */
export async function planOf(
  dataset: LoadedDataset,
  config: RunConfig,
  signal?: AbortSignal,
): Promise<CallPlan> {
  const { traces, splits } = dataset;
  const texts = await textsOf(dataset, splits.train, signal);
  const trained = new Set(splits.train);
  return new CallPlan(
    traces.filter(({ id }) => trained.has(id)),
    texts,
    config,
  );
}

function notesOf({ workspace }: StudioParts, runId: string): string[] {
  return promptNoteSentences(workspace.metrics.list(runId));
}

function outlookOf(
  parts: StudioParts,
  plan: CallPlan,
  { notes, ...soFar }: RunSoFar & { readonly notes: string[] },
): RunOutlook {
  const { roles, busySeconds } = soFar.spent;
  const of = (role: CallRole): RunOutlook['spent'][CallRole] => {
    const { calls, promptTokens, completionTokens, seconds } = roles[role];
    return { calls, promptTokens, completionTokens, seconds };
  };
  return {
    spent: {
      executor: of('executor'),
      answerer: of('answerer'),
      judge: of('judge'),
      designer: of('designer'),
    },
    spentHours: busySeconds / SECONDS_PER_HOUR,
    remaining: forecastCalls({ plan, soFar, speeds: speedsOf(parts, plan.config) }),
    notes,
  };
}

/** What a run that trains in this process asks of its models, kept up with as it goes. */
export class ActiveOutlook {
  readonly #parts: StudioParts;
  readonly #runId: string;
  readonly #plan: CallPlan;
  readonly #costs: () => CallCosts;
  #step = -1;
  #atLastStep: CallCosts = noCosts();
  #notes: string[] = [];

  private constructor(parts: StudioParts, about: { runId: string; plan: CallPlan; costs: () => CallCosts }) {
    this.#parts = parts;
    this.#runId = about.runId;
    this.#plan = about.plan;
    this.#costs = about.costs;
  }

  static async create(
    parts: StudioParts,
    run: Run,
    opened: { readonly dataset: LoadedDataset; readonly costs: () => CallCosts },
  ): Promise<ActiveOutlook> {
    const plan = await planOf(opened.dataset, configOf(run));
    return new ActiveOutlook(parts, { runId: run.id, plan, costs: opened.costs });
  }

  now(): RunOutlook {
    const { step, status } = this.#parts.workspace.runs.require(this.#runId);
    // The state is large, and it changes with a step.
    if (step !== this.#step) {
      const state = parseRunState(this.#runId, this.#parts.workspace.runState.get(this.#runId));
      this.#atLastStep = state.costs?.atLastStep ?? noCosts();
      this.#notes = notesOf(this.#parts, this.#runId);
      this.#step = step;
    }
    return outlookOf(this.#parts, this.#plan, {
      step,
      spent: this.#costs(),
      atLastStep: this.#atLastStep,
      notes: this.#notes,
      isOver: status === 'finished',
    });
  }
}

/** What runs ask of language models, before they begin and while they rest. */
export class Outlooks {
  readonly #parts: StudioParts;
  readonly #plans = new Map<string, CallPlan>();

  constructor(parts: StudioParts) {
    this.#parts = parts;
  }

  /** @throws AppError as `parseRunConfig` and the loaders. */
  async forecast(
    values: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<CallOutput<'runs.forecast'>> {
    const parsed = parseRunConfig(values);
    const preset = { name: presetOf(parsed), changes: presetChanges(parsed) };
    if (!usesLanguageModels(parsed)) return { forecast: null, preset, warnings: [] };
    const { workspace, platform } = this.#parts;
    // Also where a model is still missing: what a run would ask does not depend on it.
    const config = fillAssignedModels(parsed, workspace.settings.get().modelRoles);
    const plan = await planOf(await loadDataset(config, platform.sampleFile, signal), config, signal);
    return {
      forecast: forecastCalls({ plan, soFar: null, speeds: speedsOf(this.#parts, config) }),
      preset,
      warnings: modelWarnings(workspace, config),
    };
  }

  /** Of a run that rests. Null where no model is asked. @throws AppError as the loaders. */
  async resting(runId: string, signal: AbortSignal): Promise<RunOutlook | null> {
    const { workspace } = this.#parts;
    const run = workspace.runs.require(runId);
    if (!usesLanguageModels(configOf(run))) return null;
    const { costs, step } = parseRunState(runId, workspace.runState.get(runId));
    return outlookOf(this.#parts, await this.#planFor(run, signal), {
      step,
      spent: costs?.spent ?? noCosts(),
      atLastStep: costs?.atLastStep ?? noCosts(),
      isOver: run.status === 'finished' || run.status === 'cancelled',
      notes: notesOf(this.#parts, runId),
    });
  }

  async #planFor(run: Run, signal: AbortSignal): Promise<CallPlan> {
    const config = configOf(run);
    // Caps may change when a run is resumed, and are in the plan's configuration.
    const key = `${run.id} ${JSON.stringify(config)}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const dataset = await loadDataset(config, this.#parts.platform.sampleFile, signal);
    const plan = await planOf(dataset, config, signal);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size >= PLANS_KEPT && oldest !== undefined) this.#plans.delete(oldest);
    this.#plans.set(key, plan);
    return plan;
  }
}
