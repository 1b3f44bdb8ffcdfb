import { expect, test } from 'vitest';
import { replyGrammar } from './replyGrammar.ts';

/** Without the rule of characters, which is the same for all. */
function rules(schema: Parameters<typeof replyGrammar>[0]): string[] {
  return replyGrammar(schema).split('\n').slice(0, -2);
}

test('literals are spelled as JSON and escaped for the grammar', () => {
  expect(rules({ const: 'a"\\\n' })).toEqual([String.raw`root ::= "\"a\\\"\\\\\\n\""`]);
  expect(rules({ enum: [1, 0.5, null, true] })).toEqual(['root ::= ("1" | "0.5" | "null" | "true")']);
});

test('strings and arrays are bounded', () => {
  expect(rules({ type: 'string', minLength: 1, maxLength: 9 })).toEqual([
    String.raw`root ::= "\"" char{1,9} "\""`,
  ]);
  expect(rules({ type: 'string', maxLength: 0 })).toEqual([String.raw`root ::= "\""  "\""`]);
  const item = { const: 1 } as const;
  expect(rules({ type: 'array', items: item, maxItems: 3 })[0]).toBe(
    'root ::= "[" (rule0 ("," rule0){0,2})? "]"',
  );
  expect(rules({ type: 'array', items: item, minItems: 2, maxItems: 3 })[0]).toBe(
    'root ::= "[" rule0 ("," rule0){1,2} "]"',
  );
  expect(rules({ type: 'array', items: item, maxItems: 0 })[0]).toBe('root ::= "[]"');
});

test('an object has all its properties in order; equal parts share a rule', () => {
  const flag = { type: 'boolean' } as const;
  expect(
    rules({
      type: 'object',
      properties: { a: flag, b: flag },
      required: ['a', 'b'],
      additionalProperties: false,
    }),
  ).toEqual([String.raw`root ::= "{" "\"a\":" rule0 "," "\"b\":" rule0 "}"`, 'rule0 ::= ("true" | "false")']);
});
