import { worldError, type Place } from './worldError.ts';

/** PDDL's brackets: a name, or a list of names and lists. Names are lower case, since PDDL knows no case. */
export type Sexpr =
  | { readonly kind: 'name'; readonly text: string; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly Sexpr[]; readonly line: number };
export type SexprList = Extract<Sexpr, { kind: 'list' }>;

interface Token {
  readonly text: string;
  readonly line: number;
}

/** A comma is a space: ALFWorld's own domain separates two quantified variables with one. */
function tokensOf(text: string): Token[] {
  return text.split('\n').flatMap((content, index) =>
    Array.from(content.replace(/;.*$/u, '').matchAll(/[()]|[^\s,()]+/gu), ([token]) => ({
      text: token.toLowerCase(),
      line: index + 1,
    })),
  );
}

interface OpenList {
  readonly items: Sexpr[];
  readonly line: number;
}

/**
 * Reads one bracketed expression.
 *
 * @throws AppError INVALID_INPUT with source and line for brackets that do not match and for anything around them.
 */
export function readSexpr(text: string, source: string): SexprList {
  const open: OpenList[] = [];
  let whole: SexprList | null = null;
  for (const { text: token, line } of tokensOf(text)) {
    const place: Place = { source, line };
    if (whole !== null) throw worldError(place, `has "${token}" after the end of the definition; remove it`);
    if (token === '(') {
      open.push({ items: [], line });
    } else if (token === ')') {
      const closed = open.pop();
      if (closed === undefined) throw worldError(place, 'closes a bracket that was never opened');
      const list: SexprList = { kind: 'list', ...closed };
      const parent = open.at(-1);
      if (parent === undefined) whole = list;
      else parent.items.push(list);
    } else {
      const parent = open.at(-1);
      if (parent === undefined) throw worldError(place, `has "${token}" outside of brackets; remove it`);
      parent.items.push({ kind: 'name', text: token, line });
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw worldError({ source, line: unclosed.line }, 'opens a bracket that is never closed');
  }
  if (whole === null) throw worldError({ source, line: 1 }, 'begins no definition: the text is empty');
  return whole;
}

/** The first name of a list, or an empty string. */
export function headOf(list: SexprList): string {
  const [head] = list.items;
  return head?.kind === 'name' ? head.text : '';
}
