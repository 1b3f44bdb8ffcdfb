import type { CallName, CallOutput } from '../../contract/calls.ts';
import { judgeWarning } from '../../contract/judgeWarning.ts';
import {
  assignedRoleSchema,
  MODEL_ROLES,
  type AssignedRole,
  type ModelDownloadProgress,
  type ModelView,
  type Placement,
} from '../../contract/model.ts';
import type { Client } from '../../contract/rpc.ts';
import { required } from '../../shared/assertions.ts';
import { absolutePath } from '../runOptions.ts';
import { hint, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { formatSize, formatTable } from '../table.ts';
import { formatDuration } from '../terminalOutput.ts';

const MIB = 2 ** 20;
const MS_PER_SECOND = 1000;
const BUILT_IN = 'builtin';
const ADDRESS = /^https?:\/\//iu;

const MOST_MEMORY_GIB = 4096;

function numberFlag(context: CommandContext, flag: string): number | null {
  const text = textFlag(context, flag);
  if (text === null) return null;
  const value = Number(text);
  if (value > 0 && value <= MOST_MEMORY_GIB) return value;
  throw new UsageError(`--${flag} takes a number above 0 and up to ${MOST_MEMORY_GIB}, not "${text}".`);
}

function argument(context: CommandContext, position: number): string {
  return required(context.positionals[position], 'argument');
}

function perSecond(speed: number | null | undefined): string {
  return speed === null || speed === undefined ? '-' : speed.toPrecision(3);
}

function placeOf({ source }: ModelView): string {
  return source.kind === 'gguf' ? source.fileName : source.baseUrl;
}

/** Layers on the GPU of all, and whether that is an estimate. */
function layersOf({ fit }: ModelView): string {
  if (fit === null) return '-';
  const { value, basis } = fit.gpuLayers;
  return `${value}/${fit.layers}${basis === 'estimated' ? ' (estimated)' : ''}`;
}

function modelRow(model: ModelView): (string | number)[] {
  const { source, fit, test } = model;
  return [
    model.id,
    model.name,
    model.purpose,
    model.roles.join(', ') || '-',
    source.kind === 'gguf' ? formatSize(source.sizeBytes) : '-',
    fit === null ? '-' : formatSize(fit.totalBytes.value),
    layersOf(model),
    perSecond(test?.promptTokensPerSecond),
    perSecond(test?.generatedTokensPerSecond),
    placeOf(model),
  ];
}

const HEADER = [
  ...['model', 'name', 'for', 'serves', 'size', 'memory', 'layers on GPU', 'reads/s', 'writes/s', 'from'],
] as const;

function printModels(context: CommandContext, models: readonly ModelView[]): void {
  for (const line of formatTable(HEADER, models.map(modelRow))) context.output.line(line);
  for (const { id, problem, trouble } of models) {
    if (problem !== null) context.output.line(`\n${id}: ${problem}`);
    if (trouble !== null)
      context.output.line(`\n${id}: restarted ${trouble.restarts}x since its last test; ${trouble.words}.`);
  }
}

async function list(client: Client, context: CommandContext): Promise<void> {
  const models = await client.call('models.list', {});
  const { output } = context;
  if (models.length > 0) printModels(context, models);
  else
    output.line(
      `No models yet; the built-in engine needs none. ${hint(context, 'models recommended')} lists some, ${hint(context, 'models add FILE')} adds one.`,
    );
  output.json(models);
}

function added(context: CommandContext, model: ModelView): void {
  const role = model.purpose === 'embedding' ? 'embedder' : 'executor';
  context.output.line(`${model.name} is here as ${model.id}, for ${model.purpose}.`);
  context.output.line(
    `Try it with ${hint(context, `models test ${model.id}`)}, use it with ${hint(context, `models assign ${role} ${model.id}`)}.`,
  );
  context.output.json(model);
}

/** A call that may download: shows how far it is. */
async function watched<Name extends CallName>(
  client: Client,
  context: CommandContext,
  call: () => Promise<CallOutput<Name>>,
): Promise<CallOutput<Name>> {
  const unsubscribe = client.on('models.onDownloads', (ongoing) => {
    for (const one of ongoing) context.output.progress(progressOf(one));
  });
  try {
    return await call();
  } finally {
    unsubscribe();
  }
}

function progressOf({
  recommendedId,
  receivedBytes,
  totalBytes,
  bytesPerSecond,
  remainingMs,
}: ModelDownloadProgress) {
  const speed = bytesPerSecond === null ? '' : `, ${formatSize(bytesPerSecond)}/s`;
  const done = Math.floor(receivedBytes / MIB);
  return {
    done,
    total: totalBytes === null ? done : Math.ceil(totalBytes / MIB),
    etaMs: remainingMs,
    label: `MiB of ${recommendedId}${speed}`,
  };
}

async function addModel(client: Client, context: CommandContext): Promise<void> {
  const given = argument(context, 1);
  const file = ADDRESS.test(given) ? given : absolutePath(given);
  const name = textFlag(context, 'name');
  added(
    context,
    await watched<'models.addFile'>(client, context, () => client.call('models.addFile', { file, name })),
  );
}

async function addServer(client: Client, context: CommandContext): Promise<void> {
  const model = await client.call('models.addServer', {
    baseUrl: argument(context, 1),
    model: argument(context, 2),
    purpose: context.flags['embedding'] === true ? 'embedding' : 'chat',
    keyVariable: textFlag(context, 'key-variable'),
  });
  added(context, model);
}

async function serverModels(client: Client, context: CommandContext): Promise<void> {
  const models = await client.call('models.listServer', {
    baseUrl: argument(context, 1),
    keyVariable: textFlag(context, 'key-variable'),
  });
  const rows = models.map(({ name, contextTokens }) => [name, contextTokens ?? '-']);
  if (rows.length === 0) context.output.line('The server offers no model; load one there.');
  else for (const line of formatTable(['model', 'context'], rows)) context.output.line(line);
  context.output.json(models);
}

async function remove(client: Client, context: CommandContext): Promise<void> {
  const modelId = argument(context, 1);
  await client.call('models.remove', { modelId });
  context.output.line(`${modelId} is forgotten; its file stays where it is.`);
  context.output.json({ removed: modelId });
}

function roleArgument(text: string): AssignedRole {
  const role = assignedRoleSchema.safeParse(text);
  if (role.success) return role.data;
  throw new UsageError(`"${text}" is no role; use one of ${assignedRoleSchema.options.join(', ')}.`);
}

async function assign(client: Client, context: CommandContext): Promise<void> {
  const role = roleArgument(argument(context, 1));
  const given = argument(context, 2);
  const modelId = given === BUILT_IN ? null : given;
  const roles = await client.call('models.assign', { role, modelId });
  const { output } = context;
  const serves = MODEL_ROLES.filter((one) => modelId !== null && roles[one] === modelId).join(', ');
  if (role !== 'all') output.line(`The ${role} of new runs is ${modelId ?? 'the built-in engine'}.`);
  else if (modelId === null) output.line('The built-in engine plays every role of new runs.');
  else output.line(`${modelId} is ${serves} of new runs.`);
  if (roles.judge !== undefined && roles.judge === roles.executor) output.warn(judgeWarning(roles.judge));
  output.json(roles);
}

async function testModel(client: Client, context: CommandContext): Promise<void> {
  const model = await client.call('models.test', { modelId: argument(context, 1) });
  const { output } = context;
  const test = required(model.test, 'test that was just made');
  const facts: (readonly [string, string | null])[] = [
    ['loaded in', test.loadMs === null ? null : `${(test.loadMs / MS_PER_SECOND).toFixed(2)} s`],
    [
      'reads',
      test.promptTokensPerSecond === null ? null : `${perSecond(test.promptTokensPerSecond)} tokens/s`,
    ],
    [
      'writes',
      test.generatedTokensPerSecond === null ? null : `${perSecond(test.generatedTokensPerSecond)} tokens/s`,
    ],
    ['GPU memory', test.vramBytes === null ? null : formatSize(test.vramBytes)],
    ['memory', test.ramBytes === null ? null : formatSize(test.ramBytes)],
    ['layers on GPU', test.layers === null ? null : `${test.gpuLayers ?? 0} of ${test.layers}`],
    ['devices', test.layers === null ? null : test.deviceNames.join(', ') || 'the processor'],
    ['context', test.contextTokens === 0 ? null : `${test.contextTokens} tokens`],
  ];
  output.line(`${model.name} works.`);
  for (const [what, value] of facts) if (value !== null) output.line(`  ${what.padEnd(14)}${value}`);
  output.json(model);
}

async function verify(client: Client, context: CommandContext): Promise<void> {
  const model = await client.call('models.verify', { modelId: argument(context, 1) });
  context.output.line(`${model.name} is byte for byte what was added.`);
  context.output.json(model);
}

async function devices(client: Client, context: CommandContext): Promise<void> {
  const found = await client.call('models.devices', {});
  const { output } = context;
  output.line(`GPU        ${found.gpu === null ? 'none' : `${found.deviceNames.join(', ')} (${found.gpu})`}`);
  if (found.vramBytes !== null)
    output.line(`GPU memory ${formatSize(found.vramBytes)}, ${formatSize(found.freeVramBytes ?? 0)} free`);
  output.line(`memory     ${formatSize(found.ramBytes)}, ${formatSize(found.freeRamBytes)} free`);
  output.line(`processor  ${found.cpuCores} cores`);
  output.json(found);
}

async function reembed(client: Client, context: CommandContext): Promise<void> {
  const unsubscribe = client.on('models.onWork', (ongoing) => {
    for (const { kind, done, total } of ongoing)
      if (kind === 'reembed') context.output.progress({ done, total, label: 'memories embedded anew' });
  });
  try {
    const done = await client.call('models.reembed', {});
    const { output } = context;
    output.line(
      `${done.memories} kept memories are embedded by ${done.embedder}, ${done.embedded} of them just now.`,
    );
    for (const id of done.replaced) output.line(`The vectors of ${id} are gone.`);
    output.json(done);
  } finally {
    unsubscribe();
  }
}

const PLACES = { kept: 'kept loaded', turns: 'by turns', processor: 'on the processor' } as const;

function figure(text: string, basis: 'estimated' | 'measured'): string {
  return `${text} (${basis})`;
}

function planCost({
  turns,
  isFitting,
  episodesPerStage,
  loadsPerStage,
  secondsPerStage,
}: Placement): string[] {
  const { value, basis } = secondsPerStage;
  return [
    turns.length < 2
      ? 'All stay loaded; nothing is loaded again.'
      : `A stage of ${episodesPerStage} episodes loads models ${loadsPerStage} times: about ${figure(formatDuration(value * MS_PER_SECOND), basis)}, if none work at the same time.`,
    ...(isFitting
      ? []
      : ['Not all of it fits even so: some layers stay on the processor, or memory runs short.']),
  ];
}

async function plan(client: Client, context: CommandContext): Promise<void> {
  const placement = await client.call('models.plan', { memoryGib: numberFlag(context, 'memory-gib') });
  const { output } = context;
  output.json(placement);
  if (placement === null) {
    output.line(`No model file serves a role yet; ${hint(context, 'models assign ROLE ID')} assigns one.`);
    return;
  }
  const { kind, bytes } = placement.device;
  output.line(`${kind === 'gpu' ? 'GPU memory' : 'Memory'} that models may take: ${formatSize(bytes)}`);
  const rows = placement.models.map((model) => [
    model.name,
    model.roles.join(', '),
    PLACES[model.place],
    figure(formatSize(model.bytes.value), model.bytes.basis),
    figure(`${model.loadSeconds.value.toFixed(1)} s`, model.loadSeconds.basis),
    model.loadsPerStage,
  ]);
  const header = ['model', 'serves', 'place', 'memory', 'to load', 'loads a stage'];
  for (const line of [...formatTable(header, rows), ...planCost(placement)]) output.line(line);
}

async function recommended(client: Client, context: CommandContext): Promise<void> {
  const models = await client.call('models.recommended', {});
  const { output } = context;
  const rows = models.map((one) => [
    one.id,
    one.roles.length > 1 ? 'chat' : one.roles.join(', '),
    one.bytes === null ? '-' : formatSize(one.bytes),
    formatSize(one.minimumMemoryBytes),
    one.licence,
    one.modelId ?? (one.isForThisMachine ? 'for this machine' : '-'),
    `${one.repository}/${one.file}`,
  ]);
  const header = ['recommended', 'for', 'size', 'needs', 'licence', 'here', 'published as'];
  for (const line of formatTable(header, rows)) output.line(line);
  output.line(`\n${hint(context, 'models download ID')} fetches one over the network.`);
  output.json(models);
}

async function download(client: Client, context: CommandContext): Promise<void> {
  const recommendedId = argument(context, 1);
  added(
    context,
    await watched<'models.download'>(client, context, () =>
      client.call('models.download', { recommendedId }),
    ),
  );
}

interface ModelAction {
  readonly usage: string;
  /** Number of arguments after the action's name. */
  readonly takes: number;
  readonly run: (client: Client, context: CommandContext) => Promise<void>;
}

const ACTIONS: Readonly<Record<string, ModelAction>> = {
  list: { usage: 'list', takes: 0, run: list },
  add: { usage: 'add FILE|URL [--name NAME]', takes: 1, run: addModel },
  'add-server': {
    usage: 'add-server BASE_URL MODEL [--embedding] [--key-variable NAME]',
    takes: 2,
    run: addServer,
  },
  'server-models': { usage: 'server-models BASE_URL [--key-variable NAME]', takes: 1, run: serverModels },
  remove: { usage: 'remove ID', takes: 1, run: remove },
  assign: { usage: 'assign ROLE|all ID|builtin', takes: 2, run: assign },
  test: { usage: 'test ID', takes: 1, run: testModel },
  verify: { usage: 'verify ID', takes: 1, run: verify },
  devices: { usage: 'devices', takes: 0, run: devices },
  plan: { usage: 'plan [--memory-gib N]', takes: 0, run: plan },
  reembed: { usage: 'reembed', takes: 0, run: reembed },
  recommended: { usage: 'recommended', takes: 0, run: recommended },
  download: { usage: 'download ID', takes: 1, run: download },
};

async function run(context: CommandContext): Promise<void> {
  const [name = 'list', ...rest] = context.positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined)
    throw new UsageError(`models takes ${Object.keys(ACTIONS).join(', ')}, not "${name}".`);
  if (rest.length !== action.takes) throw new UsageError(`Usage: memskill models ${action.usage}.`);
  // Before the workspace is opened.
  if (name === 'assign') roleArgument(argument(context, 1));
  await action.run(await context.connect(), context);
}

export const modelsCommand: CommandSpec = {
  name: 'models',
  usage: `models [${Object.values(ACTIONS)
    .map(({ usage }) => usage)
    .join(' | ')}]`,
  summary:
    'Language models and embedders: adds GGUF files and models of servers, tries them, says what fits, and who serves which role.',
  flags: [
    { flag: 'name', value: 'NAME', description: 'add: what to call it (default: what the file says)' },
    {
      flag: 'memory-gib',
      value: 'N',
      description: 'plan: as if this machine had a GPU of so much memory (default: what it has)',
    },
    { flag: 'embedding', value: null, description: 'add-server: the model embeds texts' },
    {
      flag: 'key-variable',
      value: 'NAME',
      description:
        'add-server, server-models: the environment variable with the key; the key is kept nowhere',
    },
  ],
  takesRunOptions: false,
  positionals: [0, 3],
  handlesInterrupt: false,
  run,
};
