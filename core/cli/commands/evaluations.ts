import type { Client } from '../../contract/rpc.ts';
import { listFlag, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import {
  differenceLine,
  evaluationDocument,
  printEvaluation,
  reportForm,
  writeReports,
} from '../evaluationReports.ts';
import { formatTable, points } from '../table.ts';

async function list(context: CommandContext, client: Client): Promise<void> {
  const { output } = context;
  const experimentId = textFlag(context, 'experiment');
  const isAll = context.flags['all'] === true;
  const scope = experimentId === null ? (isAll ? 'all' : 'alone') : { experimentId };
  const evaluations = await client.call('evaluation.list', { scope });
  if (evaluations.length === 0)
    output.line(
      experimentId === null
        ? 'No evaluations yet. Make one with "memskill eval"; those of experiments are listed by --all.'
        : `No evaluations of ${experimentId}.`,
    );
  const rows = evaluations.map(({ id, name, status, dataset, bank, results }) => [
    id,
    name,
    status,
    `${dataset.name} ${dataset.split}`,
    bank === null ? '-' : bank.hash.slice(0, 12),
    results === null ? '-' : String(results.questions),
    results === null ? '-' : points(results.f1.mean),
  ]);
  if (rows.length > 0)
    for (const line of formatTable(['id', 'name', 'status', 'data', 'bank', 'questions', 'F1'], rows))
      output.line(line);
  output.json(evaluations);
}

async function show(context: CommandContext, client: Client, evaluationId: string): Promise<void> {
  const { output } = context;
  const baseId = textFlag(context, 'against');
  const evaluation = await client.call('evaluation.get', { evaluationId });
  const comparison =
    baseId === null ? null : await client.call('evaluation.compare', { evaluationId, baseId });
  if (evaluation.results === null)
    output.line(
      `${evaluationId} ${evaluation.name}: ${evaluation.status}${evaluation.message === null ? '' : `, ${evaluation.message}`}`,
    );
  printEvaluation(output, evaluation, comparison);
  if (comparison !== null) output.line(differenceLine(comparison.baseId, comparison));
  const reports = await writeReports(output, client, {
    evaluationId,
    baseId,
    paths: listFlag(context, 'report'),
  });
  const questions =
    evaluation.results === null ? null : await client.call('evaluation.questions', { evaluationId });
  output.json(
    evaluation.results === null
      ? evaluation
      : { ...evaluationDocument(evaluation, questions), difference: comparison, reports },
  );
}

async function run(context: CommandContext): Promise<void> {
  const [evaluationId] = context.positionals;
  for (const path of listFlag(context, 'report')) reportForm(path);
  const needsId = ['against', 'report', 'delete'].find((flag) => context.flags[flag] !== undefined);
  if (evaluationId === undefined && needsId !== undefined)
    throw new UsageError(`--${needsId} needs the id of an evaluation.`);
  const client = await context.connect();
  if (evaluationId === undefined) return list(context, client);
  if (context.flags['delete'] !== true) return show(context, client, evaluationId);
  await client.call('evaluation.delete', { evaluationId });
  context.output.line(`Evaluation ${evaluationId} is deleted, with its questions and the memories it built.`);
  context.output.json({ deleted: evaluationId });
}

export const evaluationsCommand: CommandSpec = {
  name: 'evaluations',
  usage: 'evaluations [ID] [options]',
  summary:
    'Lists evaluations but those of experiments; one with its scores by category, against another, as a report.',
  flags: [
    { flag: 'all', value: null, description: 'list those of experiments too' },
    { flag: 'experiment', value: 'ID', description: 'list those of one experiment' },
    { flag: 'against', value: 'ID', description: 'paired differences to another evaluation' },
    {
      flag: 'report',
      value: 'FILE',
      isList: true,
      description: 'write a report: .json to be run again, .html as one page',
    },
    { flag: 'delete', value: null, description: 'delete it, with the memories it built' },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: false,
  run,
};
