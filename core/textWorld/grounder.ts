import { required } from '../shared/assertions.ts';
import { factKey, matchAll, type Bindings, type FactsByPredicate, type Pattern } from './factIndex.ts';
import type { GroundAction, GroundAtom, GroundCondition, GroundEffect } from './groundWorld.ts';
import {
  conjuncts,
  isVariable,
  subtypes,
  type Action,
  type Atom,
  type Condition,
  type Domain,
  type Effect,
  type Problem,
  type TypedName,
} from './pddl.ts';

const TRUE: GroundCondition = { kind: 'true' };
const FALSE: GroundCondition = { kind: 'false' };

function patternOf({ predicate, args }: Atom): Pattern {
  return { predicate, args: args.map((term) => ({ term, isVariable: isVariable(term) })) };
}

/** `and` (or `or`) of parts, with what is settled already left out. */
function combine(kind: 'and' | 'or', parts: readonly GroundCondition[]): GroundCondition {
  const [neutral, deciding] = kind === 'and' ? [TRUE, FALSE] : [FALSE, TRUE];
  if (parts.some((part) => part.kind === deciding.kind)) return deciding;
  const open = parts.filter((part) => part.kind !== neutral.kind);
  if (open.length === 0) return neutral;
  return open.length === 1 ? required(open[0], 'part') : { kind, parts: open };
}

/** Replaces variables by objects and settles what no action changes. */
export class Grounder {
  readonly atoms: GroundAtom[] = [];
  readonly typeOf: ReadonlyMap<string, string>;
  readonly #indices = new Map<string, number>();
  readonly #changing: ReadonlySet<string>;
  readonly #fixed: ReadonlySet<string>;
  readonly #fixedFacts: FactsByPredicate;
  readonly #below: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #objects: readonly string[];

  constructor(
    domain: Domain,
    problem: Problem,
    split: { readonly changing: ReadonlySet<string>; readonly fixedFacts: FactsByPredicate },
  ) {
    this.typeOf = new Map(
      [...domain.constants, ...problem.objects].map(({ name, type }) => [name, type ?? 'object']),
    );
    this.#objects = [...this.typeOf.keys()].sort();
    this.#changing = split.changing;
    this.#fixedFacts = split.fixedFacts;
    this.#fixed = new Set(
      Array.from(split.fixedFacts, ([predicate, facts]) =>
        facts.map((args) => factKey(predicate, args)),
      ).flat(),
    );
    this.#below = subtypes(domain.types);
  }

  /** The number of an atom that can change. */
  atomIndex(predicate: string, args: readonly string[]): number {
    const key = factKey(predicate, args);
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.atoms.length;
    this.atoms.push({ predicate, args });
    this.#indices.set(key, index);
    return index;
  }

  actions(action: Action): GroundAction[] {
    const grounded: GroundAction[] = [];
    for (const bindings of this.#assignments(action.parameters, action.precondition, new Map())) {
      const condition = this.condition(action.precondition, bindings);
      if (condition.kind === 'false') continue;
      const effects = this.#effects(action.effect, bindings, TRUE);
      const names = action.parameters.map(({ name }): [string, string] => [
        name.slice(1),
        required(bindings.get(name), `object for ${name}`),
      ]);
      grounded.push({ name: action.name, bindings: new Map(names), condition, effects });
    }
    return grounded;
  }

  condition(condition: Condition, bindings: Bindings, isNegated = false): GroundCondition {
    switch (condition.kind) {
      case 'atom':
        return this.#literal(condition.atom, bindings, isNegated);
      case 'equal': {
        const isEqual = value(condition.left, bindings) === value(condition.right, bindings);
        return isEqual === isNegated ? FALSE : TRUE;
      }
      case 'not':
        return this.condition(condition.body, bindings, !isNegated);
      case 'and':
      case 'or':
        return combine(
          (condition.kind === 'and') === isNegated ? 'or' : 'and',
          condition.parts.map((part) => this.condition(part, bindings, isNegated)),
        );
      case 'exists':
      case 'forall': {
        // Only where one case is enough to decide may cases that are settled by fixed facts be left out.
        const guide = condition.kind === 'exists' ? condition.body : { kind: 'and' as const, parts: [] };
        const cases = Array.from(this.#assignments(condition.variables, guide, bindings), (inner) =>
          this.condition(condition.body, inner, isNegated),
        );
        return combine((condition.kind === 'forall') === isNegated ? 'or' : 'and', cases);
      }
    }
  }

  #literal(atom: Atom, bindings: Bindings, isNegated: boolean): GroundCondition {
    const args = atom.args.map((term) => value(term, bindings));
    if (this.#changing.has(atom.predicate)) {
      return { kind: isNegated ? 'lacks' : 'holds', atom: this.atomIndex(atom.predicate, args) };
    }
    return this.#fixed.has(factKey(atom.predicate, args)) === isNegated ? FALSE : TRUE;
  }

  /** Every way to give the variables objects of their types under which the fixed part of `condition` can hold. */
  *#assignments(variables: readonly TypedName[], condition: Condition, outer: Bindings): Generator<Bindings> {
    const own = new Map(variables.map(({ name, type }) => [name, type]));
    const accepts = (variable: string, object: string): boolean =>
      this.#isOf(object, own.get(variable) ?? null);
    // A variable of an outer quantifier that has the name of an inner one is hidden by it.
    const bindings = new Map([...outer].filter(([name]) => !own.has(name)));
    const patterns = conjuncts(condition).flatMap((part) =>
      part.kind === 'atom' && !this.#changing.has(part.atom.predicate) ? [patternOf(part.atom)] : [],
    );
    for (const matched of matchAll(patterns, this.#fixedFacts, { bindings, accepts })) {
      yield* this.#fillIn(
        [...own.keys()].filter((name) => !matched.has(name)),
        own,
        matched,
      );
    }
  }

  *#fillIn(
    missing: readonly string[],
    types: ReadonlyMap<string, string | null>,
    bindings: Bindings,
  ): Generator<Bindings> {
    const [name, ...rest] = missing;
    if (name === undefined) {
      yield bindings;
      return;
    }
    for (const object of this.#objects) {
      if (!this.#isOf(object, types.get(name) ?? null)) continue;
      yield* this.#fillIn(rest, types, new Map(bindings).set(name, object));
    }
  }

  #isOf(object: string, type: string | null): boolean {
    return type === null || (this.#below.get(type)?.has(this.typeOf.get(object) ?? '') ?? false);
  }

  #effects(effect: Effect, bindings: Bindings, condition: GroundCondition): GroundEffect[] {
    switch (effect.kind) {
      case 'add':
      case 'delete': {
        const atom = this.atomIndex(
          effect.atom.predicate,
          effect.atom.args.map((term) => value(term, bindings)),
        );
        return [
          effect.kind === 'add'
            ? { condition, adds: [atom], deletes: [] }
            : { condition, adds: [], deletes: [atom] },
        ];
      }
      case 'and':
        return effect.parts.flatMap((part) => this.#effects(part, bindings, condition));
      case 'when': {
        const when = combine('and', [condition, this.condition(effect.condition, bindings)]);
        return when.kind === 'false' ? [] : this.#effects(effect.effect, bindings, when);
      }
      case 'forall':
        return Array.from(
          this.#assignments(effect.variables, { kind: 'and', parts: [] }, bindings),
          (inner) => this.#effects(effect.effect, inner, condition),
        ).flat();
      case 'cost':
        return [];
    }
  }
}

function value(term: string, bindings: Bindings): string {
  return isVariable(term) ? required(bindings.get(term), `object for ${term}`) : term;
}
