/** Facts by predicate, each the names of its objects. */
export type FactsByPredicate = ReadonlyMap<string, readonly (readonly string[])[]>;

export function factKey(predicate: string, args: readonly string[]): string {
  return [predicate, ...args].join(' ');
}

/** Objects that variables stand for. */
export type Bindings = ReadonlyMap<string, string>;

/** What an atom asks of a fact: a name that must be equal, or a variable that it binds. */
export interface Pattern {
  readonly predicate: string;
  readonly args: readonly { readonly term: string; readonly isVariable: boolean }[];
}

/** `bindings` with what `fact` binds on top; null when they do not fit. */
function unify(pattern: Pattern, fact: readonly string[], bindings: Bindings): Map<string, string> | null {
  for (const [index, { term, isVariable }] of pattern.args.entries()) {
    const wanted = isVariable ? bindings.get(term) : term;
    if (wanted !== undefined && wanted !== fact[index]) return null;
  }
  const bound = new Map(bindings);
  for (const [index, { term, isVariable }] of pattern.args.entries()) {
    const value = fact[index] ?? '';
    if (!isVariable) continue;
    // One variable in two places of the pattern.
    if ((bound.get(term) ?? value) !== value) return null;
    bound.set(term, value);
  }
  return bound;
}

function boundCount(pattern: Pattern, bindings: Bindings): number {
  return pattern.args.filter(({ term, isVariable }) => !isVariable || bindings.has(term)).length;
}

/**
 * Every way to bind the variables of all patterns to facts; the most bound pattern is matched first.
 *
 * @param accepts Whether a variable may stand for an object (its type).
 */
export function* matchAll(
  patterns: readonly Pattern[],
  facts: FactsByPredicate,
  options: {
    readonly bindings: Bindings;
    readonly accepts: (variable: string, object: string) => boolean;
  },
): Generator<Bindings> {
  const { bindings, accepts } = options;
  if (patterns.length === 0) {
    yield bindings;
    return;
  }
  const next = patterns.reduce((best, one) =>
    boundCount(one, bindings) > boundCount(best, bindings) ? one : best,
  );
  const rest = patterns.filter((pattern) => pattern !== next);
  for (const fact of facts.get(next.predicate) ?? []) {
    const bound = unify(next, fact, bindings);
    if (bound === null) continue;
    const isAccepted = next.args.every(
      ({ term, isVariable }, index) => !isVariable || bindings.has(term) || accepts(term, fact[index] ?? ''),
    );
    if (isAccepted) yield* matchAll(rest, facts, { bindings: bound, accepts });
  }
}
