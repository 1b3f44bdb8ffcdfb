import { AppError } from '../shared/errors.ts';
import { matchAll, factKey, type Bindings, type FactsByPredicate } from './factIndex.ts';
import type { Operand, Query, TextSymbol } from './textTemplate.ts';
import type { Production, TextGrammar } from './twl2.ts';

/** What a text is written about. */
export interface TextContext {
  readonly facts: FactsByPredicate;
  /** Keys of facts that an action has made false, which is what `not_` asks for. */
  readonly denied: ReadonlySet<string>;
  readonly names: ReadonlyMap<string, string>;
  readonly typeOf: ReadonlyMap<string, string>;
  /** What variables stand for. */
  readonly bindings: Bindings;
}

/** A grammar that refers to itself without end stops here. */
const MAX_DEPTH = 50;

/** Every match of a query, in the order of the ids of what it binds. */
function* matches(query: Query, context: TextContext): Generator<Bindings> {
  const found = matchAll(
    query.parts.filter((part) => !part.isNegated).map((part) => part.pattern),
    context.facts,
    {
      bindings: context.bindings,
      accepts: (variable, object) => {
        const type = query.types.get(variable);
        return type === undefined || context.typeOf.get(object) === type;
      },
    },
  );
  for (const bindings of found) {
    const isDenied = query.parts
      .filter((part) => part.isNegated)
      .every(({ pattern }) =>
        context.denied.has(
          factKey(
            pattern.predicate,
            pattern.args.map(({ term }) => bindings.get(term) ?? term),
          ),
        ),
      );
    if (isDenied) yield bindings;
  }
}

function sortedMatches(query: Query, context: TextContext): Bindings[] {
  const variables = [
    ...new Set(query.parts.flatMap((part) => part.pattern.args.map(({ term }) => term))),
  ].filter((term) => !context.bindings.has(term));
  const keyed = Array.from(matches(query, context), (bindings) => ({
    bindings,
    key: variables.map((variable) => bindings.get(variable) ?? '').join('\n'),
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ bindings }) => bindings);
}

function operandText(operand: Operand, context: TextContext): string {
  if (operand.kind === 'literal') return operand.text;
  const id = context.bindings.get(operand.variable);
  if (id === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `The grammar writes about ${operand.variable}, which stands for nothing there; correct the text.`,
    );
  }
  switch (operand.attribute) {
    case 'id':
      return id;
    case 'name':
      return context.names.get(id) ?? id;
    case 'indefinite':
      return 'a';
    case 'definite':
      return 'the';
  }
}

/** Writes texts of a grammar about a state. */
export class TextWriter {
  readonly #grammar: TextGrammar;

  constructor(grammar: TextGrammar) {
    this.#grammar = grammar;
  }

  /** @throws AppError INVALID_INPUT for a text that refers to itself, and for a variable that stands for nothing. */
  write(symbols: readonly TextSymbol[], context: TextContext): string {
    return this.#write(symbols, context, 0);
  }

  #write(symbols: readonly TextSymbol[], context: TextContext, depth: number): string {
    if (depth > MAX_DEPTH) {
      throw new AppError(
        'INVALID_INPUT',
        `The grammar refers to itself more than ${MAX_DEPTH} times over; correct it.`,
      );
    }
    return symbols.map((symbol) => this.#symbol(symbol, context, depth)).join('');
  }

  #symbol(symbol: TextSymbol, context: TextContext, depth: number): string {
    switch (symbol.kind) {
      case 'text':
        return symbol.text;
      case 'reference':
        return this.#reference(symbol.name, context, depth);
      case 'value': {
        const texts = symbol.alternatives.map((sum) => sum.map((one) => operandText(one, context)).join(''));
        return texts.find((text) => text !== '') ?? '';
      }
      case 'each': {
        const items = sortedMatches(symbol.query, context).map((bindings) =>
          this.#write([symbol.body], { ...context, bindings }, depth + 1),
        );
        return symbol.isList ? this.#list(items, context, depth) : items.join('');
      }
    }
  }

  #reference(name: string, context: TextContext, depth: number): string {
    const rule = this.#grammar.productions.get(name)?.find((one) => this.#applies(one, context));
    if (rule === undefined) {
      throw new AppError(
        'INVALID_INPUT',
        `The grammar has no text #${name}# for this situation; add one without a condition.`,
      );
    }
    return this.#write(rule.symbols, context, depth + 1);
  }

  #applies({ condition }: Production, context: TextContext): boolean {
    return condition === null || matches(condition, context).next().done === false;
  }

  #list(items: readonly string[], context: TextContext, depth: number): string {
    const [first = '', ...rest] = items;
    const last = rest.pop();
    const separator = (name: string): string => this.#reference(name, context, depth + 1);
    if (items.length === 0) return separator('list_empty');
    if (last === undefined) return first;
    return [first, ...rest].join(separator('list_separator')) + separator('list_last_separator') + last;
  }
}
