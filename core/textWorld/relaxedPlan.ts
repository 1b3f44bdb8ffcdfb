import type { GroundAction, GroundCondition, GroundWorld, WorldState } from './groundWorld.ts';

/**
 * How far a state is from the goal when nothing that became true ever becomes false again (the additive heuristic of
 * Bonet and Geffner), with the relaxed plan behind it (Hoffmann and Nebel). A literal is an atom being true (`2 * atom`) or
 * false (`2 * atom + 1`), so that negative conditions cost what it takes to bring them about.
 */

interface Operator {
  readonly action: GroundAction;
  readonly conditions: readonly GroundCondition[];
  readonly literals: readonly number[];
}

export interface Estimate {
  /** Infinity when the goal is out of reach. */
  readonly distance: number;
  /** Actions that can be done now and bring about something the relaxed plan needs. */
  readonly helpful: readonly GroundAction[];
}

function literalsOf(condition: GroundCondition): number[] {
  switch (condition.kind) {
    case 'holds':
      return [2 * condition.atom];
    case 'lacks':
      return [2 * condition.atom + 1];
    case 'and':
    case 'or':
      return condition.parts.flatMap(literalsOf);
    default:
      return [];
  }
}

function operatorsOf(actions: readonly GroundAction[]): Operator[] {
  return actions.flatMap((action) =>
    action.effects.map(({ condition, adds, deletes }) => ({
      action,
      conditions: condition.kind === 'true' ? [action.condition] : [action.condition, condition],
      literals: [...adds.map((atom) => 2 * atom), ...deletes.map((atom) => 2 * atom + 1)],
    })),
  );
}

/** Operators that can matter for the goal, found backwards from it. */
function relevantOperators(world: GroundWorld): Operator[] {
  const all = operatorsOf(world.actions);
  const wanted = new Set(literalsOf(world.goal));
  const relevant = new Set<Operator>();
  for (let before = -1; before < relevant.size;) {
    before = relevant.size;
    for (const operator of all) {
      if (relevant.has(operator) || !operator.literals.some((literal) => wanted.has(literal))) continue;
      relevant.add(operator);
      for (const condition of operator.conditions)
        for (const literal of literalsOf(condition)) wanted.add(literal);
    }
  }
  return all.filter((operator) => relevant.has(operator));
}

export class RelaxedPlanner {
  /** Actions that can matter for the goal. */
  readonly actions: readonly GroundAction[];
  readonly #goal: GroundCondition;
  readonly #operators: readonly Operator[];
  /** Operators by the literals in their conditions. */
  readonly #users: readonly (readonly number[])[];
  readonly #costs: Float64Array;
  readonly #supporters: Int32Array;

  constructor(world: GroundWorld) {
    this.#goal = world.goal;
    this.#operators = relevantOperators(world);
    this.actions = [...new Set(this.#operators.map((operator) => operator.action))];
    const users: number[][] = Array.from({ length: 2 * world.atoms.length }, () => []);
    for (const [index, { conditions }] of this.#operators.entries()) {
      for (const literal of new Set(conditions.flatMap(literalsOf))) users[literal]?.push(index);
    }
    this.#users = users;
    this.#costs = new Float64Array(2 * world.atoms.length);
    this.#supporters = new Int32Array(2 * world.atoms.length);
  }

  estimate(state: WorldState): Estimate {
    this.#spread(state);
    const distance = this.#cost(this.#goal);
    return { distance, helpful: distance === Infinity ? [] : this.#helpful() };
  }

  #cost(condition: GroundCondition): number {
    switch (condition.kind) {
      case 'true':
        return 0;
      case 'false':
        return Infinity;
      case 'holds':
        return this.#costs[2 * condition.atom] ?? Infinity;
      case 'lacks':
        return this.#costs[2 * condition.atom + 1] ?? Infinity;
      case 'and': {
        let sum = 0;
        for (const part of condition.parts) sum += this.#cost(part);
        return sum;
      }
      case 'or': {
        let least = Infinity;
        for (const part of condition.parts) least = Math.min(least, this.#cost(part));
        return least;
      }
    }
  }

  /** Costs of all literals from a state; an operator is looked at again when a literal of its conditions got cheaper. */
  #spread(state: WorldState): void {
    const costs = this.#costs;
    costs.fill(Infinity);
    this.#supporters.fill(-1);
    for (let atom = 0; atom < state.length; atom += 1) costs[2 * atom + (state[atom] === 1 ? 0 : 1)] = 0;
    let waiting = new Set(this.#operators.keys());
    while (waiting.size > 0) {
      const next = new Set<number>();
      for (const index of waiting) this.#relax(index, next);
      waiting = next;
    }
  }

  #relax(index: number, changed: Set<number>): void {
    const operator = this.#operators[index];
    if (operator === undefined) return;
    let cost = 1;
    for (const condition of operator.conditions) cost += this.#cost(condition);
    if (cost === Infinity) return;
    for (const literal of operator.literals) {
      if (cost >= (this.#costs[literal] ?? 0)) continue;
      this.#costs[literal] = cost;
      this.#supporters[literal] = index;
      for (const user of this.#users[literal] ?? []) changed.add(user);
    }
  }

  /** Actions of the relaxed plan whose conditions hold already. */
  #helpful(): GroundAction[] {
    const plan = new Set<number>();
    const need = (condition: GroundCondition): void => {
      if (condition.kind === 'and') condition.parts.forEach(need);
      if (condition.kind === 'or') {
        need(condition.parts.reduce((best, part) => (this.#cost(part) < this.#cost(best) ? part : best)));
      }
      for (const literal of condition.kind === 'holds' || condition.kind === 'lacks'
        ? literalsOf(condition)
        : []) {
        const supporter = this.#supporters[literal] ?? -1;
        if (supporter === -1 || plan.has(supporter)) continue;
        plan.add(supporter);
        this.#operators[supporter]?.conditions.forEach(need);
      }
    };
    need(this.#goal);
    const now = [...plan].filter((index) =>
      this.#operators[index]?.conditions.every((condition) => this.#cost(condition) === 0),
    );
    return [...new Set(now.flatMap((index) => this.#operators[index]?.action ?? []))];
  }
}
