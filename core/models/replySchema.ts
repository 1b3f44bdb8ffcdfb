import { z } from 'zod';
import { AppError } from '../shared/errors.ts';

/**
 * The part of JSON Schema that a llama.cpp grammar honours word for word. node-llama-cpp drops what it cannot express
 * without saying so (`anyOf` becomes null, numeric bounds vanish, every property is required), therefore nothing else
 * is accepted anywhere.
 */
export type ReplySchema =
  | { readonly const: string | number | boolean | null }
  | { readonly enum: readonly (string | number | boolean | null)[] }
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength: number }
  | {
      readonly type: 'array';
      readonly items: ReplySchema;
      readonly minItems?: number;
      readonly maxItems: number;
    }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, ReplySchema>>;
      /** All of them, in the order of `properties`. */
      readonly required: readonly string[];
      readonly additionalProperties: false;
    }
  | { readonly oneOf: readonly ReplySchema[] };

/** llama.cpp refuses to repeat a rule 2,000 times (MAX_REPETITION_THRESHOLD of its grammar parser); later versions allow it once more. */
export const MAX_REPETITIONS = 1999;
/** Deeper than any reply of ours; a schema that contains itself ends here. */
const MAX_DEPTH = 16;

const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const bound = z.number().int().min(0).max(MAX_REPETITIONS);

const FORMS = {
  const: z.strictObject({ const: literal }),
  enum: z.strictObject({ enum: z.array(literal).min(1) }),
  oneOf: z.strictObject({ oneOf: z.array(z.unknown()).min(1) }),
  boolean: z.strictObject({ type: z.literal('boolean') }),
  string: z.strictObject({ type: z.literal('string'), minLength: bound.optional(), maxLength: bound }),
  array: z.strictObject({
    type: z.literal('array'),
    items: z.unknown(),
    minItems: bound.optional(),
    maxItems: bound,
  }),
  object: z.strictObject({
    type: z.literal('object'),
    properties: z.record(z.string(), z.unknown()),
    required: z.array(z.string()),
    additionalProperties: z.literal(false),
  }),
} as const;

/**
 * Accepts `schema` when a grammar can hold a model to all of it.
 * @throws AppError INVALID_INPUT with `details.reason` `schema` and `details.path`, naming what is not supported.
 */
export function checkReplySchema(schema: unknown): ReplySchema {
  check(schema, 'schema', 0);
  // Every part has been looked at.
  return schema as ReplySchema;
}

function check(schema: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
  const form = formOf(schema, path);
  const parsed = FORMS[form].safeParse(schema);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    refuse([path, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is not supported');
  }
  const found = parsed.data;
  if ('oneOf' in found) found.oneOf.forEach((one, i) => check(one, `${path}.oneOf.${i}`, depth + 1));
  if ('items' in found) {
    checkOrder(found.minItems, found.maxItems, `${path}.minItems`);
    check(found.items, `${path}.items`, depth + 1);
  }
  if ('maxLength' in found) checkOrder(found.minLength, found.maxLength, `${path}.minLength`);
  if ('properties' in found) {
    const names = Object.keys(found.properties);
    if (names.length !== found.required.length || names.some((name, i) => found.required[i] !== name))
      refuse(`${path}.required`, 'has to name all properties, in their order');
    for (const [name, property] of Object.entries(found.properties))
      check(property, `${path}.properties.${name}`, depth + 1);
  }
}

function formOf(schema: unknown, path: string): keyof typeof FORMS {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return refuse(path, 'is not an object');
  for (const form of ['const', 'enum', 'oneOf'] as const) if (form in schema) return form;
  const type = 'type' in schema ? schema.type : undefined;
  if (type === 'boolean' || type === 'string' || type === 'array' || type === 'object') return type;
  return refuse(
    path,
    type === undefined
      ? `has none of const, enum, oneOf and type, but ${Object.keys(schema).join(', ') || 'nothing'}`
      : `has the type ${JSON.stringify(type)}`,
  );
}

function checkOrder(least: number | undefined, most: number, path: string): void {
  if (least !== undefined && least > most) refuse(path, `is ${least}, above the maximum of ${most}`);
}

function refuse(path: string, problem: string): never {
  throw new AppError(
    'INVALID_INPUT',
    `A reply cannot be held to this schema: ${path}: ${problem}; use const, enum, oneOf, boolean, bounded strings and ` +
      'arrays, and objects with all properties required.',
    { details: { reason: 'schema', path } },
  );
}

/** A character of a string takes two where it has to be escaped; `\u` escapes are not among what the grammar allows. */
const ESCAPED_CHARACTER = 2;

/**
 * Upper bound of the length, in characters, of a reply written without spaces, as the grammar in the model process
 * forces it to be. A token is at least one byte of it, so a reply in ASCII fits as many tokens in the worst case; a
 * language model of today takes about a quarter of that.
 */
export function longestReply(schema: ReplySchema): number {
  if ('const' in schema) return JSON.stringify(schema.const).length;
  if ('enum' in schema) return Math.max(...schema.enum.map((value) => JSON.stringify(value).length));
  if ('oneOf' in schema) return Math.max(...schema.oneOf.map(longestReply));
  switch (schema.type) {
    case 'boolean':
      return 'false'.length;
    case 'string':
      return 2 + schema.maxLength * ESCAPED_CHARACTER;
    case 'array':
      return 2 + schema.maxItems * longestReply(schema.items) + Math.max(0, schema.maxItems - 1);
    case 'object': {
      const entries = Object.entries(schema.properties);
      const members = entries.map(([name, value]) => JSON.stringify(name).length + 1 + longestReply(value));
      return 2 + members.reduce((sum, length) => sum + length, 0) + Math.max(0, entries.length - 1);
    }
  }
}

/**
 * The value of a reply.
 * @throws AppError UNAVAILABLE with `details.reason` `bad-reply` when it is not JSON or not of the schema's shape.
 */
export function parseReply(text: string, schema: ReplySchema): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badReply('is not JSON', text, cause);
  }
  const problem = mismatch(value, schema, 'reply');
  if (problem !== null) throw badReply(`has another shape than was asked for (${problem})`, text);
  return value;
}

