import { DIAGNOSIS_WORDS, diagnosisSchema, type HardCase } from '../../contract/hardCase.ts';
import type { Client } from '../../contract/rpc.ts';
import { AppError } from '../../shared/errors.ts';
import { countFlag, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { points } from '../table.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 10_000;
const MAX_CATEGORY = 99;

function describe(hardCase: HardCase): string[] {
  const { chain } = hardCase;
  const lines = [
    `${hardCase.id}  category ${hardCase.category}  ${hardCase.diagnosis}  score ${points(hardCase.score)}  failed ${hardCase.failCount}x`,
    `  question  ${hardCase.question}`,
    `  gold      ${hardCase.golds.join(' | ')}`,
    `  answer    ${hardCase.prediction === '' ? '(none)' : hardCase.prediction}`,
  ];
  for (const turn of chain.evidence)
    lines.push(`  evidence  ${turn.turnId} (span ${turn.spanIndex}): ${turn.text}`);
  for (const span of chain.spans) {
    lines.push(
      `  skills    span ${span.spanIndex}: ${span.skills.map((skill) => `${skill.name} ${skill.probability.toFixed(2)}`).join(', ')}`,
    );
    for (const action of span.actions)
      lines.push(
        `  action    ${action.type}${action.type === 'delete' ? '' : `: ${action.text}`} [${action.skill}]`,
      );
  }
  if (chain.needed !== null) {
    lines.push(
      `  memory    rank ${chain.needed.rank ?? 'none'}, holds ${points(chain.needed.coverage)} %: ${chain.needed.text}`,
    );
  }
  return lines;
}

/** With its chain; null when it was answered since it was listed, by a run that trains. */
async function wholeCase(client: Client, caseId: string): Promise<HardCase | null> {
  try {
    return await client.call('cases.get', { caseId });
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

async function mark(
  context: CommandContext,
  { caseId, isBad }: { readonly caseId: string; readonly isBad: boolean },
): Promise<void> {
  const client = await context.connect();
  const marked = await client.call('cases.markBad', { caseId, isBad });
  context.output.line(
    isBad
      ? `${marked.id} is marked as bad: it counts for no cluster, replay or designer any more.`
      : `${marked.id} counts again: ${DIAGNOSIS_WORDS[marked.diagnosis]}.`,
  );
  context.output.json(marked);
}

async function run(context: CommandContext): Promise<void> {
  const bad = textFlag(context, 'mark-bad');
  const good = textFlag(context, 'unmark-bad');
  if (bad !== null && good !== null) {
    throw new UsageError('--mark-bad and --unmark-bad do not go together; give one of them.');
  }
  const caseId = bad ?? good;
  if (caseId !== null) {
    await mark(context, { caseId, isBad: bad !== null });
    return;
  }
  const given = textFlag(context, 'diagnosis');
  const diagnosis = given === null ? null : diagnosisSchema.safeParse(given);
  if (diagnosis?.success === false) {
    throw new UsageError(
      `--diagnosis is one of ${diagnosisSchema.options.join(', ')}, not "${String(given)}".`,
    );
  }
  const limit = countFlag(context, 'limit', { minimum: 1, maximum: MAX_LIMIT }) ?? DEFAULT_LIMIT;
  const category = countFlag(context, 'category', { minimum: 1, maximum: MAX_CATEGORY });
  const client = await context.connect();
  const found = await client.call('cases.list', {
    runId: textFlag(context, 'run'),
    category,
    diagnosis: diagnosis?.data ?? null,
    limit,
  });
  const whole = await Promise.all(found.map(({ id }) => wholeCase(client, id)));
  const cases = whole.filter((hardCase) => hardCase !== null);
  if (cases.length === 0) context.output.line('No hard cases. They appear while a run trains.');
  for (const hardCase of cases) {
    for (const line of describe(hardCase)) context.output.line(line);
    context.output.line();
  }
  context.output.json(cases);
}

export const casesCommand: CommandSpec = {
  name: 'cases',
  usage:
    'cases [--run ID] [--diagnosis NAME] [--category N] [--limit N] | cases --mark-bad CASE | cases --unmark-bad CASE',
  summary: 'Shows failed questions with the chain from span to answer, hardest first.',
  flags: [
    { flag: 'run', value: 'ID', description: 'only of this run' },
    { flag: 'diagnosis', value: 'NAME', description: diagnosisSchema.options.join(' | ') },
    { flag: 'category', value: 'N', description: 'only this question category' },
    {
      flag: 'mark-bad',
      value: 'CASE',
      description: 'the gold answer is wrong: take the case out of the work',
    },
    { flag: 'unmark-bad', value: 'CASE', description: 'take that back' },
    { flag: 'limit', value: 'N', description: `how many (default ${DEFAULT_LIMIT})` },
  ],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: false,
  run,
};
