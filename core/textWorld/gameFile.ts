import { z } from 'zod';
import { AppError } from '../shared/errors.ts';

/** `game.tw-pddl` as ALFWorld writes it; `solvable` and `walkthrough` are added by its tools and may be missing. */
export const gameFileSchema = z.object({
  pddl_domain: z.string(),
  grammar: z.string(),
  pddl_problem: z.string(),
  solvable: z.boolean().optional(),
  walkthrough: z.array(z.string()).nullish(),
});
export type GameFile = z.infer<typeof gameFileSchema>;

/** ALFWorld's six task types. */
export const TASK_TYPES = [
  'pick_and_place_simple',
  'look_at_obj_in_light',
  'pick_clean_then_place_in_recep',
  'pick_heat_then_place_in_recep',
  'pick_cool_then_place_in_recep',
  'pick_two_obj_and_place',
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** The part of `traj_data.json` that says what the task is; the rest of it is about pictures. */
export const trajectoryDataSchema = z.object({
  task_type: z.string(),
  pddl_params: z
    .object({ object_target: z.string(), parent_target: z.string(), object_sliced: z.boolean().optional() })
    .partial()
    .optional(),
});
export type TrajectoryData = z.infer<typeof trajectoryDataSchema>;

export function isTaskType(text: string): text is TaskType {
  return TASK_TYPES.some((type) => type === text);
}

const TASK_MARK = 'Your task is to:';

/** What is to be done, from the first text of a game: what follows the mark on its line, without the full stop. */
export function objectiveOf(firstObservation: string): string {
  const start = firstObservation.indexOf(TASK_MARK);
  if (start === -1) {
    throw new AppError(
      'INVALID_INPUT',
      `The first text of the game does not say "${TASK_MARK}", so nobody could know its task; add it to the grammar's intro.`,
    );
  }
  const [line = ''] = firstObservation
    .slice(start + TASK_MARK.length)
    .trim()
    .split('\n');
  return line.trim().replace(/\.$/u, '');
}
