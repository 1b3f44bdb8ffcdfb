import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchLoopDelay } from '../../app/bench.ts';
import { sourcePlatform } from '../../app/platform.ts';
import { benchPpoMinibatch } from '../../controller/bench.ts';
import { benchRetrieval } from '../../memory/bench.ts';
import type { LlmBench } from '../../models/llama/bench.ts';
import type { BenchFigure } from '../../shared/benchFigure.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { absolutePath } from '../runOptions.ts';
import { formatTable } from '../table.ts';

function printFigures(context: CommandContext, figures: readonly BenchFigure[]): void {
  const rows = figures.map((figure) => [
    figure.name,
    figure.value.toPrecision(4),
    figure.unit,
    figure.samples.length,
  ]);
  for (const line of formatTable(['figure', 'median', 'unit', 'samples'], rows)) context.output.line(line);
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

async function run(context: CommandContext): Promise<void> {
  const [what] = context.positionals;
  if (what === 'llm') return benchModel(context);
  if (what !== undefined) throw new UsageError(`bench takes llm or nothing, not "${what}".`);
  if (textFlag(context, 'model') !== null) throw new UsageError('--model is for "memskill bench llm".');
  return benchMachine(context);
}

export const benchCommand: CommandSpec = {
  name: 'bench',
  usage: 'bench | bench llm [--model FILE]',
  summary:
    'Measures one PPO minibatch update against a plain matrix product, exact retrieval, and how a run holds up the shell; with llm, how fast a language model reads and writes, against the same model driven directly.',
  flags: [
    {
      flag: 'model',
      value: 'FILE',
      description: 'llm: a GGUF file (default: a tiny model of random weights)',
    },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: false,
  run,
};
