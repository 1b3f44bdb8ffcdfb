import { existsSync, globSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import {
  gameFileSchema,
  isTaskType,
  TASK_TYPES,
  trajectoryDataSchema,
  type GameFile,
  type TaskType,
} from '../textWorld/gameFile.ts';
import { AppError } from '../shared/errors.ts';
import { contentHash } from '../shared/contentHash.ts';
import { dataError, parseAt, readDataFile } from './dataFile.ts';

/** Reading games as ALFWorld keeps them: a folder each, with `game.tw-pddl` and `traj_data.json`. */

export const GAME_FILE = 'game.tw-pddl';
export const TRAJECTORY_FILE = 'traj_data.json';

/** Reads one game. @throws AppError NOT_FOUND, or INVALID_INPUT naming file and key. */
export function readGameFile(path: string): GameFile {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, GAME_FILE) : path;
  return parseAt(gameFileSchema, readDataFile(file).value, { file, path: [] });
}

export interface FolderGame {
  /** Folder of the game below the folder of all, with `/` between. */
  readonly id: string;
  readonly path: string;
  readonly taskType: TaskType;
}

/** Games that were left out, by why (reference 1.5). */
export interface SkippedGames {
  readonly movable: number;
  readonly sliced: number;
  readonly unsolvable: number;
  readonly otherTask: number;
}

export interface GameFolder {
  readonly games: readonly FolderGame[];
  readonly skipped: SkippedGames;
  /** SHA-256 over names and contents of the games. */
  readonly hash: string;
}

function reasonToSkip(id: string, game: GameFile): keyof SkippedGames | null {
  if (id.includes('movable')) return 'movable';
  if (id.includes('Sliced')) return 'sliced';
  return game.solvable === true ? null : 'unsolvable';
}

function taskTypeOf(folder: string): TaskType | null {
  const file = join(folder, TRAJECTORY_FILE);
  const { task_type: type } = parseAt(trajectoryDataSchema, readDataFile(file).value, { file, path: [] });
  return isTaskType(type) ? type : null;
}

/**
 * Finds every game of the six task types below a folder.
 *
 * @throws AppError NOT_FOUND for a missing folder and one without games; INVALID_INPUT naming file and key for a bad one.
 */
export function readGameFolder(folder: string): GameFolder {
  if (!existsSync(folder)) throw new AppError('NOT_FOUND', `There is no folder ${folder}; check the path.`);
  const files = globSync(`**/${GAME_FILE}`, { cwd: folder }).sort();
  const skipped = { movable: 0, sliced: 0, unsolvable: 0, otherTask: 0 };
  const games: FolderGame[] = [];
  const hashes: string[] = [];
  for (const file of files) {
    const path = join(folder, file);
    const id = relative(folder, dirname(path)).replaceAll('\\', '/');
    const { value, hash } = readDataFile(path);
    const reason = reasonToSkip(id, parseAt(gameFileSchema, value, { file: path, path: [] }));
    const taskType = reason === null ? taskTypeOf(dirname(path)) : null;
    if (taskType === null) {
      skipped[reason ?? 'otherTask'] += 1;
      continue;
    }
    games.push({ id, path, taskType });
    hashes.push(`${id} ${hash}`);
  }
  if (games.length === 0) {
    const found = files.length === 0 ? `no ${GAME_FILE}` : `${files.length} games, none of them usable`;
    throw dataError(
      folder,
      [],
      `holds ${found}; name a folder with solvable games of ${TASK_TYPES.join(', ')}`,
    );
  }
  return { games, skipped, hash: contentHash(hashes.join('\n')) };
}
