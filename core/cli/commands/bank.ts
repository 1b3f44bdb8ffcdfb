import type { Client } from '../../contract/rpc.ts';
import type { SkillHealth } from '../../contract/skill.ts';
import { required } from '../../shared/assertions.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import { absolutePath } from '../runOptions.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { diffLines } from '../diffLines.ts';
import { formatTable, points } from '../table.ts';
import { readNamedFile } from './eval.ts';

function versionArgument(text: string | undefined): number | null {
  if (text === undefined) return null;
  const version = Number(text.replace(/^v/u, ''));
  if (!Number.isInteger(version) || version < 0)
    throw new UsageError(`"${text}" is not a bank version; use a number such as 3 or v3.`);
  return version;
}

function requiredVersion(text: string | undefined): number {
  return required(versionArgument(text), 'version argument');
}

async function list(client: Client, context: CommandContext): Promise<void> {
  const versions = await client.call('bank.versions', {});
  const rows = versions.map((one) => [
    `v${one.version}`,
    one.hash.slice(0, 12),
    one.skillCount,
    one.parentVersion === null ? '-' : `v${one.parentVersion}`,
    one.cause,
    one.decisionIds.length,
    one.runId ?? '-',
    one.note,
  ]);
  const header = ['version', 'hash', 'skills', 'from', 'cause', 'decisions', 'run', 'note'];
  for (const line of formatTable(header, rows)) context.output.line(line);
  context.output.json(versions);
}

function healthLines(health: readonly SkillHealth[]): string[] {
  const rows = health.map((skill) => [
    skill.name,
    skill.usageCount,
    points(skill.usageEma),
    skill.meanReward === null ? '-' : points(skill.meanReward),
    skill.memoriesWritten,
    skill.junkRate === null ? '-' : points(skill.junkRate),
    skill.nearest === null ? '-' : `${skill.nearest.name} ${skill.nearest.similarity.toFixed(2)}`,
  ]);
  return formatTable(['skill', 'used', 'share %', 'reward', 'memories', 'junk %', 'nearest'], rows);
}

async function show(client: Client, context: CommandContext): Promise<void> {
  const version = versionArgument(context.positionals[1]);
  const bank = await client.call('bank.get', { version });
  const health = await client.call('bank.health', { version });
  const { output } = context;
  output.line(`Bank v${bank.version} ${bank.hash}, ${bank.skills.length} skills`);
  for (const skill of bank.skills) {
    output.line(`\n${skill.name} (${skill.type}, ${skill.origin}${skill.isPinned ? ', pinned' : ''})`);
    output.line(skill.description);
    output.line(skill.instruction);
  }
  output.line();
  for (const line of healthLines(health)) output.line(line);
  output.json({ ...bank, health });
}

async function exportBank(client: Client, context: CommandContext): Promise<void> {
  const file = required(context.positionals[1], 'file argument');
  const { text } = await client.call('bank.export', {
    version: versionArgument(textFlag(context, 'version') ?? undefined),
  });
  const path = absolutePath(file);
  await writeFileAtomic(path, text);
  context.output.line(`Wrote ${path}`);
  context.output.json({ file: path, bytes: Buffer.byteLength(text) });
}

async function importBank(client: Client, context: CommandContext): Promise<void> {
  const file = required(context.positionals[1], 'file argument');
  const bytes = await readNamedFile(file);
  const imported = await client.call('bank.import', {
    base64: Buffer.from(bytes).toString('base64'),
    fileName: file,
    acceptAll: context.flags['accept-all'] === true,
  });
  const { output } = context;
  const { proposalIds, version } = imported;
  if (proposalIds.length === 0) output.line('Every skill of the file is already in the bank; nothing to do.');
  else if (version === null) output.line(`Waiting for review: ${proposalIds.join(', ')}`);
  else
    output.line(
      `Accepted and applied ${proposalIds.join(', ')} as bank v${version.version}, ${version.hash.slice(0, 12)}.`,
    );
  output.json(imported);
}

async function diff(client: Client, context: CommandContext): Promise<void> {
  const skills = await client.call('bank.diff', {
    from: requiredVersion(context.positionals[1]),
    to: requiredVersion(context.positionals[2]),
  });
  const lines = diffLines(skills);
  for (const line of lines.length === 0 ? ['The two versions hold the same skills.'] : lines)
    context.output.line(line);
  context.output.json(skills);
}

async function rollback(client: Client, context: CommandContext): Promise<void> {
  const toVersion = requiredVersion(context.positionals[1]);
  const done = await client.call('bank.rollback', {
    runId: textFlag(context, 'run'),
    toVersion,
    reason: textFlag(context, 'reason') ?? '',
    source: 'cli',
  });
  context.output.line(`Bank v${done.version.version} has the skills of v${toVersion} again. Undone:`);
  for (const line of diffLines(done.undone)) context.output.line(line);
  context.output.json(done);
}

interface BankAction {
  readonly usage: string;
  /** Least and most number of arguments after the action's name. */
  readonly takes: readonly [number, number];
  readonly run: (client: Client, context: CommandContext) => Promise<void>;
}

const ACTIONS: Readonly<Record<string, BankAction>> = {
  list: { usage: 'list', takes: [0, 0], run: list },
  show: { usage: 'show [VERSION]', takes: [0, 1], run: show },
  diff: { usage: 'diff FROM TO', takes: [2, 2], run: diff },
  export: { usage: 'export FILE [--version N]', takes: [1, 1], run: exportBank },
  import: { usage: 'import FILE [--accept-all]', takes: [1, 1], run: importBank },
  rollback: { usage: 'rollback VERSION [--run ID] [--reason TEXT]', takes: [1, 1], run: rollback },
};

async function run(context: CommandContext): Promise<void> {
  const [name = '', ...rest] = context.positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined)
    throw new UsageError(`bank takes ${Object.keys(ACTIONS).join(', ')}, not "${name}".`);
  const [least, most] = action.takes;
  if (rest.length < least || rest.length > most)
    throw new UsageError(`Usage: memskill bank ${action.usage}.`);
  // Before the workspace is opened.
  if (name !== 'export' && name !== 'import') rest.forEach(versionArgument);
  versionArgument(textFlag(context, 'version') ?? undefined);
  await action.run(await context.connect(), context);
}

export const bankCommand: CommandSpec = {
  name: 'bank',
  usage: `bank ${Object.values(ACTIONS)
    .map(({ usage }) => usage)
    .join(' | ')}`,
  summary: 'Shows, compares, exports and imports bank versions, and rolls back (which makes a new version).',
  flags: [
    { flag: 'version', value: 'N', description: 'the version to export (default: the current one)' },
    {
      flag: 'accept-all',
      value: null,
      description: 'import: record an approval for each skill and apply them',
    },
    {
      flag: 'run',
      value: 'ID',
      description: 'rollback: the bank of this run (default: of the run that the latest version belongs to)',
    },
    { flag: 'reason', value: 'TEXT', description: 'rollback: why' },
  ],
  takesRunOptions: false,
  positionals: [1, 3],
  handlesInterrupt: false,
  run,
};
