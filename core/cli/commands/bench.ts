import { benchLoopDelay } from '../../app/bench.ts';
import { sourcePlatform } from '../../app/platform.ts';
import { benchPpoMinibatch } from '../../controller/bench.ts';
import { benchRetrieval } from '../../memory/bench.ts';
import type { CommandContext, CommandSpec } from '../command.ts';
import { formatTable } from '../table.ts';

async function run(context: CommandContext): Promise<void> {
  const figures = [
    ...(await benchPpoMinibatch()),
    benchRetrieval(),
    ...(await benchLoopDelay(sourcePlatform)),
  ];
  const rows = figures.map((figure) => [
    figure.name,
    figure.value.toPrecision(4),
    figure.unit,
    figure.samples.length,
  ]);
  for (const line of formatTable(['figure', 'median', 'unit', 'samples'], rows)) context.output.line(line);
  context.output.json({ figures });
}

export const benchCommand: CommandSpec = {
  name: 'bench',
  usage: 'bench',
  summary:
    'Measures one PPO minibatch update against a plain matrix product, exact retrieval, and how a run holds up the shell.',
  flags: [],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: false,
  run,
};
