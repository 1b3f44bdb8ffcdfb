import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankChange } from '../contract/proposal.ts';
import { skillSchema, SKILL_TYPES, type Skill } from '../contract/skill.ts';
import { applyChange, bankHash, candidates, skillHash, type ApplyChangeOptions } from './skillBank.ts';
import { changeHash } from './changeHash.ts';
import { seedSkills } from './seeds.ts';
import { emptyStatistics } from './statistics.ts';

const OPTIONS: ApplyChangeOptions = { origin: 'designer', maxSkills: 30 };
const seeds = seedSkills({ skipNoop: false });
const draft = (name: string, instruction = 'Record which pets people have.') => ({
  name,
  description: `About ${name}.`,
  instruction,
  type: 'insert' as const,
});
const add = (name: string): BankChange => ({ kind: 'add', skill: draft(name) });
const names = (skills: readonly Skill[]): string[] => skills.map(({ name }) => name);

function failure(skills: readonly Skill[], change: BankChange, options = OPTIONS): unknown {
  try {
    return applyChange(skills, change, options);
  } catch (error) {
    return error;
  }
}

const saying = (code: string, text: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown });

describe('hashes', () => {
  test('cover name, description, instruction and type in insertion order, nothing else', () => {
    const skill: Skill = { ...draft('pets'), origin: 'designer', isPinned: false };
    const pinned: Skill = { ...skill, origin: 'import', isPinned: true };
    expect(skillHash(skill)).toBe(skillHash(pinned));
    for (const other of [
      { name: 'pet' },
      { description: 'x' },
      { instruction: 'x' },
      { type: 'update' as const },
    ])
      expect(skillHash({ ...skill, ...other })).not.toBe(skillHash(skill));
    expect(bankHash(seeds)).toBe(bankHash(seeds.map((seed) => ({ ...seed, isPinned: false }))));
    expect(bankHash(seeds)).not.toBe(bankHash([...seeds].reverse()));
    expect(bankHash([])).toBe('4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945');
  });

  test('a change has one hash, however its keys are ordered and with absent keys spelled out or not', () => {
    const change: BankChange = { kind: 'refine', name: 'insert', changes: { instruction: 'x' } };
    expect(
      changeHash({ changes: { type: undefined, instruction: 'x' }, name: 'insert', kind: 'refine' }),
    ).toBe(changeHash(change));
    expect(changeHash({ ...change, changes: { instruction: 'x ' } })).not.toBe(changeHash(change));
    expect(changeHash(change)).toHaveLength(64);
  });
});

test('candidates are sorted by name in code-unit order', () => {
  const skills = applyChange(applyChange(seeds, add('in_z'), OPTIONS), add('ab'), OPTIONS);
  expect(names(candidates(skills))).toEqual(['ab', 'delete', 'in_z', 'insert', 'noop', 'update']);
  expect(names(skills)).toEqual(['insert', 'update', 'delete', 'noop', 'in_z', 'ab']);
});

