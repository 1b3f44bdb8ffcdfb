import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankChange } from '../contract/proposal.ts';
import { findHidden, revealHidden } from './hiddenCharacters.ts';
import { seedSkills } from './seeds.ts';
import { applyChange } from './skillBank.ts';
import { typeContradictions } from './typeConsistency.ts';
import { changedNames, validateChange, validateChanges, type ValidationResult } from './validation.ts';

const skills = seedSkills({ skipNoop: false });
const draft = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'record_pets',
  description: 'Record which pets people have.',
  instruction: 'Write one fact for each pet.',
  type: 'insert',
  ...over,
});
const add = (over: Record<string, unknown> = {}): unknown => ({ kind: 'add', skill: draft(over) });
const refine = (name: string, changes: unknown): unknown => ({ kind: 'refine', name, changes });
const designer = (change: unknown): ValidationResult =>
  validateChange(change, { skills, author: 'designer' });
const reasonsOf = (result: ValidationResult): string => (result.isValid ? '' : result.reasons.join(' '));

describe('validateChange', () => {
  test('a good change comes back tidied', () => {
    const result = designer(add({ type: 'INSERT', instruction: '  Café\r\nsecond  ' }));
    expect(result).toEqual({
      isValid: true,
      change: { kind: 'add', skill: { ...draft(), instruction: 'Café\nsecond' } },
      warnings: [],
    });
  });

  test.each([
    ['a missing skill (15.1#15)', { kind: 'add', skill: null }, 'skill'],
    ['nothing at all', null, 'The change'],
    ['a name that is not snake_case', add({ name: 'Record Pets' }), 'snake_case'],
    ['a name of 65 characters', add({ name: 'a'.repeat(65) }), 'skill.name'],
    ['a name no folder could have', add({ name: 'record__pets' }), 'single underscores'],
    ['a name that is a key of every object', add({ name: 'constructor' }), 'not allowed'],
    ['a blank instruction', add({ instruction: ' \n ' }), 'skill.instruction'],
    ['an instruction over the limit', add({ instruction: 'x'.repeat(8001) }), 'skill.instruction'],
    ['a placeholder', add({ instruction: 'Read {session_text} first.' }), '{session_text}'],
    [
      'a placeholder in a description',
      refine('insert', { description: '{retrieved_memories}' }),
      'placeholder',
    ],
    ['a delete skill', add({ type: 'delete' }), 'insert and update skills'],
    [
      '15.1#13 a refinement into a delete skill',
      refine('insert', { type: 'delete' }),
      'insert and update skills',
    ],
    ['15.1#13 another type for a pinned skill', refine('insert', { type: 'update' }), 'pinned'],
    ['15.1#13 unknown keys', refine('insert', { meta_info: {} }), 'meta_info'],
    ['15.1#13 an existing name', add({ name: 'update' }), 'already has'],
    ['an unknown skill', refine('gone', { instruction: 'x' }), 'no skill "gone"'],
    ['a refinement without effect', refine('insert', { type: 'insert' }), 'nothing to change'],
    ['a retirement by a designer', { kind: 'retire', name: 'noop' }, 'add or refine'],
    ['bidirectional characters', add({ description: 'safe\u{202e}text' }), 'U+202E'],
    ['invisible letters', add({ instruction: 'x\u{e0049}\u{e0067}' }), 'U+E0049 I, U+E0067 g'],
    ['half a surrogate pair', add({ instruction: 'x\ud800' }), 'U+D800'],
  ])('refuses %s', (_, change, reason) => {
    const result = designer(change);
    expect(result.isValid).toBe(false);
    expect(reasonsOf(result)).toContain(reason);
  });

  test('emoji are reported, not refused; of people other hidden characters are reported too', () => {
    const family = designer(add({ description: 'Families 👨\u{200d}👩\u{200d}👧' }));
    expect(family).toMatchObject({
      isValid: true,
      warnings: [expect.stringContaining('2 characters') as unknown],
    });
    const pasted = validateChange(add({ description: 'a\u{200b}b' }), { skills, author: 'reviewer' });
    expect(pasted).toMatchObject({ isValid: true, warnings: [expect.stringContaining('U+200B') as unknown] });
    expect(validateChange(add({ type: 'delete' }), { skills, author: 'import' }).isValid).toBe(true);
  });

  test('whatever it is given, it answers; what it accepts can be applied', () => {
    const anything = fc.oneof(
      fc.anything({ maxDepth: 6 }),
      fc.record({
        kind: fc.constantFrom('add', 'refine', 'merge', 'pin'),
        name: fc.anything(),
        skill: fc.anything(),
      }),
      fc
        .record({
          name: fc.constantFrom('a_b', 'insert', 'A'),
          type: fc.constantFrom('insert', 'UPDATE', 'noop', 1),
        })
        .map((over) => add(over)),
    );
    fc.assert(
      fc.property(anything, (change) => {
        const result = designer(change);
        if (!result.isValid) return result.reasons.length > 0;
        return (
          applyChange(skills, result.change, { origin: 'designer', maxSkills: 30 }).length >= skills.length
        );
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe('validateChanges', () => {
  const options = { skills, author: 'designer' as const, maxChanges: 3, isRefineOnly: false };

  test('a bad change is skipped with its reasons, the others proceed', () => {
    const { accepted, rejected } = validateChanges(
      [add(), add({ name: 'X' }), refine('insert', { instruction: 'y' })],
      options,
    );
    expect(accepted.map(({ index }) => index)).toEqual([0, 2]);
    expect(rejected).toEqual([{ index: 1, reasons: [expect.stringContaining('skill.name') as unknown] }]);
  });

  test('15.1#13 no skill is changed twice in one set', () => {
    const twice = [
      refine('insert', { instruction: 'y' }),
      refine('insert', { description: 'z' }),
      add(),
      add(),
    ];
    const { accepted, rejected } = validateChanges(twice, { ...options, maxChanges: 9 });
    expect(accepted.map(({ index }) => index)).toEqual([0, 2]);
    expect(rejected.map(({ index }) => index)).toEqual([1, 3]);
    expect(rejected[0]!.reasons).toEqual([
      'Skill "insert" is already changed by another change of this set.',
    ]);
  });

  test('additions are dropped before counting in a refine-only run; the count is at least one', () => {
    const changes = [add(), refine('insert', { instruction: 'y' }), refine('update', { instruction: 'y' })];
    const { accepted, rejected } = validateChanges(changes, {
      ...options,
      isRefineOnly: true,
      maxChanges: 0,
    });
    expect(accepted.map(({ index }) => index)).toEqual([1]);
    expect(rejected.map(({ index }) => index)).toEqual([0, 2]);
  });

  test('names touched by each kind of change', () => {
    const into = { name: 'c', description: 'd', instruction: 'i', type: 'insert' } as const;
    const changes: BankChange[] = [
      { kind: 'add', skill: into },
      { kind: 'merge', names: ['a', 'c'], into },
      { kind: 'pin', name: 'p', isPinned: true },
      { kind: 'rollback', toVersion: 1 },
    ];
    expect(changes.map(changedNames)).toEqual([['c'], ['a', 'c'], ['p'], []]);
  });
});

describe('15.2#38 instruction and type', () => {
  test.each([
    ['insert', 'Update the existing memory with the new date.', 'asks for update'],
    ['insert', 'If a memory is wrong, remove that memory.', 'asks for delete'],
    ['insert', 'Do not be verbose. Merge it with the matching item.', 'asks for update'],
    ['insert', 'Write a fact.\nAction type: UPDATE only.', 'declares the action type update'],
    ['update', 'Create a new memory for every name.', 'asks for insert'],
    ['update', 'Delete outdated memories.', 'asks for delete'],
  ] as const)('%s: "%s" is reported', (type, instruction, finding) => {
    expect(typeContradictions(instruction, type).join(' ')).toContain(finding);
    const change = add({ type, instruction });
    expect(designer(change)).toMatchObject({
      isValid: true,
      warnings: [expect.stringContaining(finding) as unknown],
    });
  });

  test.each([
    ['insert', 'Never update or delete memories. Do not create a memory for trivia.'],
    ['insert', 'Insert one memory for each change of plans.\nAction type: INSERT only.'],
    ['insert', 'Note when someone had to replace a broken car.'],
    ['update', 'Add the missing detail to the memory instead of creating another one.'],
    ['delete', 'Remove the memory; leave others as they are and do not edit any memory.'],
  ] as const)('%s: "%s" is consistent', (type, instruction) => {
    expect(typeContradictions(instruction, type)).toEqual([]);
  });

  test('a refinement is judged by the skill as it would be', () => {
    const result = designer(refine('insert', { instruction: 'Revise the memory that matches best.' }));
    expect(result).toMatchObject({
      isValid: true,
      warnings: [expect.stringContaining('type is insert') as unknown],
    });
  });
});

test('hidden characters are found by index and revealed; what can be seen stays as it is', () => {
  expect(findHidden('a\u{200b}😀\u{feff}\n\t')).toEqual([
    { index: 1, codePoint: 0x200b, kind: 'invisible' },
    { index: 4, codePoint: 0xfeff, kind: 'invisible' },
  ]);
  expect(revealHidden('a\u{ad}b\u{2067}')).toBe('a⟨U+00AD⟩b⟨U+2067⟩');
  expect(revealHidden('Grüße, 你好 😀\n\t')).toBe('Grüße, 你好 😀\n\t');
});
