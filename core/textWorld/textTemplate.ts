import type { Pattern } from './factIndex.ts';
import { worldError, type Place } from './worldError.ts';

/**
 * One text of a grammar, cut into its symbols:
 *
 * - `#name#`: another text of the grammar;
 * - `{o.name}`, `{o.indefinite + ' ' + o.name}`, `{r.name or r.id}`, `{o}`: what an object is called;
 * - `[{... | inreceptacle(o:object, r:receptacle)}]`: the same for every match of a query, as a list.
 */
export type TextSymbol =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'value'; readonly alternatives: readonly (readonly Operand[])[] }
  | { readonly kind: 'each'; readonly query: Query; readonly body: TextSymbol; readonly isList: boolean };

/** Part of a sum of texts. */
export type Operand =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'attribute'; readonly variable: string; readonly attribute: Attribute };

const ATTRIBUTES = ['name', 'id', 'indefinite', 'definite'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

export interface QueryPart {
  readonly pattern: Pattern;
  readonly isNegated: boolean;
}

/** A conjunction over facts, with the types of its variables. */
export interface Query {
  readonly parts: readonly QueryPart[];
  readonly types: ReadonlyMap<string, string>;
}

const NEGATION = 'not_';

/** Reads `opened(r:receptacle) & not_inreceptacle(o:object, r:receptacle)`. @throws AppError INVALID_INPUT */
export function parseQuery(text: string, place: Place): Query {
  const types = new Map<string, string>();
  const parts = text.split('&').map((part): QueryPart => {
    const match = /^\s*([\w@-]+)\s*\(([^()]*)\)\s*$/u.exec(part.toLowerCase());
    if (match === null) {
      throw worldError(
        place,
        `has the condition "${part.trim()}", which is not supported; write name(variable:type, ...) joined with &`,
      );
    }
    const [, name = '', list = ''] = match;
    const args = list
      .split(',')
      .filter((one) => one.trim() !== '')
      .map((one) => {
        const [variable = '', type] = one.split(':').map((side) => side.trim());
        if (type !== undefined) types.set(variable, type);
        return { term: variable, isVariable: true };
      });
    const isNegated = name.startsWith(NEGATION);
    return { pattern: { predicate: isNegated ? name.slice(NEGATION.length) : name, args }, isNegated };
  });
  return { parts, types };
}

function parseOperand(text: string, place: Place): Operand {
  const literal = /^'([^']*)'$|^"([^"]*)"$/u.exec(text);
  if (literal !== null) return { kind: 'literal', text: literal[1] ?? literal[2] ?? '' };
  const access = /^(\w+)(?:\.(\w+))?$/u.exec(text);
  const attribute = ATTRIBUTES.find((one) => one === (access?.[2] ?? 'name'));
  if (access?.[1] === undefined || attribute === undefined) {
    throw worldError(
      place,
      `has the expression "${text}", which is not supported; use variable.${ATTRIBUTES.join(', variable.')}, texts in quotes, + and or`,
    );
  }
  return { kind: 'attribute', variable: access[1].toLowerCase(), attribute };
}

function parseValue(text: string, place: Place): TextSymbol {
  const alternatives = text
    .split(/\s+or\s+/u)
    .map((sum) =>
      Array.from(sum.matchAll(/'[^']*'|"[^"]*"|[^+]+/gu), ([part]) => part.trim()).filter(
        (part) => part !== '',
      ),
    )
    .map((sum) => sum.map((part) => parseOperand(part, place)));
  return { kind: 'value', alternatives };
}

/** What stands between braces: an expression or a reference, and after `|` a query. */
function parseBraces(text: string, place: Place, isList: boolean): TextSymbol {
  const bar = text.indexOf('|');
  const expression = (bar === -1 ? text : text.slice(0, bar)).trim();
  const reference = /^#([^#]+)#$/u.exec(expression);
  const body: TextSymbol =
    reference?.[1] === undefined ? parseValue(expression, place) : { kind: 'reference', name: reference[1] };
  if (bar === -1) return body;
  return { kind: 'each', query: parseQuery(text.slice(bar + 1), place), body, isList };
}

/** Text that ends at a bracket, or a symbol. A closing brace of its own is text: an unused line of ALFWorld's has one. */
const SYMBOL = /\[\s*\{([^{}]*)\}\s*\]|\{([^{}]*)\}|#([^#\n]+)#|[^[{#]+|[[{#]/gu;

/** Cuts a text into symbols. @throws AppError INVALID_INPUT naming what is not supported, and its line. */
export function parseTemplate(text: string, place: Place): TextSymbol[] {
  return Array.from(text.matchAll(SYMBOL), (match): TextSymbol => {
    const [whole, list, braces, reference] = match;
    if (list !== undefined) return parseBraces(list, place, true);
    if (braces !== undefined) return parseBraces(braces, place, false);
    if (reference !== undefined) return { kind: 'reference', name: reference };
    if (whole === '[' || whole === '{' || whole === '#') {
      throw worldError(
        place,
        `has "${whole}" in a text without its closing counterpart, which is not supported`,
      );
    }
    return { kind: 'text', text: whole };
  });
}
