import { setImmediate } from 'node:timers/promises';
import { AppError, throwIfAborted } from '../shared/errors.ts';
import { contentHash } from '../shared/contentHash.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import { required } from '../shared/assertions.ts';
import { TASK_TYPES, type TaskType } from '../textWorld/gameFile.ts';
import { gameOrders, type Difficulty } from '../textWorld/household/generateGame.ts';
import { expertTrajectory, type ExpertTrajectory } from './expertTrajectory.ts';
import { readGameFolder } from './gameFolder.ts';
import { objectiveOfGame, openGame, type GameReference } from './gameReference.ts';
import type { HeldDataset } from './loadedDataset.ts';
import { packTrajectories } from './trajectorySpans.ts';
import type { Question, SplitName, Trace, Turn } from './trace.ts';

/**
 * ALFWorld (reference 1.5, 13.5, 14). A trace is a pair: trajectories of the expert, from which a memory is built, and games
 * that are played with it. Training draws pairs of one task type; validation and test build one memory from all training
 * trajectories and play games of their own. Without a folder the worlds are generated and nothing has to be downloaded.
 */

export interface AlfworldOptions {
  /** Names the random streams of generated worlds and of pairs. */
  readonly seed: number;
  /** Generated games of validation, and of test. */
  readonly worlds: number;
  readonly difficulty: Difficulty;
  readonly pairs: number;
  /** Trajectories a pair's memory is built from, least and most. */
  readonly trajectories: { readonly least: number; readonly most: number };
  /** Games of a pair. */
  readonly games: number;
  readonly sameTypeShare: number;
  /** Tokens of a span; a trajectory is never cut. */
  readonly chunkSize: number;
  readonly query: 'objective' | 'first-observation';
}

interface Game {
  readonly id: string;
  readonly taskType: TaskType;
  readonly reference: GameReference;
}

type Games = Readonly<Record<SplitName, readonly Game[]>>;

/** Generated games to learn from: as many as the six types need. */
const TRAINING_GAMES = 72;
/** So that no game of a split is in another. */
const SEED_OF_SPLIT = { train: 0, validation: 1_000_000, test: 2_000_000 } as const;

function generatedGames({ seed, worlds, difficulty }: AlfworldOptions): { games: Games; hash: string } {
  const of = (split: SplitName): Game[] =>
    gameOrders(split === 'train' ? TRAINING_GAMES : worlds, {
      seed: seed * 1000 + SEED_OF_SPLIT[split],
      difficulty,
    }).map((order) => ({
      id: `${order.taskType}-${order.seed}`,
      taskType: order.taskType,
      reference: { kind: 'generated', order },
    }));
  const games = { train: of('train'), validation: of('validation'), test: of('test') };
  return { games, hash: contentHash({ generated: games }) };
}

/** The folder of a split as ALFWorld names it; games outside of all are trained on. */
const FOLDERS: Readonly<Record<string, SplitName>> = { valid_seen: 'validation', valid_unseen: 'test' };

function folderGames(folder: string): { games: Games; hash: string; notes: string[] } {
  const found = readGameFolder(folder);
  const games: Record<SplitName, Game[]> = { train: [], validation: [], test: [] };
  for (const { id, path, taskType } of found.games) {
    const split =
      id
        .split('/')
        .map((part) => FOLDERS[part])
        .find((one) => one !== undefined) ?? 'train';
    games[split].push({ id, taskType, reference: { kind: 'file', path } });
  }
  const { movable, sliced, unsolvable, otherTask } = found.skipped;
  const skipped = movable + sliced + unsolvable + otherTask;
  const notes =
    skipped === 0
      ? []
      : [
          `${skipped} games were left out: ${movable} with movable receptacles, ${sliced} with sliced objects, ${unsolvable} not marked as solvable, ${otherTask} of another task.`,
        ];
  return { games, hash: found.hash, notes };
}

function draw(rng: Rng, games: readonly Game[], count: number): Game[] {
  const shuffled = rng.shuffle(games);
  // Repeats where there are too few (reference 14).
  return Array.from({ length: count }, (_, index) => required(shuffled[index % shuffled.length], 'game'));
}

interface Pair {
  readonly memory: readonly Game[];
  readonly played: readonly Game[];
}

/** Draws a pair (reference 14): both halves of one task type and disjoint where there are enough games, else of two types. */
function drawPair(rng: Rng, games: readonly Game[], options: AlfworldOptions): Pair {
  const { least, most } = options.trajectories;
  const count = least + rng.int(most - least + 1);
  const types = TASK_TYPES.filter((type) => games.some((game) => game.taskType === type));
  const of = (type: TaskType): Game[] => games.filter((game) => game.taskType === type);
  const first = required(types[rng.int(types.length)], 'task type');
  if (rng.next() < options.sameTypeShare || types.length === 1) {
    const shuffled = rng.shuffle(of(first));
    const memory = shuffled.slice(0, count);
    const rest = shuffled.slice(memory.length);
    return { memory, played: draw(rng, rest.length > 0 ? rest : shuffled, options.games) };
  }
  const others = types.filter((type) => type !== first);
  const second = required(others[rng.int(others.length)], 'other task type');
  return { memory: draw(rng, of(first), count), played: draw(rng, of(second), options.games) };
}

/** Kind of a name. */
function kindOf(name: string): string {
  return name.replace(/ \d+$/u, '');
}

/** What was taken from where, and treated with what, in one step of the expert. */
function usedPlace(action: string): { readonly thing: string; readonly place: string } | null {
  const match = /^(?:take|clean|heat|cool) (.+) (?:from|with) (.+)$/u.exec(action);
  return match?.[1] === undefined || match[2] === undefined
    ? null
    : { thing: kindOf(match[1]), place: kindOf(match[2]) };
}

