import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_EVALUATION } from '../../contract/evaluation.ts';
import { onlyFile } from '../../exchange/writeExport.ts';
import { required } from '../../shared/assertions.ts';
import { makeFolder, writeFileAtomic } from '../../store/atomicFile.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { followEvaluation } from '../evaluationReports.ts';
import { absolutePath, checkedRunOptions } from '../runOptions.ts';
import { formatTable, points } from '../table.ts';
import { describeChange, replayLines } from './proposals.ts';
import { followRun, reportData, reportRun } from './train.ts';

/** The whole loop on the bundled sample, without a person: what each part does, in the order it happens. */
async function run(context: CommandContext): Promise<void> {
  const { output } = context;
  if (context.runOptions['dataset'] !== undefined && context.runOptions['dataset'] !== 'sample')
    throw new UsageError('The demo runs on the bundled sample; use "memskill train" for other data.');
  const config = checkedRunOptions({ review: 'guarded', ...context.runOptions, dataset: 'sample' });
  const dir = absolutePath(
    textFlag(context, 'workspace') ?? (await mkdtemp(join(tmpdir(), 'memskill-demo-'))),
  );
  const client = await context.connect(dir);
  const inDir: CommandContext = { ...context, flags: { ...context.flags, workspace: dir } };
  output.line(`Three invented conversations, built-in engine (no model), workspace ${dir}`);
  await reportData(client, config, inDir);
  const started = await client.call('runs.start', { config, name: 'demo', isContinue: false });
  const result = await followRun(client, started.id, inDir);
  if (result.status === 'paused') {
    reportRun(result, inDir);
    return;
  }

  const clusters = await client.call('clusters.list', { runId: started.id });
  output.line('Hard cases in clusters');
  const rows = clusters.map((cluster) => [
    cluster.stage + 1,
    cluster.name,
    cluster.caseIds.length,
    cluster.severity.toFixed(2),
  ]);
  for (const line of formatTable(['stage', 'cluster', 'cases', 'severity'], rows)) output.line(line);

  const proposals = await client.call('proposals.list', { runId: started.id, states: [] });
  for (const proposal of proposals) {
    const detail = await client.call('proposals.get', { proposalId: proposal.id });
    const decision = detail.decisions.at(-1);
    output.line();
    output.line(`Proposal ${proposal.id}: ${describeChange(proposal)} - ${proposal.state}`);
    output.line(`  ${proposal.pattern}: ${proposal.rootCause}`);
    if (detail.replay !== null) for (const line of replayLines(detail.replay)) output.line(`  ${line}`);
    if (decision !== undefined)
      output.line(`  decision: ${decision.verdict} (${decision.source}) ${decision.reason}`);
  }
  output.line();

  const exported = await client.call('bank.export', {
    version: result.bank.version,
    format: 'json',
    hasController: false,
    hasCases: false,
    license: null,
  });
  const { text } = onlyFile(exported);
  const file = join(dir, 'exports', 'bank.json');
  makeFolder(dirname(file));
  await writeFileAtomic(file, text);
  const f1Of = async (subject: { kind: 'run'; runId: string } | { kind: 'seeds' }): Promise<number> => {
    const { results } = await followEvaluation(inDir, client, {
      ...DEFAULT_EVALUATION,
      subject,
      controller: subject.kind === 'seeds' ? 'similarity' : null,
      config: subject.kind === 'seeds' ? config : {},
    });
    return required(results, 'results of an evaluation').f1.mean;
  };
  const validation = {
    seeds: await f1Of({ kind: 'seeds' }),
    evolved: await f1Of({ kind: 'run', runId: started.id }),
  };
  reportRun(result, { ...inDir, output: { ...output, json: () => undefined } });
  output.line(
    `F1 on the conversation it has never seen: seeds, selected by similarity, ${points(validation.seeds)}; evolved bank with its controller ${points(validation.evolved)}`,
  );
  output.line(`Bank written to ${file}`);
  output.json({
    ...result,
    clusters: clusters.length,
    proposals: proposals.length,
    bankFile: file,
    validation,
  });
}

export const demoCommand: CommandSpec = {
  name: 'demo',
  usage: 'demo [options]',
  summary:
    'Runs the whole loop on the bundled sample within a minute: rewards, hard cases, proposals, decisions, bank.',
  defaultWorkspace: 'a new temporary folder',
  flags: [],
  takesRunOptions: true,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
