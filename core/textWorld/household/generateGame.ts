import { required } from '../../shared/assertions.ts';
import { createRng, type Rng } from '../../shared/rng.ts';
import { TASK_TYPES, type GameFile, type TaskType, type TrajectoryData } from '../gameFile.ts';
import {
  PLACE_KINDS,
  ROOMS,
  THING_KINDS,
  type PlaceKind,
  type Room,
  type ThingKind,
  type Treatment,
} from './catalogue.ts';
import { HOUSEHOLD_DOMAIN, householdGrammar } from './householdDomain.ts';
import { goalOf, taskSentence, type HouseholdTask } from './householdTask.ts';

/**
 * Small worlds of our own for the six task types of ALFWorld, solvable by construction: what the task names is there, can be
 * treated, and may lie where it has to go. One seed, task type and difficulty always give the same world.
 */

export const DIFFICULTIES = ['easy', 'medium', 'hard'] as const;
export type Difficulty = (typeof DIFFICULTIES)[number];

interface Measures {
  /** Places in the room, besides those that the task needs. */
  readonly places: number;
  readonly things: number;
  /** How often a thing lies where people usually keep its kind. */
  readonly usualShare: number;
}

const MEASURES: Readonly<Record<Difficulty, Measures>> = {
  easy: { places: 8, things: 8, usualShare: 0.95 },
  medium: { places: 16, things: 16, usualShare: 0.85 },
  hard: { places: 26, things: 28, usualShare: 0.7 },
};

export interface GameOrder {
  readonly seed: number;
  readonly taskType: TaskType;
  readonly difficulty: Difficulty;
}

export interface GeneratedGame {
  readonly file: GameFile;
  readonly trajectoryData: TrajectoryData;
}

interface Place {
  readonly kind: PlaceKind;
  readonly id: string;
}

interface Thing {
  readonly kind: ThingKind;
  readonly id: string;
  readonly placeId: string;
}

const TREATMENTS: Readonly<Partial<Record<TaskType, Treatment>>> = {
  pick_clean_then_place_in_recep: 'wash',
  pick_heat_then_place_in_recep: 'heat',
  pick_cool_then_place_in_recep: 'chill',
};

function pick<T>(rng: Rng, items: readonly T[], what: string): T {
  return required(items[rng.int(Math.max(1, items.length))], what);
}

function isIn(room: Room): (kind: { readonly rooms: readonly Room[] }) => boolean {
  return (kind) => kind.rooms.includes(room);
}

/** Whether a room has everything for a task type. */
function suits(room: Room, taskType: TaskType): boolean {
  const treatment = TREATMENTS[taskType];
  const things = THING_KINDS.filter(isIn(room));
  if (taskType === 'look_at_obj_in_light') return things.some((kind) => kind.isLamp);
  if (treatment === undefined) return true;
  return (
    PLACE_KINDS.filter(isIn(room)).some((kind) => kind.treatment === treatment) &&
    things.some((kind) => kind.treatments.includes(treatment))
  );
}

function chooseTask(rng: Rng, room: Room, taskType: TaskType): HouseholdTask {
  const treatment = TREATMENTS[taskType] ?? null;
  const things = THING_KINDS.filter(isIn(room)).filter(
    (kind) => !kind.isLamp && (treatment === null || kind.treatments.includes(treatment)),
  );
  const thing = pick(rng, things, 'kind of thing');
  // Where it is usually kept would be where it lies already.
  const places = PLACE_KINDS.filter(isIn(room)).filter(
    (kind) => !thing.usual.includes(kind.name) && (treatment === null || kind.treatment !== treatment),
  );
  return { taskType, treatment, thing: thing.name, place: pick(rng, places, 'kind of place').name };
}

function numbered<T extends { readonly name: string }>(
  kinds: readonly T[],
): { readonly kind: T; readonly id: string }[] {
  const counts = new Map<string, number>();
  return kinds.map((kind) => {
    const number = (counts.get(kind.name) ?? 0) + 1;
    counts.set(kind.name, number);
    return { kind, id: `${kind.name}_bar_${String(number).padStart(2, '0')}` };
  });
}

function choosePlaces(rng: Rng, room: Room, needed: readonly PlaceKind[], extra: number): Place[] {
  const left = PLACE_KINDS.filter(isIn(room)).flatMap((kind) => {
    const taken = needed.filter((one) => one === kind).length;
    return Array.from({ length: Math.max(0, kind.most - taken) }, () => kind);
  });
  return numbered([...needed, ...rng.shuffle(left).slice(0, extra)]);
}

/** Where a thing lies at the start: mostly where its kind is usually kept, never where the task wants it. */
function lay(
  rng: Rng,
  kind: ThingKind,
  places: readonly Place[],
  about: { usualShare: number; not: string | null },
): string {
  const open = places.filter((place) => place.kind.name !== about.not);
  const usual = open.filter((place) => kind.usual.includes(place.kind.name));
  const chosen = usual.length > 0 && rng.next() < about.usualShare ? usual : open;
  return pick(rng, chosen, 'place').id;
}

