import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { checkReplySchema, longestReply, parseReply, type ReplySchema } from './replySchema.ts';

const ACTIONS: ReplySchema = {
  type: 'object',
  properties: {
    actions: {
      type: 'array',
      maxItems: 2,
      items: {
        oneOf: [
          {
            type: 'object',
            properties: { type: { const: 'insert' }, text: { type: 'string', minLength: 1, maxLength: 10 } },
            required: ['type', 'text'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: { type: { const: 'delete' }, memory: { enum: ['m1', 'm2'] } },
            required: ['type', 'memory'],
            additionalProperties: false,
          },
        ],
      },
    },
    done: { type: 'boolean' },
  },
  required: ['actions', 'done'],
  additionalProperties: false,
};

function refusal(schema: unknown): AppError {
  try {
    checkReplySchema(schema);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('was accepted');
}

test('what the grammar can hold a model to is accepted', () => {
  expect(checkReplySchema(ACTIONS)).toBe(ACTIONS);
  expect(checkReplySchema({ const: null })).toEqual({ const: null });
});

test.each([
  ['schema', { anyOf: [{ type: 'boolean' }] }],
  ['schema', { type: 'number' }],
  ['schema', { type: 'integer', minimum: 0 }],
  ['schema', { type: ['string', 'null'], maxLength: 3 }],
  ['schema', {}],
  ['schema', null],
  ['schema.maxLength', { type: 'string' }],
  ['schema', { type: 'string', maxLength: 5, pattern: 'a*' }],
  ['schema.maxLength', { type: 'string', maxLength: 2000 }],
  ['schema.minLength', { type: 'string', minLength: 6, maxLength: 5 }],
  ['schema.maxItems', { type: 'array', items: { type: 'boolean' } }],
  ['schema.items', { type: 'array', items: { type: 'number' }, maxItems: 2 }],
  ['schema.enum', { enum: [] }],
  ['schema.oneOf.1', { oneOf: [{ const: 1 }, { $ref: '#/a' }] }],
  [
    'schema.required',
    {
      type: 'object',
      properties: { a: { type: 'boolean' }, b: { type: 'boolean' } },
      required: ['a'],
      additionalProperties: false,
    },
  ],
  [
    'schema.additionalProperties',
    { type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] },
  ],
  [
    'schema.properties.a',
    { type: 'object', properties: { a: { anyOf: [] } }, required: ['a'], additionalProperties: false },
  ],
])('refused at %s: %j', (path, schema) => {
  const error = refusal(schema);
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.details).toEqual({ reason: 'schema', path });
  expect(error.message).toContain(`${path}: `);
});

test('a schema that contains itself is refused', () => {
  const schema: Record<string, unknown> = { type: 'array', maxItems: 1 };
  schema['items'] = schema;
  expect(refusal(schema).message).toContain('nested deeper than 16');
});

test('the longest reply is counted', () => {
  expect(longestReply({ const: 'a"b' })).toBe('"a\\"b"'.length);
  expect(longestReply({ enum: [1, null, 0.5] })).toBe(4);
  expect(longestReply({ type: 'string', maxLength: 3 })).toBe('"\\n\\n\\n"'.length);
  const longest = {
    actions: [
      { type: 'insert', text: '"'.repeat(10) },
      { type: 'insert', text: '"'.repeat(10) },
    ],
    done: false,
  };
  expect(longestReply(ACTIONS)).toBe(JSON.stringify(longest).length);
});

/** Values of ACTIONS' shape. */
const actions = fc.record({
  actions: fc.array(
    fc.oneof(
      fc.record({
        type: fc.constant('insert'),
        text: fc.string({
          minLength: 1,
          maxLength: 10,
          unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '語'),
        }),
      }),
      fc.record({ type: fc.constant('delete'), memory: fc.constantFrom('m1', 'm2') }),
    ),
    { maxLength: 2 },
  ),
  done: fc.boolean(),
});

test('every value of the shape is taken and no longer than the longest reply', () => {
  fc.assert(
    fc.property(actions, (value) => {
      const text = JSON.stringify(value);
      expect(text.length).toBeLessThanOrEqual(longestReply(ACTIONS));
      expect(parseReply(text, ACTIONS)).toEqual(value);
    }),
    { seed: 5 },
  );
});

test.each([
  ['Sure! {"actions":[]}', 'is not JSON'],
  ['', 'is not JSON'],
  ['{"actions":[]}', 'reply lacks done'],
  ['{"actions":[],"done":1}', 'reply.done is not true or false'],
  ['{"actions":[],"done":true,"more":1}', 'unknown property more'],
  ['{"actions":[{"type":"insert","text":""}],"done":true}', 'reply.actions.0 is none of the alternatives'],
  ['{"actions":{},"done":true}', 'reply.actions is not an array'],
  ['[]', 'reply is not an object'],
])('the reply %s is refused', (text, problem) => {
  try {
    parseReply(text, ACTIONS);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    if (!(error instanceof AppError)) return;
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.details).toEqual({ reason: 'bad-reply' });
    expect(error.message).toContain(problem);
  }
});
