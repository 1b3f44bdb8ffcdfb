import type { CallOutput } from '../../contract/calls.ts';
import type { Client } from '../../contract/rpc.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import { absolutePath } from '../runOptions.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { formatTable } from '../table.ts';
import { readNamedFile } from './eval.ts';

type SkillDiff = CallOutput<'bank.diff'>[number];

function versionArgument(text: string | undefined): number | null {
  if (text === undefined) return null;
  const version = Number(text.replace(/^v/u, ''));
  if (!Number.isInteger(version) || version < 0)
    throw new UsageError(`"${text}" is not a bank version; use a number such as 3 or v3.`);
  return version;
}

function requiredVersion(text: string | undefined, usage: string): number {
  const version = versionArgument(text);
  if (version === null) throw new UsageError(`Usage: memskill ${usage}.`);
  return version;
}

/** A bank diff in the terminal: `{+added+}` and `[-removed-]`. */
function diffLines(diff: readonly SkillDiff[]): string[] {
  return diff
    .filter((skill) => skill.kind !== 'unchanged')
    .flatMap((skill) => [
      `${skill.kind} ${skill.name}`,
      ...skill.fields.map(
        (field) =>
          `  ${field.field}: ${field.parts.map((part) => (part.kind === 'same' ? part.text : part.kind === 'added' ? `{+${part.text}+}` : `[-${part.text}-]`)).join('')}`,
      ),
    ]);
}

async function list(client: Client, context: CommandContext): Promise<void> {
  const versions = await client.call('bank.versions', {});
  const rows = versions.map((one) => [
    `v${one.version}`,
    one.hash.slice(0, 12),
    one.skillCount,
    one.parentVersion === null ? '-' : `v${one.parentVersion}`,
    one.cause,
    one.runId ?? '-',
    one.note,
  ]);
  for (const line of formatTable(['version', 'hash', 'skills', 'from', 'cause', 'run', 'note'], rows))
    context.output.line(line);
  context.output.json(versions);
}

async function show(client: Client, context: CommandContext): Promise<void> {
  const bank = await client.call('bank.get', { version: versionArgument(context.positionals[1]) });
  const { output } = context;
  output.line(`Bank v${bank.version} ${bank.hash}, ${bank.skills.length} skills`);
  for (const skill of bank.skills) {
    const statistics = bank.statistics[skill.name];
    output.line(
      `\n${skill.name} (${skill.type}, ${skill.origin}${skill.isPinned ? ', pinned' : ''})${statistics === undefined ? '' : `, used ${statistics.usageCount}x, mean reward ${statistics.averageReward.toFixed(3)}`}`,
    );
    output.line(skill.description);
    output.line(skill.instruction);
  }
  output.json(bank);
}

async function exportBank(client: Client, context: CommandContext): Promise<void> {
  const [, file] = context.positionals;
  if (file === undefined) throw new UsageError('Usage: memskill bank export FILE [--version N].');
  const { text } = await client.call('bank.export', {
    version: versionArgument(textFlag(context, 'version') ?? undefined),
  });
  const path = absolutePath(file);
  await writeFileAtomic(path, text);
  context.output.line(`Wrote ${path}`);
  context.output.json({ file: path, bytes: Buffer.byteLength(text) });
}

async function importBank(client: Client, context: CommandContext): Promise<void> {
  const [, file] = context.positionals;
  if (file === undefined) throw new UsageError('Usage: memskill bank import FILE [--accept-all].');
  const bytes = await readNamedFile(file);
  const imported = await client.call('bank.import', {
    base64: Buffer.from(bytes).toString('base64'),
    fileName: file,
    acceptAll: context.flags['accept-all'] === true,
  });
  const { output } = context;
  if (imported.proposalIds.length === 0)
    output.line('Every skill of the file is already in the bank; nothing to do.');
  else if (imported.version === null)
    output.line(
      `${imported.proposalIds.length} proposals wait for review: ${imported.proposalIds.join(', ')}`,
    );
  else
    output.line(
      `Imported ${imported.proposalIds.length} changes as bank v${imported.version.version}, ${imported.version.hash.slice(0, 12)}.`,
    );
  output.json(imported);
}

async function diff(client: Client, context: CommandContext): Promise<void> {
  const usage = 'bank diff FROM TO';
  const skills = await client.call('bank.diff', {
    from: requiredVersion(context.positionals[1], usage),
    to: requiredVersion(context.positionals[2], usage),
  });
  const lines = diffLines(skills);
  for (const line of lines.length === 0 ? ['The two versions hold the same skills.'] : lines)
    context.output.line(line);
  context.output.json(skills);
}

async function rollback(client: Client, context: CommandContext): Promise<void> {
  const toVersion = requiredVersion(context.positionals[1], 'bank rollback VERSION');
  const done = await client.call('bank.rollback', {
    toVersion,
    reason: textFlag(context, 'reason') ?? '',
    source: 'cli',
  });
  context.output.line(`Bank v${done.version.version} has the skills of v${toVersion} again. Undone:`);
  for (const line of diffLines(done.undone)) context.output.line(line);
  context.output.json(done);
}

const ACTIONS = { list, show, diff, export: exportBank, import: importBank, rollback } as const;

async function run(context: CommandContext): Promise<void> {
  const [name] = context.positionals;
  const action = Object.entries(ACTIONS).find(([known]) => known === name)?.[1];
  if (action === undefined)
    throw new UsageError(`bank takes ${Object.keys(ACTIONS).join(', ')}, not "${String(name)}".`);
  await action(await context.connect(), context);
}

export const bankCommand: CommandSpec = {
  name: 'bank',
  usage:
    'bank list | show [VERSION] | diff FROM TO | export FILE | import FILE [--accept-all] | rollback VERSION',
  summary: 'Shows, compares, exports and imports bank versions, and rolls back (which makes a new version).',
  flags: [
    { flag: 'version', value: 'N', description: 'the version to export (default: the current one)' },
    {
      flag: 'accept-all',
      value: null,
      description: 'import: record an approval for each skill and apply them',
    },
    { flag: 'reason', value: 'TEXT', description: 'rollback: why' },
  ],
  takesRunOptions: false,
  positionals: [1, 3],
  run,
};
