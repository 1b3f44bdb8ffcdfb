import type { ModelRole, Placement } from '../contract/model.ts';

// Law: what is loaded together fits the device, as far as its parts can be estimated; a model that fits it alone is never
// left to the processor because of another chat model, but takes turns with it. The embedder, which every span needs,
// never takes turns with the models that read and answer.

export type PlacementDevice = Placement['device'];

/** A model of the set and what it takes. */
export type ModelDemand = Pick<
  Placement['models'][number],
  'id' | 'name' | 'roles' | 'bytes' | 'loadSeconds'
>;

export interface PlacementRequest {
  readonly models: readonly ModelDemand[];
  readonly device: PlacementDevice;
  /** Episodes of a stage: each writes memories, then answers, then judges. */
  readonly episodesPerStage: number;
}

/**
 * What an embedder on the processor is held to cost a stage, in seconds, only to weigh it against loading models more
 * often: a few thousand short texts at some hundred a second.
 */
const PROCESSOR_EMBEDDER_SECONDS = 30;

type Moment = readonly ModelRole[];
const EPISODE: readonly Moment[] = [['embedder', 'executor'], ['embedder', 'answerer'], ['judge']];
const DESIGN: Moment = ['designer'];
/** Roles that work beside the embedder. */
const BESIDE_EMBEDDER: readonly ModelRole[] = ['executor', 'answerer', 'judge'];

interface Candidate {
  readonly turns: readonly (readonly ModelDemand[])[];
  readonly onProcessor: readonly ModelDemand[];
}

/** The cheapest way to load the models, in seconds of loading for a stage; null without models. */
export function placeModels(request: PlacementRequest): Placement | null {
  if (request.models.length === 0) return null;
  const rated = candidates(request).map((candidate) => rate(candidate, request));
  // At the same cost the first: fewer turns, and the embedder on the device.
  return rated.reduce((best, one) => (one.weight < best.weight ? one : best)).placement;
}

function sizeOf(models: readonly ModelDemand[]): number {
  return models.reduce((sum, { bytes }) => sum + bytes.value, 0);
}

function candidates({ models, device }: PlacementRequest): Candidate[] {
  const embedder = models.find(({ roles }) => roles.includes('embedder')) ?? null;
  const chat = models.filter((model) => model !== embedder);
  const found: Candidate[] = [];
  const places = embedder === null || device.kind === 'memory' ? [true] : [true, false];
  for (const isOnDevice of places) {
    const beside = embedder !== null && isOnDevice ? embedder : null;
    for (const groups of partitions(chat)) {
      const turns = withEmbedder(groups, beside);
      const isFitting = turns.every((turn, i) => isAlone(groups[i]) || sizeOf(turn) <= device.bytes);
      // Beside an embedder a model that fits alone has to fit as well: else the embedder goes to the processor.
      const isCrowded =
        device.kind === 'gpu' &&
        beside !== null &&
        turns.some(
          (turn) => sizeOf(turn) > device.bytes && sizeOf(turn) - beside.bytes.value <= device.bytes,
        );
      if (!isFitting || isCrowded) continue;
      found.push({
        turns: filled(turns, models, { room: device.bytes, onProcessor: isOnDevice ? null : embedder }),
        onProcessor: isOnDevice || embedder === null ? [] : [embedder],
      });
    }
  }
  return found.sort((a, b) => a.onProcessor.length - b.onProcessor.length || a.turns.length - b.turns.length);
}

function isAlone(group: readonly ModelDemand[] | undefined): boolean {
  return group === undefined || group.length <= 1;
}

/** The embedder in every turn that needs it, or in one of its own. */
function withEmbedder(groups: readonly ModelDemand[][], embedder: ModelDemand | null): ModelDemand[][] {
  if (embedder === null) return [...groups];
  const isNeeded = (group: readonly ModelDemand[]): boolean => group.some(({ roles }) => isBeside(roles));
  const turns = groups.map((group) => (isNeeded(group) ? [embedder, ...group] : group));
  return groups.some(isNeeded) ? turns : [...turns, [embedder]];
}