/** Kinds of the things: those of the task, and others to look past. */
function chooseThings(rng: Rng, room: Room, task: HouseholdTask, count: number): ThingKind[] {
  const kinds = THING_KINDS.filter(isIn(room));
  const wanted = required(
    kinds.find((kind) => kind.name === task.thing),
    'kind of the task',
  );
  const needed = Array.from({ length: task.taskType === 'pick_two_obj_and_place' ? 2 : 1 }, () => wanted);
  const lamp = kinds.filter((kind) => kind.isLamp).slice(0, task.taskType === 'look_at_obj_in_light' ? 1 : 0);
  // No more lamps: the one that is there is the one meant.
  const others = kinds.filter((kind) => !kind.isLamp);
  const extra = Array.from({ length: count }, () => pick(rng, others, 'kind of thing'));
  return [...needed, ...lamp, ...extra];
}

function problemText(task: HouseholdTask, places: readonly Place[], things: readonly Thing[]): string {
  const thingKinds = [...new Set(things.map(({ kind }) => kind))];
  const placeKinds = [...new Set(places.map(({ kind }) => kind))];
  const abilities = { wash: 'bearswater', heat: 'bearsheat', chill: 'bearsfrost' } as const;
  const services = { wash: 'haswater', heat: 'hasheat', chill: 'hasfrost' } as const;
  const objects = [
    'you - helper middle - spot',
    ...places.map(({ id }) => `${id} - place at_${id} - spot`),
    ...things.map(({ id }) => `${id} - thing`),
    ...placeKinds.map(({ name }) => `${name}_kind - placekind`),
    ...thingKinds.map(({ name }) => `${name}_kind - thingkind`),
  ];
  const facts = [
    '(standsat you middle)',
    ...places.flatMap(({ kind, id }) => [
      `(placeat ${id} at_${id}) (placekindof ${id} ${kind.name}_kind)`,
      ...(kind.hasDoor ? [`(hasdoor ${id})`] : []),
      ...(kind.treatment === null ? [] : [`(${services[kind.treatment]} ${id})`]),
    ]),
    ...things.flatMap(({ kind, id, placeId }) => [
      `(thingkindof ${id} ${kind.name}_kind) (inside ${id} ${placeId})`,
      kind.isLamp ? `(lamp ${id})` : `(portable ${id})`,
      ...kind.treatments.map((treatment) => `(${abilities[treatment]} ${id})`),
    ]),
    ...placeKinds.flatMap((place) =>
      thingKinds.map((thing) => `(keeps ${place.name}_kind ${thing.name}_kind)`),
    ),
  ];
  return `(define (problem household) (:domain household)
  (:objects
    ${objects.join('\n    ')})
  (:init
    ${facts.join('\n    ')})
  (:goal ${goalOf(task)}))
`;
}

/** Makes a world. */
export function generateGame({ seed, taskType, difficulty }: GameOrder): GeneratedGame {
  const rng = createRng('household', seed, taskType, difficulty);
  const measures = MEASURES[difficulty];
  const room = pick(
    rng,
    ROOMS.filter((one) => suits(one, taskType)),
    'room',
  );
  const task = chooseTask(rng, room, taskType);
  const needed = [
    task.place,
    ...THING_KINDS.filter((kind) => kind.name === task.thing).flatMap((kind) => kind.usual),
  ].flatMap((name) => PLACE_KINDS.filter(isIn(room)).find((kind) => kind.name === name) ?? []);
  const service = PLACE_KINDS.filter(isIn(room)).filter(
    (kind) => kind.treatment !== null && kind.treatment === task.treatment && !needed.includes(kind),
  );
  const places = choosePlaces(rng, room, [...needed, ...service], measures.places);
  const things = numbered(chooseThings(rng, room, task, measures.things)).map(({ kind, id }): Thing => ({
    kind,
    id,
    placeId: lay(rng, kind, places, {
      usualShare: measures.usualShare,
      not: kind.name === task.thing ? task.place : null,
    }),
  }));
  return {
    file: {
      pddl_domain: HOUSEHOLD_DOMAIN,
      grammar: householdGrammar(room, taskSentence(task, rng)),
      pddl_problem: problemText(task, places, things),
      solvable: true,
    },
    trajectoryData: {
      task_type: taskType,
      pddl_params: { object_target: task.thing, parent_target: task.place, object_sliced: false },
    },
  };
}

/** Orders for `count` worlds, the task types taking turns. */
export function gameOrders(
  count: number,
  options: { readonly seed: number; readonly difficulty: Difficulty },
): GameOrder[] {
  return Array.from({ length: count }, (_, index) => ({
    seed: options.seed + index,
    taskType: required(TASK_TYPES[index % TASK_TYPES.length], 'task type'),
    difficulty: options.difficulty,
  }));
}