/** Of a reply, how much an error quotes. */
const QUOTED_CHARACTERS = 80;

function badReply(problem: string, text: string, cause?: unknown): AppError {
  const start = text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
  return new AppError(
    'UNAVAILABLE',
    `The model's reply ${problem}: ${JSON.stringify(start)}; try again or choose a model that follows instructions.`,
    { cause, details: { reason: 'bad-reply' } },
  );
}

/** What is wrong with `value`, with its path; null when nothing is. Lengths of strings in code points, as JSON Schema has it. */
function mismatch(value: unknown, schema: ReplySchema, path: string): string | null {
  if ('const' in schema) return value === schema.const ? null : `${path} is another value`;
  if ('enum' in schema)
    return schema.enum.some((one) => one === value) ? null : `${path} is none of the values`;
  if ('oneOf' in schema)
    return schema.oneOf.some((one) => mismatch(value, one, path) === null)
      ? null
      : `${path} is none of the alternatives`;
  switch (schema.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : `${path} is not true or false`;
    case 'string':
      if (typeof value !== 'string') return `${path} is not a string`;
      return isWithin(Array.from(value).length, schema.minLength, schema.maxLength)
        ? null
        : `${path} has the wrong length`;
    case 'array':
      if (!Array.isArray(value)) return `${path} is not an array`;
      if (!isWithin(value.length, schema.minItems, schema.maxItems)) return `${path} has the wrong length`;
      return firstProblem(value.map((item, i) => () => mismatch(item, schema.items, `${path}.${i}`)));
    case 'object':
      return objectMismatch(value, schema.properties, path);
  }
}

function objectMismatch(
  value: unknown,
  properties: Readonly<Record<string, ReplySchema>>,
  path: string,
): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is not an object`;
  const found = new Map<string, unknown>(Object.entries(value));
  const extra = [...found.keys()].find((name) => !Object.hasOwn(properties, name));
  if (extra !== undefined) return `${path} has the unknown property ${extra}`;
  return firstProblem(
    Object.entries(properties).map(
      ([name, property]) =>
        () =>
          found.has(name) ? mismatch(found.get(name), property, `${path}.${name}`) : `${path} lacks ${name}`,
    ),
  );
}

function firstProblem(checks: readonly (() => string | null)[]): string | null {
  for (const find of checks) {
    const problem = find();
    if (problem !== null) return problem;
  }
  return null;
}

function isWithin(count: number, least: number | undefined, most: number): boolean {
  return count >= (least ?? 0) && count <= most;
}
