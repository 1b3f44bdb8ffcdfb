import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLoopDelay } from '../../app/bench.ts';
import { benchBudget, totalCalls, type Calls } from '../../app/budgetBench.ts';
import { sourcePlatform } from '../../app/platform.ts';
import { benchPpoMinibatch } from '../../controller/bench.ts';
import { benchRetrieval } from '../../memory/bench.ts';
import type { LlmBench } from '../../models/llama/bench.ts';
import { CALL_ROLES } from '../../contract/forecast.ts';
import { quantile, type BenchFigure } from '../../shared/benchFigure.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { amount } from '../forecastReport.ts';
import { absolutePath } from '../runOptions.ts';
import { formatTable } from '../table.ts';

function printFigures(context: CommandContext, figures: readonly BenchFigure[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    figure.value.toPrecision(4),
    `${quantile(figure.samples, 0.25).toPrecision(4)} to ${quantile(figure.samples, 0.75).toPrecision(4)}`,
    figure.unit,
    figure.samples.length,
  ]);
  for (const line of formatTable(['figure', 'median', 'quartiles', 'unit', 'samples'], rows))
    context.output.line(line);
}

async function benchMachine(context: CommandContext): Promise<void> {
  const figures = [
    ...(await benchPpoMinibatch()),
    benchRetrieval(),
    ...(await benchLoopDelay(sourcePlatform)),
  ];
  printFigures(context, figures);
  context.output.json({ figures });
}

/** A folder with the tiny model in it, for whoever has no model. */
async function withTinyModel<T>(work: (path: string) => Promise<T>): Promise<T> {
  const { writeTinyGguf } = await import('../../models/fixtures/tinyGguf.ts');
  const folder = mkdtempSync(join(tmpdir(), 'memskill-bench-'));
  try {
    const path = join(folder, 'tiny.gguf');
    writeTinyGguf(path);
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchModel(context: CommandContext): Promise<void> {
  const { output } = context;
  // node-llama-cpp is loaded in this process for the comparison, and only here.
  const { benchLanguageModel } = await import('../../models/llama/bench.ts');
  const file = textFlag(context, 'model');
  const measure = (path: string): Promise<LlmBench> =>
    benchLanguageModel({
      path,
      onProgress: (done, total, label) => output.progress({ done, total, label, etaMs: null }),
    });
  if (file === null)
    output.line(
      'Measured with a tiny model of random weights, written for this: what it shows is the overhead, not the speed of a real one (--model FILE).\n',
    );
  const bench = file === null ? await withTinyModel(measure) : await measure(absolutePath(file));
  const { figures, device, promptTokens } = bench;
  printFigures(context, figures);
  output.line(
    `\nOf 8 prompts that begin alike, ${promptTokens.evaluated} of ${promptTokens.submitted} tokens were evaluated.`,
  );
  output.line(
    device === null
      ? 'GPU: not measured (llama.cpp found none).'
      : `GPU: ${device.names.join(', ')}, ${device.gpuLayers} of ${device.layers} layers.`,
  );
  output.json({ model: file ?? 'tiny', figures, promptTokens, device: device ?? 'not measured' });
}

/** Of the reference's settings, run to see that the plan is right. */
const DEFAULT_STEPS = 5;

function stepsOf(context: CommandContext): number {
  const given = textFlag(context, 'steps');
  const steps = given === null ? DEFAULT_STEPS : Number(given);
  if (!Number.isInteger(steps) || steps < 1 || steps > 1000)
    throw new UsageError(`--steps is a whole number from 1 to 1000, not "${given}".`);
  return steps;
}

async function benchCalls(context: CommandContext): Promise<void> {
  const { output } = context;
  const file = textFlag(context, 'data');
  if (file === null) throw new UsageError('bench budget needs the data set: --data path/to/locomo10.json.');
  const bench = await benchBudget({
    data: { dataset: 'locomo', data: absolutePath(file) },
    steps: stepsOf(context),
    platform: sourcePlatform,
    signal: context.signal,
    onStep: (label, done, total) => output.progress({ done, total, label }),
  });
  const { reference, start, budget, changes } = bench;
  const row = (name: string, calls: Calls): string[] => [
    name,
    ...CALL_ROLES.map((role) => amount(calls[role])),
    amount(totalCalls(calls)),
  ];
  const first = `first ${start.steps} steps and a measurement`;
  const rows = [
    row("(a) the reference's settings, by the plan", reference),
    row(`(a) ${first}, by the plan`, start.planned),
    row(`(a) ${first}, counted`, start.counted),
    row(`(b) the same with caches, counted`, start.cached),
    row('(c) the budget preset, by the plan', budget.planned),
    row('(c) the budget preset, counted', budget.counted),
  ];
  output.line(
    'Model calls with a scripted model whose replies are all usable and whose answers are all wrong.',
  );
  for (const line of formatTable(['run', ...CALL_ROLES, 'all'], rows)) output.line(line);
  output.line('\nThe budget preset changes:');
  for (const { flag, from, to } of changes) output.line(`  --${flag} ${String(from)} -> ${String(to)}`);
  output.json(bench);
}

async function run(context: CommandContext): Promise<void> {
  const [what] = context.positionals;
  if (what === 'llm') return benchModel(context);
  if (what === 'budget') return benchCalls(context);
  if (what !== undefined) throw new UsageError(`bench takes llm, budget or nothing, not "${what}".`);
  if (textFlag(context, 'model') !== null) throw new UsageError('--model is for "memskill bench llm".');
  return benchMachine(context);
}

export const benchCommand: CommandSpec = {
  name: 'bench',
  usage: 'bench | bench llm [--model FILE] | bench budget --data FILE [--steps N]',
  summary:
    'Measures one PPO minibatch update against a plain matrix product, exact retrieval, and how a run holds up the shell; with llm, how fast a language model reads and writes, against the same model driven directly; with budget, how many model calls runs on LoCoMo take.',
  flags: [
    {
      flag: 'model',
      value: 'FILE',
      description: 'llm: a GGUF file (default: a tiny model of random weights)',
    },
    { flag: 'data', value: 'FILE', description: 'budget: the data set' },
    {
      flag: 'steps',
      value: 'N',
      description: `budget: steps with the reference's settings that are run (default: ${DEFAULT_STEPS})`,
    },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: false,
  run,
};
