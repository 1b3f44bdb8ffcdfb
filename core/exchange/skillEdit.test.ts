import { expect, test } from 'vitest';
import { parseSkillEdit } from './skillEdit.ts';

test('a change in JSON is read as it is', () => {
  const change = { kind: 'refine', name: 'insert', changes: { instruction: 'Shorter.' } };
  expect(parseSkillEdit(Buffer.from(JSON.stringify(change)), 'edit.json')).toEqual(change);
});

test.each([
  ['{"kind": "refine", "name": "insert", "changes": {"usage": 1}}', 'changes'],
  [
    '{"kind": "add", "skill": {"name": "a", "description": "d", "instruction": "", "type": "insert"}}',
    'skill.instruction',
  ],
  ['{"kind": "evict", "name": "insert"}', 'kind'],
  ['{"kind": "retire", "kind": "pin", "name": "insert"}', 'kind'],
])('%s is an error that names the file and %s', (text, keyPath) => {
  expect(() => parseSkillEdit(text, 'edit.json')).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', details: { file: 'edit.json', keyPath } }),
  );
});
