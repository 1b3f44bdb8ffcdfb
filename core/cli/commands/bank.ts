import type { Client } from '../../contract/rpc.ts';
import type { SkillHealth } from '../../contract/skill.ts';
import { required } from '../../shared/assertions.ts';
import { textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { diffLines } from '../diffLines.ts';
import { formatTable, points } from '../table.ts';
import { exportBank, importBank, versionArgument } from './bankExchange.ts';
import { distrustKey, makeKey, trustKey, verifyBank } from './bankTrust.ts';

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

/** Needs no workspace. */
const KEYGEN = { usage: 'keygen FILE', takes: [1, 1] } as const;

const ACTIONS: Readonly<Record<string, BankAction>> = {
  list: { usage: 'list', takes: [0, 0], run: list },
  show: { usage: 'show [VERSION]', takes: [0, 1], run: show },
  diff: { usage: 'diff FROM TO', takes: [2, 2], run: diff },
  export: {
    usage: 'export FILE|DIR [--format F] [--version N] [--with-controller] [--with-cases] [--preview]',
    takes: [1, 1],
    run: exportBank,
  },
  import: { usage: 'import FILE|DIR [--accept-all]', takes: [1, 1], run: importBank },
  verify: { usage: 'verify FILE [options]', takes: [1, 1], run: verifyBank },
  trust: { usage: 'trust [PUBLIC KEY [--name NAME]]', takes: [0, 1], run: trustKey },
  distrust: { usage: 'distrust FINGERPRINT', takes: [1, 1], run: distrustKey },
  rollback: { usage: 'rollback VERSION [--run ID] [--reason TEXT]', takes: [1, 1], run: rollback },
};

async function run(context: CommandContext): Promise<void> {
  const [name = '', ...rest] = context.positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined && name !== 'keygen')
    throw new UsageError(`bank takes ${Object.keys(ACTIONS).join(', ')}, keygen, not "${name}".`);
  const { takes, usage } = action ?? KEYGEN;
  const [least, most] = takes;
  if (rest.length < least || rest.length > most) throw new UsageError(`Usage: memskill bank ${usage}.`);
  if (name !== 'verify' && Object.keys(context.runOptions).length > 0)
    throw new UsageError(`bank ${name} takes no options of a run.`);
  // Before the workspace is opened.
  if (name === 'show' || name === 'diff' || name === 'rollback') rest.forEach(versionArgument);
  versionArgument(textFlag(context, 'version') ?? undefined);
  if (action === undefined) await makeKey(context);
  else await action.run(await context.connect(), context);
}

export const bankCommand: CommandSpec = {
  name: 'bank',
  usage: `bank ${[...Object.values(ACTIONS), KEYGEN].map(({ usage }) => usage).join(' | ')}`,
  summary:
    'Shows, compares, exports, imports and verifies bank versions, and rolls back (which makes a new version).',
  flags: [
    { flag: 'version', value: 'N', description: 'the version to export (default: the current one)' },
    {
      flag: 'format',
      value: 'FORMAT',
      description:
        'export: json (default), prompt (a file each), agent-skills or reference (a new folder each)',
    },
    {
      flag: 'with-controller',
      value: null,
      description: 'export: the weights of the trained controller go along (json)',
    },
    {
      flag: 'with-cases',
      value: null,
      description:
        'export: questions, answers and the text they are about go along, which is private (json, agent-skills)',
    },
    { flag: 'license', value: 'TEXT', description: 'export: the licence named in each Agent Skill' },
    {
      flag: 'sign',
      value: 'KEYFILE',
      description: 'export: sign with a private key of "bank keygen" (json)',
    },
    { flag: 'preview', value: null, description: 'export: say what would be inside and write nothing' },
    { flag: 'name', value: 'NAME', description: 'trust: whose key it is' },
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
  takesRunOptions: true,
  positionals: [1, 3],
  handlesInterrupt: false,
  run,
};
