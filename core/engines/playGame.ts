import { setImmediate } from 'node:timers/promises';
import type { Question } from '../datasets/trace.ts';
import { openGame, type GameReference } from '../datasets/gameReference.ts';
import { throwIfAborted } from '../shared/errors.ts';
import type { PlayedStep } from '../textWorld/trajectory.ts';
import type { Actor, MemoryView } from './roles.ts';

/** A question that is a game (reference 14, batch B). */
export interface GameQuestion extends Question {
  readonly game: GameReference;
}

export function isGame(question: Question): question is GameQuestion {
  return question.game !== undefined;
}

export interface PlayedGame {
  readonly isWon: boolean;
  readonly steps: readonly PlayedStep[];
}

/**
 * Plays a game with the memories that were retrieved for it, once for the whole game. Ends when the goal holds on the state
 * or after `maxSteps`; an action that is not admissible costs a step and changes nothing.
 */
export async function playGame(
  { game: reference }: Pick<GameQuestion, 'game'>,
  player: { readonly actor: Actor; readonly memories: readonly MemoryView[]; readonly maxSteps: number },
  signal?: AbortSignal,
): Promise<PlayedGame> {
  const game = openGame(reference);
  const steps: PlayedStep[] = [];
  let moment = game.start;
  while (!moment.isWon && steps.length < player.maxSteps) {
    throwIfAborted(signal);
    const action = await player.actor.act(
      {
        objective: game.objective,
        firstObservation: game.start.observation,
        memories: player.memories,
        history: steps,
        admissible: game.commands(moment),
      },
      signal,
    );
    moment = game.play(moment, action);
    steps.push({ action, observation: moment.observation });
  }
  await setImmediate();
  return { isWon: moment.isWon, steps };
}

/** How a game ended, in the place of an answer. */
export function describeGame({ isWon, steps }: PlayedGame): string {
  return isWon ? `done in ${steps.length} steps` : `not done in ${steps.length} steps`;
}
