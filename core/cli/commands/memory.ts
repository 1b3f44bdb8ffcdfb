import { daySchema, MEMORY_LIMITS, spaceNameSchema } from '../../contract/memory.ts';
import type { LiveMemory, MemoryFilter, MemoryHit } from '../../contract/memory.ts';
import type { CallOutput } from '../../contract/calls.ts';
import type { Client } from '../../contract/rpc.ts';
import { memoryFileHeader, memoryLine, parseMemoryFile } from '../../exchange/memoryFile.ts';
import { required } from '../../shared/assertions.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import { countFlag, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { absolutePath } from '../runOptions.ts';
import { formatSize, formatTable } from '../table.ts';
import { readNamedFile } from './eval.ts';

const DEFAULT_SPACE = 'default';
const DEFAULT_LIMIT = 10;
/** Memories of a request when a file is imported: a few hundred kilobytes. */
const IMPORTED_AT_ONCE = 500;
const AUTHOR = 'cli';

function spaceOf(context: CommandContext): string {
  const name = spaceNameSchema.safeParse(textFlag(context, 'space') ?? DEFAULT_SPACE);
  if (name.success) return name.data;
  throw new UsageError(`--space takes ${name.error.issues[0]?.message ?? 'a name'}.`);
}

function dayFlag(context: CommandContext, flag: string): string | null {
  const text = textFlag(context, flag);
  if (text === null || daySchema.safeParse(text).success) return text;
  throw new UsageError(`--${flag} takes a day such as 2024-05-08, not "${text}".`);
}

function filterOf(context: CommandContext): MemoryFilter {
  return {
    from: dayFlag(context, 'from'),
    to: dayFlag(context, 'to'),
    skill: textFlag(context, 'skill'),
  };
}

