import { readFile } from 'node:fs/promises';
import {
  BASELINES,
  DEFAULT_EVALUATION,
  type Baseline,
  type Comparison,
  type Evaluation,
  type EvaluationInput,
} from '../../contract/evaluation.ts';
import type { Client } from '../../contract/rpc.ts';
import { parseBank } from '../../exchange/bankFile.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import { listFlag, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import {
  differenceLine,
  evaluationDocument,
  followEvaluation,
  printEvaluation,
  reportForm,
  writeReports,
} from '../evaluationReports.ts';
import { checkedChanges, checkedRunOptions } from '../runOptions.ts';

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

function baselinesOf(context: CommandContext): Baseline[] {
  return listFlag(context, 'baseline').map((name) => {
    const known = BASELINES.find((one) => one === name);
    if (known !== undefined) return known;
    throw new UsageError(`--baseline is ${BASELINES.join(', ')}, not "${name}".`);
  });
}

interface Subject {
  /** Null: baselines alone. */
  readonly subject: EvaluationInput['subject'] | null;
  /** Of a bank file that brings one. */
  readonly ownController: EvaluationInput['controller'];
}

async function subjectOf(context: CommandContext): Promise<Subject> {
  const runId = textFlag(context, 'run');
  const bank = textFlag(context, 'bank');
  const isSeedsOnly = context.flags['seeds-only'] === true;
  const named = [runId !== null, bank !== null, isSeedsOnly].filter(Boolean).length;
  if (named === 0 && listFlag(context, 'baseline').length > 0) return { subject: null, ownController: null };
  if (named !== 1) {
    throw new UsageError(
      'Name what to evaluate: --run ID, --bank FILE or --seeds-only (exactly one), or --baseline NAME.',
    );
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
    if (subject?.kind === 'bank')
      throw new UsageError('A bank file needs --controller file, random, similarity or a run.');
    return null;
  }
  if (subject === null) throw new UsageError('A baseline has no --controller.');
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

function protocolOf(context: CommandContext): EvaluationInput['protocol'] {
  const protocol = textFlag(context, 'protocol') ?? 'own';
  if (protocol === 'own' || protocol === 'reference') return protocol;
  throw new UsageError(`--protocol is own or reference, not "${protocol}".`);
}

type Asked = Omit<EvaluationInput, 'subject'>;

function askedOf(context: CommandContext, given: Subject): Asked {
  const { subject } = given;
  const controller = controllerOf(context, given);
  const hasOwnOptions = subject?.kind === 'run' || (controller !== null && typeof controller === 'object');
  return {
    ...DEFAULT_EVALUATION,
    controller,
    config: hasOwnOptions ? checkedChanges(context.runOptions) : checkedRunOptions(context.runOptions),
    protocol: protocolOf(context),
    split: splitOf(context),
    isJudged: context.flags['without-judge'] !== true,
    usesCache: context.flags['fresh'] !== true,
    name: textFlag(context, 'name'),
  };
}

interface Measured {
  readonly evaluation: Evaluation;
  readonly baselines: readonly { readonly evaluation: Evaluation; readonly comparison: Comparison | null }[];
}

/** The subject first, then each baseline with the very settings of it. */
async function measure(
  context: CommandContext,
  client: Client,
  about: { subject: EvaluationInput['subject'] | null; names: readonly Baseline[]; asked: Asked },
): Promise<Measured> {
  const { subject, names, asked } = about;
  const evaluation = subject === null ? null : await followEvaluation(context, client, { ...asked, subject });
  const baselines: Measured['baselines'][number][] = [];
  for (const baseline of names) {
    const settings: Asked =
      evaluation === null
        ? asked
        : { ...asked, controller: null, config: evaluation.config, protocol: 'own', name: null };
    const measured = await followEvaluation(context, client, {
      ...settings,
      subject: { kind: 'baseline', baseline },
    });
    const comparison =
      evaluation === null
        ? null
        : await client.call('evaluation.compare', { evaluationId: evaluation.id, baseId: measured.id });
    baselines.push({ evaluation: measured, comparison });
  }
  const [first, ...others] = baselines;
  if (evaluation !== null) return { evaluation, baselines };
  if (first === undefined) throw new AppError('INTERNAL', 'Nothing was evaluated.');
  return { evaluation: first.evaluation, baselines: others };
}

async function evaluateSubject(context: CommandContext): Promise<void> {
  const { output } = context;
  const given = await subjectOf(context);
  const { subject } = given;
  const names = baselinesOf(context);
  const asked = askedOf(context, given);
  const paths = listFlag(context, 'report');
  for (const path of paths) reportForm(path);
  const client = await context.connect();
  const { evaluation, baselines } = await measure(context, client, { subject, names, asked });
  printEvaluation(output, evaluation, null);
  for (const one of baselines) {
    output.line();
    printEvaluation(output, one.evaluation, null);
    if (one.comparison !== null)
      output.line(`${evaluation.name} ${differenceLine(one.evaluation.name, one.comparison)}`);
  }
  const baseId = baselines[0]?.evaluation.id ?? null;
  const reports = await writeReports(output, client, { evaluationId: evaluation.id, baseId, paths });
  const questions =
    context.flags['per-question'] === true
      ? await client.call('evaluation.questions', { evaluationId: evaluation.id })
      : null;
  output.json({
    ...evaluationDocument(evaluation, questions),
    baselines: baselines.map((one) => ({
      ...evaluationDocument(one.evaluation, null),
      difference: one.comparison,
    })),
    reports,
  });
}

/** Runs a report again and says whether it came out as it says. @throws AppError CONFLICT when it did not. */
async function rerun(context: CommandContext, path: string): Promise<void> {
  const { output } = context;
  const text = new TextDecoder().decode(await readNamedFile(path));
  const config = checkedChanges(context.runOptions);
  const client = await context.connect();
  const stop = client.on('evaluation.onProgress', ([ongoing]) => {
    if (ongoing !== undefined) output.progress({ ...ongoing, label: 'spans and questions' });
  });
  const { evaluation, differences } = await client.call(
    'evaluation.rerun',
    { text, config },
    { signal: context.signal },
  );
  stop();
  printEvaluation(output, evaluation, null);
  const isEqual = differences.length === 0;
  if (isEqual) output.line(`Every number of ${path} came out the same.`);
  for (const { where, reported, now } of differences)
    output.line(`${where}: reported ${reported}, now ${now}`);
  output.json({ ...evaluationDocument(evaluation, null), isEqual, differences });
  if (!isEqual)
    throw new AppError('CONFLICT', `${differences.length} numbers or texts of ${path} came out otherwise.`);
}

function run(context: CommandContext): Promise<void> {
  const path = textFlag(context, 'rerun');
  return path === null ? evaluateSubject(context) : rerun(context, path);
}

export const evalCommand: CommandSpec = {
  name: 'eval',
  usage:
    'eval (--run ID | --seeds-only | --bank FILE --controller NAME | --baseline NAME | --rerun REPORT) [options]',
  summary: 'Builds memories from nothing with the greedy controller and scores the questions of a split.',
  flags: [
    { flag: 'run', value: 'ID', description: "a run's best bank with its controller and options" },
    { flag: 'seeds-only', value: null, description: 'the four seed skills' },
    { flag: 'bank', value: 'FILE', description: 'a bank file' },
    {
      flag: 'controller',
      value: 'NAME',
      description:
        "file (the bank file's own), random, similarity, or the id of a run, whose options it brings along",
    },
    {
      flag: 'baseline',
      value: 'NAME',
      isList: true,
      description: `compare with ${BASELINES.join(', ')} on the same settings; alone: evaluate just that`,
    },
    { flag: 'split', value: 'NAME', description: 'train, validation (default) or test' },
    {
      flag: 'protocol',
      value: 'NAME',
      description: "own (default), or reference: the settings of the reference's evaluation script",
    },
    { flag: 'without-judge', value: null, description: 'do not ask the judge' },
    { flag: 'fresh', value: null, description: 'build memories anew even where an evaluation left them' },
    { flag: 'name', value: 'TEXT', description: 'what it is called in lists' },
    {
      flag: 'report',
      value: 'FILE',
      isList: true,
      description: 'write a report: .json to be run again, .html as one page',
    },
    {
      flag: 'rerun',
      value: 'REPORT',
      description: 'run a .json report again (--data FILE) and say whether every number is equal',
    },
    { flag: 'per-question', value: null, description: 'with --json: every question with its prediction' },
  ],
  takesRunOptions: true,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
