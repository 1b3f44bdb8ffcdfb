import { expect, test } from 'vitest';
import { describeSchema, extractJson, plainerFormat } from './replyFormat.ts';

test.each([
  [' {"a":1} ', '{"a":1}'],
  ['Sure:\n```json\n{"a":1}\n```\nDone {x}', '{"a":1}'],
  ['```\n[1]\n```', '[1]'],
  ['The answer is {"a":"}{\\"","b":{}} as asked. {"a":2}', '{"a":"}{\\"","b":{}}'],
  ['no object here', 'no object here'],
  ['{"a":', '{"a":'],
  ['a {b} c', 'a {b} c'],
])('the JSON of %j is %j', (reply, expected) => {
  expect(extractJson(reply)).toBe(expected);
});

test('a schema is put into words behind everything that is shared between prompts', () => {
  const messages = [
    { role: 'system', content: 'Rules.' },
    { role: 'user', content: 'Question?' },
  ] as const;
  const described = describeSchema(messages, { enum: ['a'] });
  expect(described[0]).toEqual(messages[0]);
  expect(described[1]?.content).toMatch(/^Question\?\n\n.*JSON.*\n\{"enum":\["a"\]\}$/su);
});

test('formats go from strict to plain', () => {
  expect(plainerFormat('json_schema')).toBe('json_object');
  expect(plainerFormat('json_object')).toBe('words');
  expect(plainerFormat('words')).toBeNull();
});
