import { factKey, type Bindings, type FactsByPredicate } from './factIndex.ts';
import { Grounder } from './grounder.ts';
import type { Domain, Effect, Problem } from './pddl.ts';

/**
 * A world with every variable replaced by objects: what changes is a numbered list of atoms, a state says which of them are
 * true, and an action is a condition over them with what it adds and deletes. What no action can change is settled when the
 * world is made, and actions that can never happen are left out.
 */

/** In negation normal form over numbered atoms. */
export type GroundCondition =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'holds' | 'lacks'; readonly atom: number }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly GroundCondition[] };

export interface GroundEffect {
  readonly condition: GroundCondition;
  readonly adds: readonly number[];
  readonly deletes: readonly number[];
}

export interface GroundAction {
  readonly name: string;
  /** What its parameters stand for, without the question marks, in the order of the domain. */
  readonly bindings: Bindings;
  readonly condition: GroundCondition;
  readonly effects: readonly GroundEffect[];
}

/** 1 for an atom that is true. Never changed once made. */
export type WorldState = Uint8Array;

export interface GroundAtom {
  readonly predicate: string;
  readonly args: readonly string[];
}

export interface GroundWorld {
  readonly atoms: readonly GroundAtom[];
  /** Facts that nothing changes. */
  readonly fixedFacts: FactsByPredicate;
  readonly typeOf: ReadonlyMap<string, string>;
  readonly actions: readonly GroundAction[];
  readonly initial: WorldState;
  readonly goal: GroundCondition;
}

export function isTrue(condition: GroundCondition, state: WorldState): boolean {
  switch (condition.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'holds':
      return state[condition.atom] === 1;
    case 'lacks':
      return state[condition.atom] !== 1;
    case 'and':
      return condition.parts.every((part) => isTrue(part, state));
    case 'or':
      return condition.parts.some((part) => isTrue(part, state));
  }
}

/** The state after an action: all of its conditions are read in the old state, and what is added wins over what is deleted. */
export function applyAction(action: GroundAction, state: WorldState): WorldState {
  const next = state.slice();
  const active = action.effects.filter((effect) => isTrue(effect.condition, state));
  for (const { deletes } of active) for (const atom of deletes) next[atom] = 0;
  for (const { adds } of active) for (const atom of adds) next[atom] = 1;
  return next;
}

/** Whether a condition could be true when every reachable atom may be true or false as needed. */
function isReachable(condition: GroundCondition, reachable: Uint8Array): boolean {
  switch (condition.kind) {
    case 'holds':
      return reachable[condition.atom] === 1;
    case 'lacks':
      return true;
    case 'and':
      return condition.parts.every((part) => isReachable(part, reachable));
    case 'or':
      return condition.parts.some((part) => isReachable(part, reachable));
    default:
      return condition.kind === 'true';
  }
}

function reachableActions(actions: readonly GroundAction[], initial: WorldState): GroundAction[] {
  const reachable = initial.slice();
  const found = new Set<GroundAction>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const action of actions) {
      if (found.has(action) || !isReachable(action.condition, reachable)) continue;
      found.add(action);
      for (const { adds } of action.effects) for (const atom of adds) reachable[atom] = 1;
    }
  }
  return actions.filter((action) => found.has(action));
}

function changedPredicates(effect: Effect): string[] {
  switch (effect.kind) {
    case 'add':
    case 'delete':
      return [effect.atom.predicate];
    case 'and':
      return effect.parts.flatMap(changedPredicates);
    case 'when':
    case 'forall':
      return changedPredicates(effect.effect);
    case 'cost':
      return [];
  }
}

/** Grounds a domain and one of its problems, which were read and checked before. */
export function groundWorld(domain: Domain, problem: Problem): GroundWorld {
  const changing = new Set(domain.actions.flatMap((action) => changedPredicates(action.effect)));
  const fixedFacts = new Map<string, string[][]>();
  const initiallyTrue: GroundAtom[] = [];
  const seen = new Set<string>();
  for (const fact of problem.facts) {
    const key = factKey(fact.predicate, fact.args);
    if (seen.has(key)) continue;
    seen.add(key);
    if (changing.has(fact.predicate)) initiallyTrue.push({ predicate: fact.predicate, args: fact.args });
    else fixedFacts.set(fact.predicate, [...(fixedFacts.get(fact.predicate) ?? []), [...fact.args]]);
  }
  const grounder = new Grounder(domain, problem, { changing, fixedFacts });
  for (const fact of initiallyTrue) grounder.atomIndex(fact.predicate, fact.args);
  const all = domain.actions.flatMap((action) => grounder.actions(action));
  const goal = grounder.condition(problem.goal, new Map());
  const initial = new Uint8Array(grounder.atoms.length);
  initial.fill(1, 0, initiallyTrue.length);
  return {
    atoms: grounder.atoms,
    fixedFacts,
    typeOf: grounder.typeOf,
    actions: reachableActions(all, initial),
    initial,
    goal,
  };
}

/** Facts of a state by predicate: what never changes and what is true in it. */
export function factsOf(world: GroundWorld, state: WorldState): FactsByPredicate {
  const facts = new Map<string, (readonly string[])[]>();
  for (const [predicate, list] of world.fixedFacts) facts.set(predicate, [...list]);
  for (const [index, { predicate, args }] of world.atoms.entries()) {
    if (state[index] !== 1) continue;
    const list = facts.get(predicate);
    if (list === undefined) facts.set(predicate, [args]);
    else list.push(args);
  }
  return facts;
}