function isBeside(roles: readonly ModelRole[]): boolean {
  return roles.some((role) => BESIDE_EMBEDDER.includes(role));
}

/** Every way to split the models into groups; at most 15 for the four roles. */
function partitions(models: readonly ModelDemand[]): ModelDemand[][][] {
  const [first, ...rest] = models;
  if (first === undefined) return [[]];
  return partitions(rest).flatMap((groups) => [
    [[first], ...groups],
    ...groups.map((_, at) => groups.map((group, i) => (i === at ? [first, ...group] : group))),
  ]);
}

/** What also fits a turn need not be unloaded for it: first what takes longest to load. */
function filled(
  turns: readonly (readonly ModelDemand[])[],
  models: readonly ModelDemand[],
  { room, onProcessor }: { readonly room: number; readonly onProcessor: ModelDemand | null },
): ModelDemand[][] {
  const byCost = models
    .filter((model) => model !== onProcessor)
    .toSorted((a, b) => b.loadSeconds.value - a.loadSeconds.value);
  return turns.map((turn) => {
    const all = [...turn];
    for (const model of byCost)
      if (!all.includes(model) && sizeOf(all) + model.bytes.value <= room) all.push(model);
    return all;
  });
}

/** Loads of one stage after the first, as models are asked for: what does not belong to the new turn is unloaded. */
function loadsOfStage(
  candidate: Candidate,
  { models, episodesPerStage }: PlacementRequest,
): Map<string, number> {
  const used = new Set(models.flatMap(({ roles }) => roles));
  const episode = EPISODE.map((moment) => moment.filter((role) => used.has(role)));
  // The stage's episodes, the measuring of it, the designer, and a replay of what it made.
  const stage = [
    ...Array.from({ length: episodesPerStage + 1 }, () => episode).flat(),
    ...(used.has('designer') ? [DESIGN, ...episode] : []),
  ];
  const loads = new Map<string, number>();
  let loaded: readonly ModelDemand[] = [];
  let turn: readonly ModelDemand[] = [];
  for (const isCounted of [false, true])
    for (const role of stage.flat()) {
      const model = models.find(({ roles }) => roles.includes(role));
      if (model === undefined || loaded.includes(model) || candidate.onProcessor.includes(model)) continue;
      if (!turn.includes(model)) turn = candidate.turns.find((one) => one.includes(model)) ?? [];
      const now = turn;
      loaded = [...loaded.filter((one) => now.includes(one)), model];
      if (isCounted) loads.set(model.id, (loads.get(model.id) ?? 0) + 1);
    }
  return loads;
}

function rate(candidate: Candidate, request: PlacementRequest): { weight: number; placement: Placement } {
  const { models, device } = request;
  const loads = loadsOfStage(candidate, request);
  const loadsOf = ({ id }: ModelDemand): number => loads.get(id) ?? 0;
  const seconds = models.reduce((sum, model) => sum + loadsOf(model) * model.loadSeconds.value, 0);
  const isMeasured = models.every((model) => loadsOf(model) === 0 || model.loadSeconds.basis === 'measured');
  const isOnProcessor = (model: ModelDemand): boolean => candidate.onProcessor.includes(model);
  const placement: Placement = {
    device,
    models: models.map((model) => ({
      ...model,
      place: isOnProcessor(model)
        ? 'processor'
        : candidate.turns.every((turn) => turn.includes(model))
          ? 'kept'
          : 'turns',
      loadsPerStage: loadsOf(model),
      isTooLarge: !isOnProcessor(model) && model.bytes.value > device.bytes,
    })),
    turns: candidate.turns.map((turn) => turn.map(({ id }) => id)),
    episodesPerStage: request.episodesPerStage,
    isFitting: candidate.turns.every((turn) => sizeOf(turn) <= device.bytes),
    loadsPerStage: models.reduce((sum, model) => sum + loadsOf(model), 0),
    secondsPerStage: { value: seconds, basis: isMeasured && seconds > 0 ? 'measured' : 'estimated' },
  };
  return { weight: seconds + candidate.onProcessor.length * PROCESSOR_EMBEDDER_SECONDS, placement };
}
