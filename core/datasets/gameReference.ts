import { objectiveOf, type GameFile } from '../textWorld/gameFile.ts';
import { generateGame, type GameOrder } from '../textWorld/household/generateGame.ts';
import { contentHash } from '../shared/contentHash.ts';
import { TextGame } from '../textWorld/textGame.ts';
import { readGameFile } from './gameFolder.ts';

/** Which game; plain data, so that worker threads open it for themselves. */
export type GameReference =
  | { readonly kind: 'generated'; readonly order: GameOrder }
  | { readonly kind: 'file'; readonly path: string };

export function nameOfGame(reference: GameReference): string {
  if (reference.kind === 'file') return reference.path;
  const { taskType, difficulty, seed } = reference.order;
  return `${taskType}-${difficulty}-${seed}`;
}

/** What tells one game from every other, wherever it lies. */
export function gameHash(reference: GameReference): string {
  return contentHash(reference.kind === 'generated' ? reference.order : readGameFile(reference.path));
}

function fileOf(reference: GameReference): GameFile {
  return reference.kind === 'file' ? readGameFile(reference.path) : generateGame(reference.order).file;
}

/** @throws AppError NOT_FOUND for a missing file; INVALID_INPUT for a game outside the supported subset. */
export function openGame(reference: GameReference): TextGame {
  return new TextGame(fileOf(reference), nameOfGame(reference));
}

/** The task's words as they stand in the grammar, which is much faster than opening the game. */
export function objectiveOfGame(reference: GameReference): string {
  return objectiveOf(fileOf(reference).grammar.replaceAll(/\\n|"/gu, '\n'));
}