function limitOf(context: CommandContext): number {
  return countFlag(context, 'limit', { minimum: 1, maximum: MEMORY_LIMITS.foundAtOnce }) ?? DEFAULT_LIMIT;
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function describe({ id, text, origin }: LiveMemory): string {
  return `${id}  ${origin.date ?? day(origin.atMs)}  ${origin.skill}  ${text}`;
}

function hitLine({ memory, similarity, textRank }: MemoryHit): string {
  const why = [
    ...(similarity === null ? [] : [`cosine ${similarity.toFixed(2)}`]),
    ...(textRank === null ? [] : [`words ${textRank}.`]),
  ];
  return `${describe(memory)}  (${why.join(', ')})`;
}

async function spaces(client: Client, context: CommandContext): Promise<void> {
  const found = await client.call('memory.spaces', {});
  if (found.length === 0) context.output.line('No memory spaces yet; "memskill memory add TEXT" makes one.');
  else {
    const rows = found.map((space) => [space.name, space.memories, space.unindexed, space.embedder.id]);
    for (const line of formatTable(['space', 'memories', 'not indexed', 'embedder'], rows))
      context.output.line(line);
    for (const { name, problem } of found) if (problem !== null) context.output.warn(`${name}: ${problem}`);
  }
  context.output.json(found);
}

/** The text of an argument, or all of a file. */
async function givenText(context: CommandContext): Promise<string> {
  const file = textFlag(context, 'file');
  const [, text] = context.positionals;
  if ((file === null) === (text === undefined)) throw new UsageError('Give either TEXT or --file FILE.');
  if (file === null) return required(text, 'text');
  return new TextDecoder().decode(await readNamedFile(file));
}

async function add(client: Client, context: CommandContext): Promise<void> {
  const { output } = context;
  const text = await givenText(context);
  const result = await client.call('memory.add', {
    space: spaceOf(context),
    memories: [{ text, date: dayFlag(context, 'date'), source: null }],
    author: AUTHOR,
  });
  for (const memory of result.added) output.line(describe(memory));
  if (result.duplicates > 0) output.line('The space holds this text already.');
  output.json(result);
}

async function rememberText(client: Client, context: CommandContext): Promise<void> {
  const { output } = context;
  const skills = textFlag(context, 'skills');
  const result = await client.call(
    'memory.remember',
    {
      space: spaceOf(context),
      text: await givenText(context),
      date: dayFlag(context, 'date'),
      skills: skills === null ? null : skills.split(',').map((name) => name.trim()),
      runId: textFlag(context, 'run'),
      author: AUTHOR,
    },
    { signal: context.signal },
  );
  output.line(result.reason);
  for (const { skills: names, failure } of result.spans)
    output.line(`span  ${names.join(', ')}${failure === null ? '' : `  failed: ${failure}`}`);
  for (const memory of result.inserted) output.line(`new      ${describe(memory)}`);
  for (const memory of result.updated) output.line(`changed  ${describe(memory)}`);
  for (const id of result.deletedIds) output.line(`deleted  ${id}`);
  output.json(result);
}

async function search(client: Client, context: CommandContext): Promise<void> {
  const hits = await client.call('memory.search', {
    space: spaceOf(context),
    query: required(context.positionals[1], 'query'),
    limit: limitOf(context),
    filter: filterOf(context),
  });
  if (hits.length === 0) context.output.line('Nothing found.');
  for (const hit of hits) context.output.line(hitLine(hit));
  context.output.json(hits);
}

async function list(client: Client, context: CommandContext): Promise<void> {
  const memories = await client.call('memory.list', {
    space: spaceOf(context),
    before: textFlag(context, 'before'),
    limit: limitOf(context),
    filter: filterOf(context),
  });
  for (const memory of memories) context.output.line(describe(memory));
  context.output.json(memories);
}

async function show(client: Client, context: CommandContext): Promise<void> {
  const memory = await client.call('memory.get', {
    memoryId: required(context.positionals[1], 'memory id'),
  });
  const { output } = context;
  output.line(`${memory.id} in ${memory.space}\n${memory.text}\n`);
  const versions = [{ text: memory.text, origin: memory.origin }, ...memory.history.toReversed()];
  for (const { text, origin } of versions) {
    const { skill, bankVersion, bankHash, source, author, atMs, date } = origin;
    const bank = bankVersion === null ? '' : ` of bank v${bankVersion} ${(bankHash ?? '').slice(0, 12)}`;
    output.line(`${new Date(atMs).toISOString()}  by ${author}, ${skill}${bank}, about ${date ?? 'no day'}`);
    if (source !== null)
      output.line(`  from text ${source.sha256.slice(0, 12)}, characters ${source.start} to ${source.end}`);
    if (text !== memory.text) output.line(`  was: ${text}`);
  }
  output.json(memory);
}

async function forget(client: Client, context: CommandContext): Promise<void> {
  const memoryIds = context.positionals.slice(1);
  const { output } = context;
  if (context.flags['all'] === true) {
    if (memoryIds.length > 0) throw new UsageError('--all forgets the whole space; name no memories.');
    if (textFlag(context, 'space') === null)
      throw new UsageError('--all needs --space NAME: what it forgets is gone.');
    const space = spaceOf(context);
    const done = await client.call('memory.forgetSpace', { space });
    output.line(`Forgot the space ${space} with ${done.memories} memories.`);
    output.json(done);
    return;
  }
  if (memoryIds.length === 0) throw new UsageError('Name the memories to forget, or --space NAME --all.');
  const done = await client.call('memory.forget', { memoryIds: [...memoryIds] });
  if (done.forgotten.length === 0) output.line('There were no such memories.');
  else output.line(`Forgot ${done.forgotten.join(', ')}: found no more, and gone from the database.`);
  for (const space of done.erasing) {
    output.progress({ done: 0, total: 1, label: `rewriting the index of ${space}` });
    await client.call('memory.erased', { space });
  }
  if (done.erasing.length > 0) output.line('No byte of it is left in the index.');
  output.json(done);
}

async function exportFile(client: Client, context: CommandContext): Promise<void> {
  const path = absolutePath(required(context.positionals[1], 'file argument'));
  const space = spaceOf(context);
  const lines = [memoryFileHeader(space)];
  for (let after: string | null = null; ;) {
    const page: CallOutput<'memory.export'> = await client.call('memory.export', { space, after });
    lines.push(...page.memories.map(memoryLine));
    after = page.next;
    if (after === null) break;
  }
  await writeFileAtomic(path, `${lines.join('\n')}\n`);
  context.output.line(`Wrote ${lines.length - 1} memories to ${path}`);
  context.output.json({ file: path, memories: lines.length - 1 });
}

async function importFile(client: Client, context: CommandContext): Promise<void> {
  const file = required(context.positionals[1], 'file argument');
  const read = parseMemoryFile(await readNamedFile(file), file);
  const space = textFlag(context, 'space') === null ? read.space : spaceOf(context);
  const total = { added: 0, duplicates: 0 };
  for (let from = 0; from < read.memories.length; from += IMPORTED_AT_ONCE) {
    const memories = read.memories.slice(from, from + IMPORTED_AT_ONCE);
    const done = await client.call('memory.import', { space, memories });
    total.added += done.added;
    total.duplicates += done.duplicates;
    context.output.progress({ done: from, total: read.memories.length, label: 'memories' });
  }
  context.output.line(`Added ${total.added} memories to ${space}; ${total.duplicates} were there already.`);
  context.output.json({ space, ...total });
}

function reportStats(context: CommandContext, stats: CallOutput<'memory.stats'>): void {
  const { output } = context;
  const { space, index, bySkill } = stats;
  output.line(`${space.name}: ${space.memories} memories, ${space.unindexed} not in the index yet`);
  output.line(
    `index: ${index.rows} rows, ${formatSize(index.sizeBytes)}, ${index.indexedVectors} by vector, ${index.indexedTexts} by words; ${space.embedder.id}, ${space.embedder.dimension} dimensions`,
  );
  for (const line of formatTable(
    ['skill', 'memories'],
    bySkill.map(({ skill, memories }) => [skill, memories]),
  ))
    output.line(line);
  output.json(stats);
}

async function rebuild(client: Client, context: CommandContext): Promise<void> {
  const withAssigned = context.flags['with-assigned'] === true;
  reportStats(context, await client.call('memory.rebuild', { space: spaceOf(context), withAssigned }));
}

interface MemoryVerb {
  readonly usage: string;
  /** Least and most number of arguments after the verb. */
  readonly takes: readonly [number, number];
  readonly run: (client: Client, context: CommandContext) => Promise<void>;
}

const VERBS: Readonly<Record<string, MemoryVerb>> = {
  spaces: { usage: 'spaces', takes: [0, 0], run: spaces },
  add: { usage: 'add TEXT', takes: [0, 1], run: add },
  remember: {
    usage: 'remember TEXT|--file FILE [--skills A,B] [--run ID]',
    takes: [0, 1],
    run: rememberText,
  },
  search: { usage: 'search QUERY', takes: [1, 1], run: search },
  list: { usage: 'list [--before ID]', takes: [0, 0], run: list },
  show: { usage: 'show ID', takes: [1, 1], run: show },
  forget: { usage: 'forget ID...|--all', takes: [0, 1000], run: forget },
  export: { usage: 'export FILE', takes: [1, 1], run: exportFile },
  import: { usage: 'import FILE', takes: [1, 1], run: importFile },
  rebuild: { usage: 'rebuild [--with-assigned]', takes: [0, 0], run: rebuild },
  compact: {
    usage: 'compact',
    takes: [0, 0],
    run: async (client, context) =>
      reportStats(context, await client.call('memory.compact', { space: spaceOf(context) })),
  },
  stats: {
    usage: 'stats',
    takes: [0, 0],
    run: async (client, context) =>
      reportStats(context, await client.call('memory.stats', { space: spaceOf(context) })),
  },
};

async function run(context: CommandContext): Promise<void> {
  const [name = '', ...rest] = context.positionals;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined)
    throw new UsageError(`memory takes ${Object.keys(VERBS).join(', ')}, not "${name}".`);
  const [least, most] = verb.takes;
  if (rest.length < least || rest.length > most)
    throw new UsageError(`Usage: memskill memory ${verb.usage}.`);
  // Before the workspace is opened.
  spaceOf(context);
  filterOf(context);
  await verb.run(await context.connect(), context);
}

