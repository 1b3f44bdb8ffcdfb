import { z } from 'zod';
import { messageOf } from '../shared/errors.ts';
import { parseQuery, parseTemplate, type Query, type TextSymbol } from './textTemplate.ts';
import { worldError, type Place } from './worldError.ts';

/** One way to write a text; the first whose condition holds is taken. */
export interface Production {
  readonly condition: Query | null;
  readonly symbols: readonly TextSymbol[];
}

/** How an action is typed, and what it answers. */
export interface ActionText {
  readonly template: readonly TextSymbol[];
  readonly feedback: readonly TextSymbol[];
}

export interface TextGrammar {
  readonly productions: ReadonlyMap<string, readonly Production[]>;
  /** By the action's name in lower case. */
  readonly actions: ReadonlyMap<string, ActionText>;
}

interface Token extends Place {
  readonly kind: 'block' | 'text' | 'word' | 'mark';
  readonly text: string;
}

const TOKEN = /"""([\s\S]*?)"""|"([^"\n]*)"|([\w/-]+)|(::|[{};])|(\s+|#[^\n]*)|(.)/gu;

function tokensOf(text: string, source: string): Token[] {
  let line = 1;
  return Array.from(text.matchAll(TOKEN)).flatMap(
    ([whole, block, quoted, word, mark, skipped, other]): Token[] => {
      const place = { source, line };
      line += whole.split('\n').length - 1;
      if (skipped !== undefined) return [];
      if (block !== undefined) return [{ ...place, kind: 'block', text: block }];
      if (quoted !== undefined) return [{ ...place, kind: 'text', text: quoted }];
      if (word !== undefined) return [{ ...place, kind: 'word', text: word }];
      if (mark !== undefined) return [{ ...place, kind: 'mark', text: mark }];
      throw worldError(place, `has "${other ?? ''}", which does not belong in a grammar`);
    },
  );
}

const rulesSchema = z.record(
  z.string(),
  z
    .array(
      z.strictObject({ rhs: z.string(), condition: z.string().optional(), weight: z.number().optional() }),
    )
    .min(1),
);

/** Line of the first place in a block that has a text; the block's own line when it is nowhere. */
function lineWithin(block: Token, part: string): Place {
  const offset = block.text.indexOf(JSON.stringify(part));
  return {
    ...block,
    line: block.line + (offset === -1 ? 0 : block.text.slice(0, offset).split('\n').length - 1),
  };
}

function parseRules(block: Token): [string, Production[]][] {
  const content = block.text.replaceAll(/^\s*#.*$/gmu, '');
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw worldError(block, `begins a grammar that is not whole JSON (${messageOf(error)})`);
  }
  const rules = rulesSchema.safeParse(json);
  if (!rules.success) {
    const issue = rules.error.issues[0];
    throw worldError(
      lineWithin(block, String(issue?.path[0] ?? '')),
      `has the text "${issue?.path.join('.') ?? ''}" in a form that is not supported (${issue?.message ?? ''})`,
    );
  }
  return Object.entries(rules.data).map(([name, productions]) => [
    name,
    productions.map(({ rhs, condition }) => ({
      condition:
        condition === undefined || condition === ''
          ? null
          : parseQuery(condition, lineWithin(block, condition)),
      symbols: parseTemplate(rhs, lineWithin(block, rhs)),
    })),
  ]);
}

/** Reads tokens one after the other. */
class Reader {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  #index = 0;

  constructor(tokens: readonly Token[], source: string) {
    this.#tokens = tokens;
    this.#source = source;
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#tokens.length;
  }

  take(kind: Token['kind'], text?: string): Token {
    const token = this.#tokens[this.#index];
    const wanted =
      text ?? { block: 'a block in """', text: 'a text in quotes', word: 'a name', mark: 'a mark' }[kind];
    if (token === undefined) {
      throw worldError(
        { source: this.#source, line: this.#tokens.at(-1)?.line ?? 1 },
        `ends where ${wanted} is needed`,
      );
    }
    if (token.kind !== kind || (text !== undefined && token.text !== text)) {
      throw worldError(token, `has "${token.text.slice(0, 40)}" where ${wanted} is needed`);
    }
    this.#index += 1;
    return token;
  }

  isNext(text: string): boolean {
    return this.#tokens[this.#index]?.text === text;
  }

  /** The value of `key :: value ;`. */
  value(kind: 'block' | 'text'): Token {
    this.take('mark', '::');
    const token = this.take(kind);
    this.take('mark', ';');
    return token;
  }
}

function parseActionText(reader: Reader): {
  readonly name: string;
  readonly text: ActionText;
  readonly rules: [string, Production[]][];
} {
  const name = reader.take('word');
  reader.take('mark', '{');
  const parts = new Map<string, Token>();
  const rules: [string, Production[]][] = [];
  while (!reader.isNext('}')) {
    const key = reader.take('word');
    if (key.text === 'template' || key.text === 'feedback') parts.set(key.text, reader.value('text'));
    else if (key.text === 'grammar') rules.push(...parseRules(reader.value('block')));
    else throw worldError(key, `uses ${key.text} in the action ${name.text}, which is not supported`);
  }
  reader.take('mark', '}');
  const symbols = (key: string): TextSymbol[] => {
    const token = parts.get(key);
    if (token === undefined) throw worldError(name, `begins the action ${name.text}, which has no ${key}`);
    return parseTemplate(token.text, token);
  };
  return {
    name: name.text.toLowerCase(),
    text: { template: symbols('template'), feedback: symbols('feedback') },
    rules,
  };
}

function references(symbols: readonly TextSymbol[]): string[] {
  return symbols.flatMap((symbol) => {
    if (symbol.kind === 'reference') return [symbol.name];
    return symbol.kind === 'each' ? references([symbol.body]) : [];
  });
}

/**
 * Reads a text grammar (TextWorld's `.twl2`).
 *
 * @param source What the text is called in messages.
 * @throws AppError INVALID_INPUT with source and line; a feature outside the subset is named.
 */
export function parseGrammar(text: string, source: string): TextGrammar {
  const reader = new Reader(tokensOf(text, source), source);
  const productions = new Map<string, readonly Production[]>();
  const actions = new Map<string, ActionText>();
  while (!reader.isAtEnd) {
    const head = reader.take('word');
    if (head.text === 'grammar') {
      for (const [name, rules] of parseRules(reader.value('block'))) productions.set(name, rules);
    } else if (head.text === 'action') {
      const action = parseActionText(reader);
      actions.set(action.name, action.text);
      for (const [name, rules] of action.rules) productions.set(name, rules);
    } else {
      throw worldError(
        head,
        `begins with ${head.text}, which is not supported; a grammar has grammar and action`,
      );
    }
  }
  const used = [
    ...Array.from(productions.values(), (rules) => rules.flatMap((rule) => references(rule.symbols))).flat(),
    ...Array.from(actions.values(), (action) => references([...action.template, ...action.feedback])).flat(),
  ];
  const missing = used.find((name) => !productions.has(name));
  if (missing !== undefined) {
    const line = text.slice(0, Math.max(0, text.indexOf(`#${missing}#`))).split('\n').length;
    throw worldError({ source, line }, `refers to #${missing}#, which the grammar does not have`);
  }
  return { productions, actions };
}
