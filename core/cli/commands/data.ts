import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { inspectData } from '../../app/inspectData.ts';
import { sourcePlatform } from '../../app/platform.ts';
import { dataProblemSchema, type DataInspection, type DataProblem } from '../../contract/dataset.ts';
import { importChats } from '../../datasets/chatImport.ts';
import { importMarkdown } from '../../datasets/markdownImport.ts';
import { datasetOfFormat, formatLabel, recogniseFile, remedyOf } from '../../datasets/recognise.ts';
import { AppError } from '../../shared/errors.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { absolutePath, checkedRunOptions } from '../runOptions.ts';
import { formatTable } from '../table.ts';

const SHOWN_LINES = 6;

/** The data set that is named, else the one whose format the file is in. */
async function datasetOf(file: string, context: CommandContext): Promise<unknown> {
  const named = context.runOptions['dataset'];
  if (named !== undefined) return named;
  const format = await recogniseFile(file, context.signal);
  if (format === null)
    throw new AppError(
      'INVALID_INPUT',
      `The data file ${file} looks like no format that is known here; the README lists them, --dataset names one.`,
    );
  const dataset = datasetOfFormat(format);
  if (dataset === null)
    throw new AppError(
      'INVALID_INPUT',
      `${file} looks like ${formatLabel(format)}, which cannot be trained on as it is; ${remedyOf(format)}.`,
    );
  context.output.line(`${file} looks like ${formatLabel(format)}.`);
  return dataset;
}

function problemsOf(error: unknown): readonly DataProblem[] {
  const problems: unknown = error instanceof AppError ? error.details?.['problems'] : undefined;
  const parsed = dataProblemSchema.array().safeParse(problems);
  return parsed.success ? parsed.data : [];
}

/** What the data was understood as, for people. */
export function reportInspection(data: DataInspection, { output }: Pick<CommandContext, 'output'>): void {
  const { train, validation, test } = data.traces;
  const spans = `${data.isSpanCountExact ? '' : 'about '}${data.spans} spans`;
  const days = data.days === null ? 'no dates' : `${data.days.first} to ${data.days.last}`;
  output.line(
    `Data ${data.name}: ${train} training, ${validation} validation and ${test} test traces, ${spans}, ${data.questions} questions, ${days}`,
  );
  const unresolved = data.unresolvedEvidenceIds.map(({ questionId, id }) => `${id} of ${questionId}`);
  const notes = [
    `${data.adversarialQuestions} adversarial questions left out`,
    `${data.compoundEvidenceIds} evidence entries repaired`,
    `${data.questionsWithoutEvidence} questions without evidence`,
    `${unresolved.length} evidence ids name no turn${unresolved.length === 0 ? '' : ` (${unresolved.join(', ')})`}`,
  ];
  output.line(notes.join(', '));
  for (const note of data.notes) output.line(note);
  output.line();
}

function reportExamples(data: DataInspection, { output }: CommandContext): void {
  const rows = data.categories.map(({ category, name, questions }) => [name ?? String(category), questions]);
  for (const line of formatTable(['category', 'questions'], rows)) output.line(line);
  for (const { traceId, text } of data.examples.spans) {
    output.line();
    output.line(`A span of ${traceId}:`);
    for (const line of text.split('\n').slice(0, SHOWN_LINES)) output.line(`  ${line}`);
  }
  output.line();
  for (const { text, golds } of data.examples.questions)
    output.line(`Asked: ${text}  Expected: ${golds.join(' | ')}`);
}

async function inspect(file: string, context: CommandContext): Promise<void> {
  const dataset = await datasetOf(file, context);
  const config = checkedRunOptions({ ...context.runOptions, dataset, data: file });
  try {
    const data = await inspectData(config, { sampleFile: sourcePlatform.sampleFile, signal: context.signal });
    reportInspection(data, context);
    reportExamples(data, context);
    context.output.json(data);
  } catch (error) {
    const problems = problemsOf(error);
    for (const { line, keyPath, reason } of problems)
      context.output.line(
        `${[line === null ? null : `line ${line}`, keyPath].filter((part) => part).join(', ')}: ${reason}`,
      );
    if (problems.length > 0) context.output.json({ problems });
    throw error;
  }
}

async function importFile(file: string, context: CommandContext): Promise<void> {
  if (Object.keys(context.runOptions).length > 0)
    throw new UsageError('An import takes no options of a run; leave them out.');
  const to = textFlag(context, 'to');
  if (to === null)
    throw new UsageError('Name where the traces go: memskill data import FILE --to OUT.jsonl.');
  const target = absolutePath(to);
  if (existsSync(target)) throw new AppError('CONFLICT', `${target} is there already; name a new file.`);
  const isMarkdown = ['.md', '.markdown', '.txt'].includes(extname(file).toLowerCase());
  const { traces, leftOut } = isMarkdown
    ? await importMarkdown(file)
    : await importChats(file, context.signal);
  await writeFileAtomic(target, traces.map((trace) => `${JSON.stringify(trace)}\n`).join(''));
  const turns = traces.reduce((sum, { turns: said }) => sum + (said?.length ?? 0), 0);
  const { output } = context;
  output.line(
    `${target}: ${traces.length} ${traces.length === 1 ? 'trace' : 'traces'} of ${turns} turns; ${leftOut} messages or lines left out (no text, or of the system or a tool).`,
  );
  output.line('The traces have no questions yet: add "questions" to them, which memories are scored by.');
  output.json({ file: target, traces: traces.length, turns, leftOut });
}

async function run(context: CommandContext): Promise<void> {
  const [verb, path = ''] = context.positionals;
  if (verb !== 'inspect' && verb !== 'import')
    throw new UsageError(`data takes inspect and import, not "${verb ?? ''}".`);
  if (verb === 'inspect' && textFlag(context, 'to') !== null)
    throw new UsageError('Only data import takes --to.');
  const file = absolutePath(path);
  return verb === 'inspect' ? inspect(file, context) : importFile(file, context);
}

export const dataCommand: CommandSpec = {
  name: 'data',
  usage: 'data inspect FILE [options] | data import FILE --to OUT.jsonl',
  summary:
    "Shows what a data file is understood as, with everything that is wrong in it; turns exported chats (JSON, Markdown) into traces of the application's own format. Needs no workspace.",
  flags: [{ flag: 'to', value: 'FILE', description: 'the file an import writes; it must not be there yet' }],
  takesRunOptions: true,
  positionals: [2, 2],
  handlesInterrupt: true,
  run,
};
