import type { ReplySchema } from '../replySchema.ts';

/**
 * A GBNF grammar (llama.cpp, grammars/README.md) of exactly the JSON texts of a schema, without spaces. node-llama-cpp's
 * own writer also allows indentation, in which a small model loses itself until its tokens are used up, and asks for
 * four newlines after the value.
 */
export function replyGrammar(schema: ReplySchema): string {
  const rules: string[] = [];
  const root = expression(schema, rules);
  return [`root ::= ${root}`, ...rules, `char ::= ${CHARACTER}`, ''].join('\n');
}

/**
 * A character of a string is one UTF-16 unit, so that JavaScript counts its length as the grammar does: nothing above
 * U+FFFF. Control, zero-width and direction characters are left out, and so are `\u` escapes: whatever is allowed can
 * be written as itself.
 */
const CHARACTER =
  String.raw`[\x20-\x21\x23-\x5B\x5D-\x7E\u00A1-\u00AC\u00AE-\u061B\u061D-\u180D\u180F-\u1FFF\u2010-\u2027\u2030-\u205E\u2070-\uD7FF\uF900-\uFE6F\uFF01-\uFFEF] | ` +
  String.raw`"\\" ["\\nt]`;

function expression(schema: ReplySchema, rules: string[]): string {
  if ('const' in schema) return json(schema.const);
  if ('enum' in schema) return anyOf(schema.enum.map(json));
  if ('oneOf' in schema) return anyOf(schema.oneOf.map((one) => expression(one, rules)));
  switch (schema.type) {
    case 'boolean':
      return anyOf(['"true"', '"false"']);
    case 'string':
      return `"\\"" ${repeated('char', schema.minLength ?? 0, schema.maxLength)} "\\""`;
    case 'array':
      return arrayExpression(named(expression(schema.items, rules), rules), schema);
    case 'object': {
      const members = Object.entries(schema.properties).map(
        ([name, value]) => `${text(`${JSON.stringify(name)}:`)} ${named(expression(value, rules), rules)}`,
      );
      return members.length === 0 ? '"{}"' : `"{" ${members.join(' "," ')} "}"`;
    }
  }
}

function arrayExpression(
  item: string,
  { minItems = 0, maxItems }: { minItems?: number; maxItems: number },
): string {
  if (maxItems === 0) return '"[]"';
  const more = repeated(`("," ${item})`, Math.max(0, minItems - 1), maxItems - 1);
  const items = `${item} ${more}`.trim();
  return minItems === 0 ? `"[" (${items})? "]"` : `"[" ${items} "]"`;
}

function repeated(item: string, least: number, most: number): string {
  return most === 0 ? '' : `${item}{${least},${most}}`;
}

/** The name of a rule for `body`; equal bodies share one. */
function named(body: string, rules: string[]): string {
  const known = rules.findIndex((rule) => rule.slice(rule.indexOf('=') + 2) === body);
  if (known !== -1) return `rule${known}`;
  rules.push(`rule${rules.length} ::= ${body}`);
  return `rule${rules.length - 1}`;
}

function anyOf(alternatives: readonly string[]): string {
  return `(${alternatives.join(' | ')})`;
}

function json(value: string | number | boolean | null): string {
  return text(JSON.stringify(value));
}

/** A terminal of a grammar; its escapes are those of JSON as far as JSON text needs them. */
function text(value: string): string {
  return JSON.stringify(value);
}
