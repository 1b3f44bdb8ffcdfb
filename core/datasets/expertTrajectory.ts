import { AppError } from '../shared/errors.ts';
import { solve } from '../textWorld/planner.ts';
import { renderTrajectory, type PlayedStep } from '../textWorld/trajectory.ts';
import { openGame, nameOfGame, type GameReference } from './gameReference.ts';

/** A game as the expert plays it. */
export interface ExpertTrajectory {
  readonly id: string;
  readonly steps: readonly PlayedStep[];
  /** As the reference writes it. */
  readonly text: string;
}

/** The reference's bound on an expert's game. */
const MAX_STEPS = 150;

/**
 * Plays a game by the plan taken at its start.
 *
 * @throws AppError INVALID_INPUT for a game that cannot be won; UNAVAILABLE when the planner gives up.
 */
export function expertTrajectory(id: string, reference: GameReference): ExpertTrajectory {
  const game = openGame(reference);
  const plan = solve(game.world);
  if (plan === null) {
    throw new AppError(
      'INVALID_INPUT',
      `The game ${nameOfGame(reference)} cannot be won; mark it as not solvable.`,
    );
  }
  const steps: PlayedStep[] = [];
  let moment = game.start;
  for (const action of plan.slice(0, MAX_STEPS)) {
    moment = game.act(moment, action);
    steps.push({ action: game.commandOf(action), observation: moment.observation });
  }
  return { id, steps, text: renderTrajectory(game.start.observation, steps, moment.isWon) };
}