function turnsOf(trajectories: readonly ExpertTrajectory[]): Turn[] {
  return trajectories.flatMap(({ id, steps }, session) =>
    steps.map(({ action, observation }, index) => ({
      id: `${id}:${index + 1}`,
      speaker: '',
      text: `${action}: ${observation}`,
      session: session + 1,
      date: null,
    })),
  );
}

/** Steps of the trajectories that a game could learn from: those with the thing it is about. */
function lessonsFor(objective: string, trajectories: readonly ExpertTrajectory[]) {
  return trajectories.flatMap(({ id, steps }) =>
    steps.flatMap(({ action }, index) => {
      const used = usedPlace(action);
      const isAbout = used !== null && new RegExp(`\\b${used.thing}s?\\b`, 'u').test(objective);
      return isAbout ? [{ turnId: `${id}:${index + 1}`, place: used.place }] : [];
    }),
  );
}

function questionOf(
  game: Game,
  at: { readonly trace: string; readonly index: number },
  around: { readonly trajectories: readonly ExpertTrajectory[]; readonly query: AlfworldOptions['query'] },
): Question {
  const objective = objectiveOfGame(game.reference);
  const lessons = lessonsFor(objective, around.trajectories);
  const places = [...new Set(lessons.map(({ place }) => place))];
  return {
    id: `${at.trace}_${at.index}`,
    index: at.index,
    text: around.query === 'objective' ? objective : openGame(game.reference).start.observation,
    // What there was to know; whether the game was won is decided by its state alone.
    golds: [places.length === 0 ? 'done' : places.join(', ')],
    category: TASK_TYPES.indexOf(game.taskType) + 1,
    evidence: lessons.map(({ turnId }) => turnId),
    date: null,
    game: game.reference,
  };
}

/** Expert trajectories, each planned once. */
class Trajectories {
  readonly #known = new Map<string, ExpertTrajectory>();

  async of(games: readonly Game[], signal: AbortSignal | undefined): Promise<ExpertTrajectory[]> {
    const trajectories: ExpertTrajectory[] = [];
    for (const game of new Set(games)) {
      throwIfAborted(signal);
      const known = this.#known.get(game.id) ?? expertTrajectory(game.id, game.reference);
      this.#known.set(game.id, known);
      trajectories.push(known);
      // Planning takes a while, and this may be a shell.
      await setImmediate();
    }
    return trajectories;
  }
}

interface Building {
  readonly options: AlfworldOptions;
  readonly trajectories: Trajectories;
  readonly signal: AbortSignal | undefined;
}

async function traceOf(id: string, pair: Pair, { options, ...around }: Building): Promise<Trace> {
  const trajectories = await around.trajectories.of(pair.memory, around.signal);
  return {
    id,
    spans: packTrajectories(trajectories, options.chunkSize),
    turns: turnsOf(trajectories),
    questions: pair.played.map((game, index) =>
      questionOf(game, { trace: id, index }, { trajectories, query: options.query }),
    ),
  };
}

/** One after the other: they share the planner's work. */
async function tracesOf(pairs: ReadonlyMap<string, Pair>, building: Building): Promise<Trace[]> {
  const traces: Trace[] = [];
  for (const [id, pair] of pairs) traces.push(await traceOf(id, pair, building));
  return traces;
}

/**
 * Loads ALFWorld.
 *
 * @param folder A folder of games, with `valid_seen` and `valid_unseen` in it for validation and test; null: generated.
 * @throws AppError NOT_FOUND for a missing folder; INVALID_INPUT for a game outside the supported subset and where there is
 * nothing to train on.
 */
export async function loadAlfworld(
  folder: string | null,
  options: AlfworldOptions,
  signal?: AbortSignal,
): Promise<HeldDataset> {
  const { games, hash, notes } =
    folder === null ? { ...generatedGames(options), notes: [] } : folderGames(folder);
  if (games.train.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      `The folder ${folder ?? ''} holds no games to train on, only for validation or test.`,
    );
  }
  const rng = createRng('alfworld', options.seed, 'pairs');
  const pairs = new Map<string, Pair>();
  for (let number = 1; number <= options.pairs; number += 1) {
    pairs.set(`pair-${number}`, drawPair(rng, games.train, options));
  }
  for (const split of ['validation', 'test'] as const) {
    if (games[split].length > 0) pairs.set(split, { memory: games.train, played: games[split] });
  }
  const building = { options, trajectories: new Trajectories(), signal };
  const traces = await tracesOf(pairs, building);
  const named = (split: SplitName): string[] => (pairs.has(split) ? [split] : []);
  return {
    name: 'alfworld',
    fileHash: contentHash({ hash, ...options }),
    traces,
    source: { kind: 'held', traces },
    // Memories of all splits come from training trajectories; what may not be shared are the games that are played.
    contentKeys: new Map(traces.map((trace) => [trace.id, [`played:${trace.id}`]])),
    splits: {
      train: [...pairs.keys()].filter((id) => id !== 'validation' && id !== 'test'),
      validation: named('validation'),
      test: named('test'),
    },
    categories: Object.fromEntries(TASK_TYPES.map((type, index) => [index + 1, type])),
    days: null,
    report: {
      adversarialQuestions: 0,
      compoundEvidenceIds: 0,
      unresolvedEvidenceIds: [],
      questionsWithoutEvidence: traces
        .flatMap((trace) => trace.questions)
        .filter(({ evidence }) => evidence.length === 0).length,
      notes,
    },
  };
}
