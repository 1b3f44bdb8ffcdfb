/**
 * The part of PDDL that worlds may use: typed objects, conditions with and, or, not, exists, forall and equality, effects
 * with when and forall, and an action cost that is read and kept but not used, since games count steps. Everything else is
 * refused by name and line when it is read.
 */

/** A variable (`?o`) or the name of an object. */
export type Term = string;

export interface TypedName {
  readonly name: string;
  /** Types it may have; empty is any. */
  readonly type: string | null;
}

export interface Atom {
  readonly predicate: string;
  readonly args: readonly Term[];
}

export type Condition =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'equal'; readonly left: Term; readonly right: Term }
  | { readonly kind: 'not'; readonly body: Condition }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | {
      readonly kind: 'exists' | 'forall';
      readonly variables: readonly TypedName[];
      readonly body: Condition;
    };

export type Effect =
  | { readonly kind: 'add' | 'delete'; readonly atom: Atom }
  | { readonly kind: 'and'; readonly parts: readonly Effect[] }
  | { readonly kind: 'when'; readonly condition: Condition; readonly effect: Effect }
  | { readonly kind: 'forall'; readonly variables: readonly TypedName[]; readonly effect: Effect }
  | { readonly kind: 'cost'; readonly amount: number | Atom };

export interface Action {
  readonly name: string;
  readonly parameters: readonly TypedName[];
  readonly precondition: Condition;
  readonly effect: Effect;
}

export interface Signature {
  readonly name: string;
  readonly parameters: readonly TypedName[];
}

export interface Domain {
  readonly name: string;
  readonly requirements: readonly string[];
  /** Every type with its parent, if it has one. */
  readonly types: readonly TypedName[];
  readonly constants: readonly TypedName[];
  readonly predicates: readonly Signature[];
  readonly functions: readonly Signature[];
  readonly actions: readonly Action[];
}

export interface Problem {
  readonly name: string;
  readonly domain: string;
  readonly objects: readonly TypedName[];
  readonly facts: readonly Atom[];
  readonly costs: readonly { readonly function: Atom; readonly value: number }[];
  readonly goal: Condition;
}

export function isVariable(term: Term): boolean {
  return term.startsWith('?');
}

/** Parts of a conjunction, also of nested ones. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === 'and' ? condition.parts.flatMap(conjuncts) : [condition];
}

/** The root of all types; a domain that lists it as a type of its own (ALFWorld's does) uses it as any other. */
export const ROOT_TYPE = 'object';

/** Every type with the types below it, itself included. */
export function subtypes(types: Domain['types']): ReadonlyMap<string, ReadonlySet<string>> {
  const below = new Map<string, Set<string>>();
  const isOrdinaryRoot = types.some(({ name }) => name === ROOT_TYPE);
  const parents = new Map(types.map(({ name, type }) => [name, type]));
  for (const { name } of types) {
    const seen = new Set<string>();
    for (let type: string | null = name; type !== null && !seen.has(type); type = parents.get(type) ?? null) {
      seen.add(type);
      below.set(type, (below.get(type) ?? new Set()).add(name));
    }
  }
  if (!isOrdinaryRoot) below.set(ROOT_TYPE, new Set([ROOT_TYPE, ...types.map(({ name }) => name)]));
  return below;
}
