import { readFile } from 'node:fs/promises';
import type { CallInput } from '../../contract/calls.ts';
import { parseBank } from '../../exchange/bankFile.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { checkedChanges, checkedRunOptions } from '../runOptions.ts';
import { formatTable, points } from '../table.ts';

type EvaluationInput = CallInput<'evaluation.run'>;

/** Reads a file named on the command line. @throws AppError NOT_FOUND or UNAVAILABLE naming it. */
export async function readNamedFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw isMissing
      ? new AppError('NOT_FOUND', `There is no file ${path}; check the path.`, { cause })
      : new AppError('UNAVAILABLE', `Cannot read ${path}: ${messageOf(cause)}.`, { cause });
  }
}

interface Subject {
  readonly subject: EvaluationInput['subject'];
  /** Of a bank file that brings one. */
  readonly ownController: EvaluationInput['controller'];
}

async function subjectOf(context: CommandContext): Promise<Subject> {
  const runId = textFlag(context, 'run');
  const bank = textFlag(context, 'bank');
  const isSeedsOnly = context.flags['seeds-only'] === true;
  if ([runId !== null, bank !== null, isSeedsOnly].filter(Boolean).length !== 1) {
    throw new UsageError('Name what to evaluate: --run ID, --bank FILE or --seeds-only (exactly one).');
  }
  if (runId !== null) return { subject: { kind: 'run', runId }, ownController: null };
  if (bank === null) return { subject: { kind: 'seeds' }, ownController: null };
  const file = parseBank(await readNamedFile(bank), bank);
  const { skills, controller: part } = file;
  return {
    subject: { kind: 'bank', skills: [...skills] },
    ownController: part === undefined ? null : { part, fileName: bank },
  };
}

function controllerOf(
  context: CommandContext,
  { subject, ownController }: Subject,
): EvaluationInput['controller'] {
  const given = textFlag(context, 'controller');
  if (given === null) {
    if (subject.kind === 'bank')
      throw new UsageError('A bank file needs --controller file, random, similarity or a run.');
    return null;
  }
  if (given === 'file') {
    if (ownController === null)
      throw new UsageError('--controller file is for a --bank file that was exported with its controller.');
    return ownController;
  }
  return given === 'random' || given === 'similarity' ? given : { runId: given };
}

function splitOf(context: CommandContext): EvaluationInput['split'] {
  const split = textFlag(context, 'split') ?? 'validation';
  if (split === 'val') return 'validation';
  if (split === 'train' || split === 'validation' || split === 'test') return split;
  throw new UsageError(`--split is train, validation or test, not "${split}".`);
}

async function run(context: CommandContext): Promise<void> {
  const given = await subjectOf(context);
  const { subject } = given;
  const controller = controllerOf(context, given);
  const split = splitOf(context);
  const hasOwnOptions = subject.kind === 'run' || (controller !== null && typeof controller === 'object');
  const config = hasOwnOptions ? checkedChanges(context.runOptions) : checkedRunOptions(context.runOptions);
  const client = await context.connect();
  const stop = client.on('evaluation.onProgress', (progress) =>
    context.output.progress({ ...progress, label: 'traces' }),
  );
  const report = await client.call(
    'evaluation.run',
    { subject, controller, config, split, hasQuestions: context.flags['per-question'] === true },
    { signal: context.signal },
  );
  stop();
  const { output } = context;
  output.line(
    `${report.questions} questions (${report.split}), bank ${report.bankHash.slice(0, 12)}, selection ${report.selection}, K ${report.k}`,
  );
  const rows = report.byCategory.map((row) => [
    row.name ?? `category ${row.category}`,
    row.questions,
    points(row.f1),
    points(row.judge),
  ]);
  rows.push(['all', report.questions, points(report.f1), points(report.judge)]);
  for (const line of formatTable(['', 'questions', 'F1', 'judge'], rows)) output.line(line);
  const recall = report.evidenceRecall === null ? '' : `, evidence recall ${points(report.evidenceRecall)}`;
  output.line(`exact match ${points(report.exactMatch)}${recall}`);
  output.line(
    `${report.memoriesPerTrace.toFixed(1)} memories a trace, ${report.memoriesPerSpan.toFixed(2)} a span; ${report.seconds.toFixed(1)} s`,
  );
  output.json(report);
}

export const evalCommand: CommandSpec = {
  name: 'eval',
  usage: 'eval (--run ID | --seeds-only | --bank FILE --controller NAME) [options]',
  summary: 'Builds memories from nothing with the greedy controller and scores the questions of a split.',
  flags: [
    { flag: 'run', value: 'ID', description: "a run's best bank with its controller and options" },
    { flag: 'seeds-only', value: null, description: 'the four seed skills' },
    { flag: 'bank', value: 'FILE', description: 'a bank file' },
    {
      flag: 'controller',
      value: 'NAME',
      description:
        'random, similarity, file (the one in the bank file), or the id of a run; the last two bring their options along',
    },
    { flag: 'split', value: 'NAME', description: 'train, validation (default) or test' },
    { flag: 'per-question', value: null, description: 'with --json: every question with its prediction' },
  ],
  takesRunOptions: true,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
