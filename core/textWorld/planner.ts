import { AppError, throwIfAborted } from '../shared/errors.ts';
import { applyAction, isTrue, type GroundAction, type GroundWorld, type WorldState } from './groundWorld.ts';
import { RelaxedPlanner } from './relaxedPlan.ts';

/**
 * The expert: it sees the whole state and searches for the goal, best first by the relaxed plan. First only along helpful
 * actions, which finds almost every plan; where that ends without one, along all actions that matter, which is complete: no
 * plan then means there is none.
 */

interface Node {
  readonly state: WorldState;
  readonly parent: Node | null;
  readonly action: GroundAction | null;
  readonly depth: number;
  readonly distance: number;
  readonly helpful: readonly GroundAction[];
}

export interface SolveOptions {
  /** States looked at before the search gives up. */
  readonly maxStates?: number;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_MAX_STATES = 20_000;

/** Nodes by distance, those of one distance in the order they came. */
class Frontier {
  readonly #buckets = new Map<number, Node[]>();

  add(node: Node): void {
    const bucket = this.#buckets.get(node.distance);
    if (bucket === undefined) this.#buckets.set(node.distance, [node]);
    else bucket.push(node);
  }

  take(): Node | null {
    if (this.#buckets.size === 0) return null;
    const least = Math.min(...this.#buckets.keys());
    const bucket = this.#buckets.get(least) ?? [];
    const node = bucket.shift() ?? null;
    if (bucket.length === 0) this.#buckets.delete(least);
    return node;
  }
}

function actionsTo(node: Node): GroundAction[] {
  const actions: GroundAction[] = [];
  for (let one: Node | null = node; one !== null; one = one.parent)
    if (one.action !== null) actions.unshift(one.action);
  return actions;
}

function keyOf(state: WorldState): string {
  return Buffer.from(state).toString('latin1');
}

/** A plan; null when the search space is exhausted. */
function search(
  world: GroundWorld,
  relaxed: RelaxedPlanner,
  options: Required<Pick<SolveOptions, 'maxStates'>> & SolveOptions & { readonly isHelpfulOnly: boolean },
): GroundAction[] | null {
  const frontier = new Frontier();
  const seen = new Set<string>();
  const enter = (state: WorldState, parent: Node | null, action: GroundAction | null): void => {
    const key = keyOf(state);
    if (seen.has(key)) return;
    seen.add(key);
    if (seen.size > options.maxStates) {
      throw new AppError(
        'UNAVAILABLE',
        `No plan was found within ${options.maxStates} states; allow more, or take an easier world.`,
      );
    }
    const { distance, helpful } = relaxed.estimate(state);
    if (distance === Infinity) return;
    frontier.add({ state, parent, action, depth: (parent?.depth ?? -1) + 1, distance, helpful });
  };
  enter(world.initial, null, null);
  for (let node = frontier.take(); node !== null; node = frontier.take()) {
    throwIfAborted(options.signal);
    if (isTrue(world.goal, node.state)) return actionsTo(node);
    const candidates = options.isHelpfulOnly ? node.helpful : relaxed.actions;
    for (const action of candidates) {
      if (isTrue(action.condition, node.state)) enter(applyAction(action, node.state), node, action);
    }
  }
  return null;
}

function reachesGoal(world: GroundWorld, plan: readonly GroundAction[]): boolean {
  let state = world.initial;
  for (const action of plan) {
    if (!isTrue(action.condition, state)) return false;
    state = applyAction(action, state);
  }
  return isTrue(world.goal, state);
}

/** The plan without every action it also works without. */
function withoutDetours(world: GroundWorld, plan: readonly GroundAction[]): GroundAction[] {
  let shortest = [...plan];
  for (let index = shortest.length - 1; index >= 0; index -= 1) {
    const shorter = shortest.filter((_, position) => position !== index);
    if (reachesGoal(world, shorter)) shortest = shorter;
  }
  return shortest;
}

/**
 * The plan with actions put off where that saves others: greedy search opens the target's door on the way out, and goes there
 * twice.
 */
function withoutHaste(world: GroundWorld, plan: readonly GroundAction[]): GroundAction[] {
  const shortest = withoutDetours(world, plan);
  for (const [from, action] of shortest.entries()) {
    const rest = shortest.filter((_, position) => position !== from);
    for (let to = from + 1; to <= rest.length; to += 1) {
      const postponed = [...rest.slice(0, to), action, ...rest.slice(to)];
      if (!reachesGoal(world, postponed)) continue;
      const shorter = withoutDetours(world, postponed);
      if (shorter.length < shortest.length) return withoutHaste(world, shorter);
    }
  }
  return shortest;
}

/**
 * Actions that lead from the start of a world to its goal, few but not always the fewest; null when there are none.
 *
 * @throws AppError UNAVAILABLE when the limit is reached first; CANCELLED by the signal.
 */
export function solve(world: GroundWorld, options: SolveOptions = {}): GroundAction[] | null {
  const relaxed = new RelaxedPlanner(world);
  const limits = { ...options, maxStates: options.maxStates ?? DEFAULT_MAX_STATES };
  const plan =
    search(world, relaxed, { ...limits, isHelpfulOnly: true }) ??
    search(world, relaxed, { ...limits, isHelpfulOnly: false });
  return plan === null ? null : withoutHaste(world, plan);
}