describe('applyChange', () => {
  test('add appends, unpinned, with who wrote it', () => {
    expect(applyChange(seeds, add('pets'), OPTIONS).at(-1)).toEqual({
      ...draft('pets'),
      origin: 'designer',
      isPinned: false,
    });
  });

  test('15.1#13 adding an existing name overwrites nothing, not even with the same text', () => {
    expect(failure(seeds, { kind: 'add', skill: { ...draft('insert') } })).toEqual(
      saying('CONFLICT', 'already has a skill "insert"'),
    );
  });

  test('15.1#14 a full bank evicts nothing: it says what to retire, never a pinned skill', () => {
    let skills = applyChange(seeds, add('a_good'), OPTIONS);
    skills = applyChange(skills, add('b_bad'), OPTIONS);
    skills = applyChange(skills, add('c_unused'), OPTIONS);
    const statistics = {
      insert: { ...emptyStatistics(), usageCount: 9, averageReward: 0.01 },
      a_good: { ...emptyStatistics(), usageCount: 2, averageReward: 0.9 },
      b_bad: { ...emptyStatistics(), usageCount: 2, averageReward: 0.1 },
    };
    const full = { ...OPTIONS, maxSkills: 7, statistics };
    expect(failure(skills, add('d'), full)).toEqual(
      saying(
        'CONFLICT',
        'full with 7 of 7 skills and cannot take "d": retire one first (least valuable: b_bad, a_good',
      ),
    );
    expect(failure(seeds, add('d'), { ...OPTIONS, maxSkills: 4 })).toEqual(
      saying('CONFLICT', 'all of them are pinned'),
    );
    expect(names(applyChange(skills, add('d'), { ...full, maxSkills: 8 }))).toHaveLength(8);
  });

  test('refine changes the named fields only and keeps place and pin', () => {
    const change: BankChange = {
      kind: 'refine',
      name: 'update',
      changes: { instruction: 'Shorter.', description: undefined },
    };
    const after = applyChange(seeds, change, OPTIONS);
    expect(after[1]).toEqual({ ...seeds[1]!, instruction: 'Shorter.', origin: 'designer' });
    expect([after[0], after[2], after[3]]).toEqual([seeds[0], seeds[2], seeds[3]]);
  });

  test('15.1#13 a refinement with unknown keys, or without effect, is refused and not counted as applied', () => {
    // Not a BankChange: what a careless caller may pass at run time.
    const unknown = { kind: 'refine', name: 'insert', changes: { meta_info: {} } } as unknown as BankChange;
    expect(failure(seeds, unknown)).toEqual(saying('INVALID_INPUT', 'meta_info'));
    const same = { kind: 'refine', name: 'insert', changes: { type: 'insert' } } as const;
    expect(failure(seeds, same)).toEqual(saying('INVALID_INPUT', 'equals its current text'));
    expect(failure(seeds, { ...same, name: 'gone' })).toEqual(saying('NOT_FOUND', 'no skill "gone"'));
  });

  test('15.1#12 a change that fails leaves nothing behind', () => {
    const before = structuredClone(seeds);
    // A null description, which broke the reference's bank half-way.
    const broken = { kind: 'refine', name: 'insert', changes: { instruction: 'x', description: null } };
    expect(failure(seeds, broken as unknown as BankChange)).toEqual(saying('INVALID_INPUT', 'description'));
    expect(seeds).toEqual(before);
  });

  test('retire removes a skill, but no pinned one until it is unpinned', () => {
    const skills = applyChange(seeds, add('pets'), OPTIONS);
    expect(names(applyChange(skills, { kind: 'retire', name: 'pets' }, OPTIONS))).toEqual(names(seeds));
    expect(failure(skills, { kind: 'retire', name: 'noop' })).toEqual(saying('CONFLICT', 'pinned'));
    const unpinned = applyChange(skills, { kind: 'pin', name: 'noop', isPinned: false }, OPTIONS);
    expect(names(applyChange(unpinned, { kind: 'retire', name: 'noop' }, OPTIONS))).not.toContain('noop');
    expect(failure(skills, { kind: 'pin', name: 'noop', isPinned: true })).toEqual(
      saying('INVALID_INPUT', 'already pinned'),
    );
  });

  test('merge puts one skill in the place of the first, and may go into a pinned skill but not consume one', () => {
    let skills = [...seeds];
    for (const name of ['a', 'b', 'c']) skills = applyChange(skills, add(name), OPTIONS);
    const merged = applyChange(skills, { kind: 'merge', names: ['c', 'a'], into: draft('ac') }, OPTIONS);
    expect(names(merged).slice(4)).toEqual(['ac', 'b']);
    const into = { ...draft('insert'), instruction: 'Both.' };
    const intoSeed = applyChange(skills, { kind: 'merge', names: ['b', 'insert'], into }, OPTIONS);
    expect(intoSeed[0]).toEqual({ ...into, origin: 'designer', isPinned: true });
    expect(names(intoSeed)).not.toContain('b');
    const merge = (change: { names: string[]; into: ReturnType<typeof draft> }): unknown =>
      failure(skills, { kind: 'merge', ...change });
    expect(merge({ names: ['a', 'insert'], into: draft('x') })).toEqual(saying('CONFLICT', 'pinned'));
    expect(merge({ names: ['a', 'b'], into: draft('c') })).toEqual(saying('CONFLICT', 'already has'));
    expect(merge({ names: ['a', 'a'], into: draft('x') })).toEqual(saying('INVALID_INPUT', 'two different'));
    expect(merge({ names: ['a', 'gone'], into: draft('x') })).toEqual(saying('NOT_FOUND', 'gone'));
  });

  test('a rollback is for the bank history', () => {
    expect(failure(seeds, { kind: 'rollback', toVersion: 0 })).toEqual(saying('INVALID_INPUT', 'version 0'));
  });
});

test('whatever the changes: the input stays as it was, names stay unique, pinned skills stay, skills stay valid', () => {
  const name = fc.constantFrom('insert', 'noop', 'a', 'b', 'c', 'd');
  const skill = fc.record({
    name,
    description: fc.constantFrom('one', 'two'),
    instruction: fc.constantFrom('one', 'two'),
    type: fc.constantFrom(...SKILL_TYPES),
  });
  const change: fc.Arbitrary<BankChange> = fc.oneof(
    skill.map((value): BankChange => ({ kind: 'add', skill: value })),
    fc
      .tuple(name, fc.constantFrom('one', 'two', 'three'))
      .map(([n, instruction]): BankChange => ({ kind: 'refine', name: n, changes: { instruction } })),
    name.map((n): BankChange => ({ kind: 'retire', name: n })),
    fc
      .tuple(fc.uniqueArray(name, { minLength: 2, maxLength: 3 }), skill)
      .map(([merged, into]): BankChange => ({ kind: 'merge', names: merged, into })),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 15 }), fc.integer({ min: 4, max: 7 }), (changes, maxSkills) => {
      let skills = seedSkills({ skipNoop: false });
      for (const one of changes) {
        const copy = structuredClone(skills);
        const result = failure(skills, one, { ...OPTIONS, maxSkills });
        expect(skills).toEqual(copy);
        if (!Array.isArray(result)) continue;
        skills = result.map((value: unknown) => skillSchema.parse(value));
        expect(new Set(names(skills)).size).toBe(skills.length);
        expect(skills.length).toBeLessThanOrEqual(maxSkills);
        for (const seed of seeds) expect(names(skills)).toContain(seed.name);
        expect(bankHash(skills)).not.toBe(bankHash(copy));
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
