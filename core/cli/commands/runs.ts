import type { CommandContext, CommandSpec } from '../command.ts';
import { formatTable, points } from '../table.ts';

async function run(context: CommandContext): Promise<void> {
  const client = await context.connect();
  const runs = await client.call('runs.list', {});
  const { output } = context;
  if (runs.length === 0) output.line('No runs yet. Start one with "memskill train".');
  const rows = runs.map((one) => {
    const last = one.stages.at(-1);
    return [
      one.id,
      one.name,
      one.status,
      `${one.stages.length}/${String(one.config.outerEpochs)}`,
      one.step,
      `v${one.bankVersion}`,
      String(one.config.review),
      last === undefined ? '-' : points(last.reward),
    ];
  });
  if (rows.length > 0) {
    for (const line of formatTable(
      ['run', 'name', 'status', 'stages', 'steps', 'bank', 'review', 'reward'],
      rows,
    ))
      output.line(line);
    for (const one of runs)
      if (one.status === 'failed' && one.message !== null) output.line(`\n${one.id} failed: ${one.message}`);
  }
  output.json(runs);
}

export const runsCommand: CommandSpec = {
  name: 'runs',
  usage: 'runs',
  summary: 'Lists the runs of the workspace.',
  flags: [],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: false,
  run,
};
