import type { Atom, Condition, Effect, Term, TypedName } from './pddl.ts';
import { isVariable } from './pddl.ts';
import { headOf, type Sexpr, type SexprList } from './sexpr.ts';
import { worldError } from './worldError.ts';

/** What is known while conditions and effects are read. */
export interface Scope {
  /** What the text is called for a person. */
  readonly source: string;
  readonly types: ReadonlySet<string>;
  /** Number of arguments by predicate. */
  readonly predicates: ReadonlyMap<string, number>;
  /** Null where objects are not known yet: a domain may name what only its problems have. */
  readonly objects: ReadonlySet<string> | null;
  readonly variables: ReadonlySet<string>;
}

function refuse(scope: Pick<Scope, 'source'>, at: Sexpr, problem: string): never {
  throw worldError({ source: scope.source, line: at.line }, problem);
}

export function requireList(scope: Pick<Scope, 'source'>, at: Sexpr | undefined, around: Sexpr): SexprList {
  if (at?.kind !== 'list') return refuse(scope, at ?? around, 'needs a list in brackets here');
  return at;
}

export function requireName(scope: Pick<Scope, 'source'>, at: Sexpr | undefined, around: Sexpr): string {
  if (at?.kind !== 'name') return refuse(scope, at ?? around, 'needs a name here');
  return at.text;
}

/** `a b - type c`: names with their types. @throws AppError INVALID_INPUT for an unknown type and for `either`. */
export function parseTypedList(
  scope: Pick<Scope, 'source'> & { readonly types: ReadonlySet<string> | null },
  items: readonly Sexpr[],
): TypedName[] {
  const typed: TypedName[] = [];
  let waiting: string[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (item === undefined) break;
    if (item.kind === 'list')
      refuse(scope, item, `uses (${headOf(item)} ...) in a list of names; only plain types are supported`);
    if (item.text !== '-') {
      waiting.push(item.text);
      continue;
    }
    index += 1;
    const type = items[index];
    if (type?.kind === 'list')
      refuse(scope, type, `uses the type (${headOf(type)} ...), which is not supported; name one type`);
    const name = requireName(scope, type, item);
    if (scope.types !== null && !scope.types.has(name))
      refuse(scope, item, `names the type ${name}, which is not declared`);
    typed.push(...waiting.map((one) => ({ name: one, type: name })));
    waiting = [];
  }
  return [...typed, ...waiting.map((one) => ({ name: one, type: null }))];
}

function parseTerm(scope: Scope, at: Sexpr | undefined, around: Sexpr): Term {
  const term = requireName(scope, at, around);
  if (isVariable(term) && !scope.variables.has(term))
    refuse(scope, around, `uses the variable ${term}, which is not declared there`);
  if (!isVariable(term) && scope.objects?.has(term) === false)
    refuse(scope, around, `names the object ${term}, which does not exist`);
  return term;
}

/** Types of arguments are not checked: ALFWorld marks places and agents with a predicate declared for receptacles. */
export function parseAtom(scope: Scope, list: SexprList): Atom {
  const predicate = headOf(list);
  const count = scope.predicates.get(predicate);
  if (count === undefined)
    refuse(scope, list, `uses (${predicate} ...), which is no declared predicate and no supported feature`);
  const args = list.items.slice(1).map((item) => parseTerm(scope, item, list));
  if (args.length !== count)
    refuse(scope, list, `gives ${predicate} ${args.length} arguments where it has ${count}`);
  return { predicate, args };
}

function within(scope: Scope, variables: readonly TypedName[]): Scope {
  return { ...scope, variables: new Set([...scope.variables, ...variables.map(({ name }) => name)]) };
}

function quantified(
  scope: Scope,
  list: SexprList,
): { variables: TypedName[]; inner: Scope; body: SexprList } {
  const variables = parseTypedList(scope, requireList(scope, list.items[1], list).items);
  return { variables, inner: within(scope, variables), body: requireList(scope, list.items[2], list) };
}

/** Reads a condition; `()` is always true. @throws AppError INVALID_INPUT naming what is not supported, and its line. */
export function parseCondition(scope: Scope, list: SexprList): Condition {
  if (list.items.length === 0) return { kind: 'and', parts: [] };
  const head = headOf(list);
  const lists = (): Condition[] =>
    list.items.slice(1).map((item) => parseCondition(scope, requireList(scope, item, list)));
  switch (head) {
    case 'and':
    case 'or':
      return { kind: head, parts: lists() };
    case 'not':
      return { kind: 'not', body: parseCondition(scope, requireList(scope, list.items[1], list)) };
    case 'exists':
    case 'forall': {
      const { variables, inner, body } = quantified(scope, list);
      return { kind: head, variables, body: parseCondition(inner, body) };
    }
    case '=': {
      const [, left, right] = list.items;
      return { kind: 'equal', left: parseTerm(scope, left, list), right: parseTerm(scope, right, list) };
    }
    default:
      return { kind: 'atom', atom: parseAtom(scope, list) };
  }
}

/** What `increase` adds to the total cost. */
function parseCost(scope: Scope, list: SexprList): Effect {
  const [, counter, amount] = list.items;
  const name = headOf(requireList(scope, counter, list));
  if (name !== 'total-cost') refuse(scope, list, `increases ${name}; only total-cost can be increased`);
  if (amount?.kind === 'name') {
    const value = Number(amount.text);
    if (!Number.isFinite(value)) refuse(scope, amount, `adds ${amount.text} to the cost, which is no number`);
    return { kind: 'cost', amount: value };
  }
  const of = requireList(scope, amount, list);
  const args = of.items.slice(1).map((item) => parseTerm(scope, item, of));
  return { kind: 'cost', amount: { predicate: headOf(of), args } };
}

/** Reads an effect. @throws AppError INVALID_INPUT naming what is not supported, and its line. */
export function parseEffect(scope: Scope, list: SexprList): Effect {
  if (list.items.length === 0) return { kind: 'and', parts: [] };
  switch (headOf(list)) {
    case 'and':
      return {
        kind: 'and',
        parts: list.items.slice(1).map((item) => parseEffect(scope, requireList(scope, item, list))),
      };
    case 'not':
      return { kind: 'delete', atom: parseAtom(scope, requireList(scope, list.items[1], list)) };
    case 'when':
      return {
        kind: 'when',
        condition: parseCondition(scope, requireList(scope, list.items[1], list)),
        effect: parseEffect(scope, requireList(scope, list.items[2], list)),
      };
    case 'forall': {
      const { variables, inner, body } = quantified(scope, list);
      return { kind: 'forall', variables, effect: parseEffect(inner, body) };
    }
    case 'increase':
      return parseCost(scope, list);
    default:
      return { kind: 'add', atom: parseAtom(scope, list) };
  }
}