export const memoryCommand: CommandSpec = {
  name: 'memory',
  usage: `memory ${Object.values(VERBS)
    .map(({ usage }) => usage)
    .join(' | ')}`,
  summary:
    'Live memory: named spaces that agents write to and recall from, searched by meaning and by words.',
  flags: [
    { flag: 'space', value: 'NAME', description: `which space (default: ${DEFAULT_SPACE})` },
    { flag: 'date', value: 'DAY', description: 'add, remember: the day it is about, 2024-05-08' },
    { flag: 'file', value: 'FILE', description: 'add, remember: the text of a file' },
    { flag: 'skills', value: 'A,B', description: 'remember: these skills instead of selected ones' },
    { flag: 'run', value: 'ID', description: 'remember: bank and controller of this run' },
    { flag: 'from', value: 'DAY', description: 'search, list: from this day on' },
    { flag: 'to', value: 'DAY', description: 'search, list: up to this day' },
    { flag: 'skill', value: 'NAME', description: 'search, list: only what this skill wrote' },
    { flag: 'limit', value: 'N', description: `search, list: how many (default ${DEFAULT_LIMIT})` },
    { flag: 'before', value: 'ID', description: 'list: go on after this one' },
    { flag: 'all', value: null, description: 'forget: the whole space' },
    {
      flag: 'with-assigned',
      value: null,
      description: 'rebuild: with the embedding model that is assigned now',
    },
  ],
  takesRunOptions: false,
  positionals: [1, 1001],
  handlesInterrupt: false,
  run,
};
