import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { GAME_FILE, readGameFile, TRAJECTORY_FILE } from '../../datasets/gameFolder.ts';
import { AppError } from '../../shared/errors.ts';
import { makeFolder, writeFileAtomicSync } from '../../store/atomicFile.ts';
import { TASK_TYPES, type GameFile } from '../../textWorld/gameFile.ts';
import {
  DIFFICULTIES,
  gameOrders,
  generateGame,
  type GameOrder,
} from '../../textWorld/household/generateGame.ts';
import { solve } from '../../textWorld/planner.ts';
import { TextGame, type Moment } from '../../textWorld/textGame.ts';
import { WORDINGS, type Wording } from '../../textWorld/wording.ts';
import { countFlag, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { absolutePath } from '../runOptions.ts';

const MAX_SEED = 2 ** 31 - 1;
const DEFAULT_GAMES = 12;

function choiceFlag<T extends string>(
  context: CommandContext,
  flag: string,
  choices: readonly T[],
): T | null {
  const given = textFlag(context, flag);
  if (given === null) return null;
  const choice = choices.find((one) => one === given);
  if (choice === undefined) throw new UsageError(`--${flag} is ${choices.join(', ')}, not "${given}".`);
  return choice;
}

function orderOf(context: CommandContext): GameOrder {
  return {
    seed: countFlag(context, 'seed', { minimum: 0, maximum: MAX_SEED }) ?? randomInt(MAX_SEED),
    taskType: choiceFlag(context, 'task', TASK_TYPES) ?? 'pick_and_place_simple',
    difficulty: choiceFlag(context, 'difficulty', DIFFICULTIES) ?? 'medium',
  };
}

/** The game of the file that was named, or a generated one. */
interface OpenedGame {
  readonly game: TextGame;
  readonly name: string;
}

function gameOf(context: CommandContext): OpenedGame {
  const path = context.positionals[1];
  const wording: Wording = choiceFlag(context, 'wording', WORDINGS) ?? 'asWritten';
  if (path !== undefined) {
    const file = absolutePath(path);
    return { game: new TextGame(readGameFile(file), file, wording), name: file };
  }
  const order = orderOf(context);
  const name = `${order.taskType}, seed ${order.seed}, ${order.difficulty}`;
  return { game: new TextGame(generateGame(order).file, name, wording), name };
}

/** A number of the list, or the command itself. */
function chosen(answer: string, commands: readonly string[]): string {
  const number = Number(answer);
  return Number.isInteger(number) ? (commands[number - 1] ?? answer) : answer;
}

function show(context: CommandContext, moment: Moment, commands: readonly string[]): void {
  const { output } = context;
  output.line(`\n${moment.observation}`);
  if (moment.isWon) return;
  output.line('');
  for (const [index, command] of commands.entries())
    output.line(`${String(index + 1).padStart(3)}  ${command}`);
}

async function play(context: CommandContext): Promise<void> {
  const { game, name } = gameOf(context);
  const { output } = context;
  output.line(`${name}. Type a number or a command; an empty line ends the game.`);
  const steps: PlayedStep[] = [];
  let moment = game.start;
  const lines = createInterface({ input: process.stdin });
  show(context, moment, game.commands(moment));
  for await (const line of lines) {
    if (line.trim() === '') break;
    const command = chosen(line.trim(), game.commands(moment));
    moment = game.play(moment, command);
    steps.push({ command, observation: moment.observation });
    output.line(`> ${command}`);
    show(context, moment, game.commands(moment));
    if (moment.isWon) break;
  }
  lines.close();
  output.line(moment.isWon ? `Done in ${steps.length} steps.` : `Not done after ${steps.length} steps.`);
  output.json(playedGame({ game, name }, steps, moment.isWon));
}

interface PlayedStep {
  readonly command: string;
  readonly observation: string;
}

/** A game as it was played, for `--json`. */
function playedGame({ game, name }: OpenedGame, steps: readonly PlayedStep[], isWon: boolean): object {
  return { game: name, objective: game.objective, first: game.start.observation, isWon, steps };
}

/** Commands of the planner. @throws AppError INVALID_INPUT for a game that cannot be won. */
function commandsToWin(game: TextGame, name: string): string[] {
  const plan = solve(game.world);
  if (plan === null) throw new AppError('INVALID_INPUT', `The game ${name} cannot be won, whatever is done.`);
  return plan.map((action) => game.commandOf(action));
}

function solveGame(context: CommandContext): void {
  const { game, name } = gameOf(context);
  const { output } = context;
  const commands = commandsToWin(game, name);
  output.line(game.start.observation);
  const steps: PlayedStep[] = [];
  let moment = game.start;
  for (const command of commands) {
    moment = game.play(moment, command);
    steps.push({ command, observation: moment.observation });
    output.line(`\n> ${command}\n${moment.observation}`);
  }
  output.line(`\nDone in ${steps.length} steps.`);
  output.json(playedGame({ game, name }, steps, moment.isWon));
}

function writeGame(folder: string, order: GameOrder): void {
  const { file, trajectoryData } = generateGame(order);
  const game = new TextGame(file, folder);
  const whole: GameFile = { ...file, walkthrough: commandsToWin(game, folder) };
  makeFolder(folder);
  writeFileAtomicSync(join(folder, TRAJECTORY_FILE), `${JSON.stringify(trajectoryData, null, 2)}\n`);
  writeFileAtomicSync(join(folder, GAME_FILE), `${JSON.stringify(whole, null, 2)}\n`);
}

function generate(context: CommandContext): void {
  const given = context.positionals[1];
  if (given === undefined) throw new UsageError('Name the folder: "memskill world generate DIR".');
  const folder = absolutePath(given);
  const { output } = context;
  const { seed, difficulty } = orderOf(context);
  const count = countFlag(context, 'count', { minimum: 1, maximum: 10_000 }) ?? DEFAULT_GAMES;
  const taskType = choiceFlag(context, 'task', TASK_TYPES);
  const orders = gameOrders(count, { seed, difficulty }).map((order) => ({
    ...order,
    taskType: taskType ?? order.taskType,
  }));
  const names = orders.map((order, index) => {
    const name = `${order.taskType}-${order.difficulty}-${order.seed}`;
    output.progress({ done: index, total: count, label: name });
    writeGame(join(folder, name), order);
    return name;
  });
  output.line(
    `${count} games in ${folder}, seeds ${seed} to ${seed + count - 1}, each with its walkthrough.`,
  );
  output.json({ folder, games: names });
}

async function run(context: CommandContext): Promise<void> {
  const [what] = context.positionals;
  if (what === 'play') return play(context);
  if (what === 'solve') {
    solveGame(context);
    return;
  }
  if (what === 'generate') {
    generate(context);
    return;
  }
  throw new UsageError(`world takes play, solve or generate, not "${what ?? ''}".`);
}

export const worldCommand: CommandSpec = {
  name: 'world',
  usage: 'world play [FILE] | world solve [FILE] | world generate DIR',
  summary:
    'Text worlds in the format of ALFWorld: play one in the terminal, have the planner win it, or generate a folder of them. Without FILE the game is generated.',
  flags: [
    { flag: 'task', value: 'TYPE', description: `${TASK_TYPES.join(', ')} (generate: all in turn)` },
    { flag: 'seed', value: 'N', description: 'of a generated game, or of the first (default: any)' },
    { flag: 'difficulty', value: 'NAME', description: `${DIFFICULTIES.join(', ')} (default: medium)` },
    { flag: 'count', value: 'N', description: `generate: number of games (default: ${DEFAULT_GAMES})` },
    {
      flag: 'wording',
      value: 'NAME',
      description: `asWritten (default) or older: ALFWorld's first wording, with put X in/on Y`,
    },
  ],
  takesRunOptions: false,
  positionals: [1, 2],
  handlesInterrupt: false,
  run,
};
