import { freemem } from 'node:os';
import { runConfigSchema, type RunConfig } from '../../config/schema.ts';
import type {
  DevicesView,
  ModelAssignments,
  ModelRecord,
  ModelRole,
  Placement,
} from '../../contract/model.ts';
import { planFit, RESERVED_SHARE, type Figure } from '../../models/fitPlan.ts';
import type { GgufDescription } from '../../models/ggufFile.ts';
import { placeModels, type ModelDemand, type PlacementDevice } from '../../models/placement.ts';
import { DEFAULT_CONTEXT_TOKENS, isGguf, type GgufRecord } from './modelViews.ts';

const GIB = 2 ** 30;
const MS_PER_SECOND = 1000;
/** Of a model that was never tried: a process starts, and a file is read from a usual disk. */
const START_SECONDS = 1;
const READ_BYTES_PER_SECOND = 500e6;

/** Which option names the model of a role, where the role has one of its own. */
export const MODEL_OPTIONS = {
  executor: 'executorModel',
  answerer: 'answererModel',
  judge: 'judgeModel',
  designer: 'designerModel',
} as const satisfies Record<Exclude<ModelRole, 'embedder'>, keyof RunConfig>;

export interface ModelOfRole {
  readonly role: Exclude<ModelRole, 'embedder'>;
  readonly id: string;
  /** The option that names it. */
  readonly key: string;
}

/** The model that plays each role; a role without one of its own is played by the executor's. */
export function chatModelsOf(config: RunConfig): ModelOfRole[] {
  const roles = [
    ...(config.engine === 'llm' ? (['executor', 'answerer', 'judge'] as const) : []),
    ...(config.designer === 'llm' ? (['designer'] as const) : []),
  ];
  return roles.flatMap((role) => {
    const key = config[MODEL_OPTIONS[role]] === null ? 'executorModel' : MODEL_OPTIONS[role];
    const id = config[key];
    return id === null ? [] : [{ role, id, key }];
  });
}

export interface PlacementParts {
  readonly find: (id: string) => ModelRecord | null;
  /** @throws AppError as `readGgufFile`. */
  readonly describe: (path: string) => Promise<GgufDescription>;
  readonly device: () => Promise<PlacementDevice>;
}

/** Where the models of a configuration go; null when none of them is a file. @throws AppError as `describe`. */
export async function placeModelsOf(config: RunConfig, parts: PlacementParts): Promise<Placement | null> {
  const roles = new Map<string, ModelRole[]>();
  for (const { id, role } of chatModelsOf(config)) roles.set(id, [...(roles.get(id) ?? []), role]);
  if (config.embedderModel !== null) roles.set(config.embedderModel, ['embedder']);
  const files = [...roles.keys()]
    .map((id) => parts.find(id))
    .filter((record) => record !== null)
    .filter(isGguf);
  if (files.length === 0) return null;
  const device = await parts.device();
  const models = await Promise.all(
    files.map(async (record) => {
      const description = await parts.describe(record.source.path);
      return demandOf(record, { roles: roles.get(record.id) ?? [], description, config, device });
    }),
  );
  return placeModels({ models, device, episodesPerStage: config.innerEpochs * config.batchSize });
}

interface Use {
  readonly roles: ModelRole[];
  readonly description: GgufDescription;
  readonly config: RunConfig;
  readonly device: PlacementDevice;
}

function demandOf(record: GgufRecord, use: Use): ModelDemand {
  const { purpose, test } = record;
  const { modelContext, modelSequences } = use.config;
  const trained = use.description.contextTokens ?? Infinity;
  const contextTokens = Math.min(
    trained,
    (purpose === 'chat' ? modelContext : null) ?? DEFAULT_CONTEXT_TOKENS[purpose],
  );
  const sequences = purpose === 'chat' ? modelSequences : 1;
  return {
    id: record.id,
    name: record.name,
    roles: use.roles,
    bytes: bytesOf(record, { ...use, contextTokens, sequences }),
    loadSeconds:
      test?.loadMs == null
        ? {
            value: START_SECONDS + record.source.sizeBytes / READ_BYTES_PER_SECOND,
            basis: 'estimated',
          }
        : { value: test.loadMs / MS_PER_SECOND, basis: 'measured' },
  };
}

function bytesOf(
  { test, purpose, source }: GgufRecord,
  {
    description,
    config,
    device,
    contextTokens,
    sequences,
  }: Use & { contextTokens: number; sequences: number },
): Figure {
  const isOnProcessor = device.kind === 'memory';
  // A test holds for the same context and one sequence, and says what all of it takes when all of it was on the GPU.
  const isSame = test?.contextTokens === contextTokens && sequences === 1 && !isOnProcessor;
  if (isSame && test.vramBytes !== null && test.layers !== null && test.gpuLayers === test.layers)
    return { value: test.vramBytes, basis: 'measured' };
  const plan = planFit(description, {
    contextTokens,
    sequences,
    freeVramBytes: null,
    isOnProcessor,
    // A model that embeds takes a text in one batch.
    ...(purpose === 'embedding' ? { batchTokens: contextTokens } : {}),
  });
  const whole = plan?.totalBytes ?? { value: source.sizeBytes, basis: 'estimated' };
  const share =
    plan === null || config.gpuLayers === null || isOnProcessor ? 1 : config.gpuLayers / plan.layers;
  return { ...whole, value: Math.round(whole.value * Math.min(1, share)) };
}

/** A run on models alone, as the workspace's assignments and defaults of new runs would have it. */
export function configOfAssignments(
  assigned: ModelAssignments,
  runDefaults: Readonly<Record<string, unknown>>,
): RunConfig {
  const of = (role: ModelRole): string | null => assigned[role] ?? null;
  return runConfigSchema.parse({
    ...runDefaults,
    engine: 'llm',
    designer: 'llm',
    executorModel: of('executor'),
    answererModel: of('answerer'),
    judgeModel: of('judge'),
    designerModel: of('designer'),
    embedderModel: of('embedder'),
  });
}

/** A GPU of so much memory, all of it free. */
export function supposedGpu(memoryGib: number): PlacementDevice {
  return { kind: 'gpu', bytes: Math.round(memoryGib * GIB * (1 - RESERVED_SHARE)) };
}

/** What models may take: the GPU's free memory, or the machine's where the processor does all; at most what is allowed. */
export async function deviceFor(
  config: RunConfig,
  devices: () => Promise<Pick<DevicesView, 'freeVramBytes'> | null>,
): Promise<PlacementDevice> {
  const vram = config.gpuLayers === 0 ? null : ((await devices())?.freeVramBytes ?? null);
  const free = (vram ?? freemem()) * (1 - RESERVED_SHARE);
  const allowed = config.modelMemoryGib === null ? free : Math.min(free, config.modelMemoryGib * GIB);
  return { kind: vram === null ? 'memory' : 'gpu', bytes: Math.round(allowed) };
}
