import { expect, test } from 'vitest';
import type { BankChange } from '../../../core/contract/proposal.ts';
import type { Skill } from '../../../core/contract/skill.ts';
import { commonSkill } from '../../../core/evolution/combination.ts';
import { applyChange } from '../../../core/skills/skillBank.ts';
import { canMerge, mergeDraft } from './mergeDraft.ts';
import type { ProposalRow } from './queue.ts';
import { conflictWords, stagedConflicts } from './stagedConflicts.ts';

function skill(name: string, isPinned = false): Skill {
  return {
    name,
    type: 'insert',
    description: `About ${name}.`,
    instruction: `Skill: ${name}`,
    origin: 'seed',
    isPinned,
  };
}

const SKILLS = [skill('insert', true), skill('update', true), skill('dates'), skill('names')];
const WORDS = { type: 'update', description: 'New.', instruction: 'New words.' } as const;

function row(id: string, change: BankChange): ProposalRow {
  return {
    id,
    runId: 'a',
    stage: 0,
    state: 'approved',
    baseHash: '',
    baseVersion: 1,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: [{ change, author: 'designer', reasoning: '', response: null, createdAtMs: 0 }],
    replayId: null,
    overlap: [],
    createdAtMs: 0,
    isStale: false,
  };
}

test('a new skill that overlaps becomes new words for the other', () => {
  const add: BankChange = { kind: 'add', skill: { name: 'times', ...WORDS } };
  const draft = mergeDraft(add, { skills: SKILLS, otherName: 'insert' });
  expect(draft).toEqual({ kind: 'refine', name: 'insert', changes: WORDS });
});

test('two skills of the bank become one, under the name that must stay', () => {
  const refine: BankChange = { kind: 'refine', name: 'dates', changes: { description: 'New.' } };
  expect(mergeDraft(refine, { skills: SKILLS, otherName: 'names' })).toEqual({
    kind: 'merge',
    names: ['dates', 'names'],
    into: { name: 'dates', type: 'insert', description: 'New.', instruction: 'Skill: dates' },
  });
  const intoPinned = mergeDraft(refine, { skills: SKILLS, otherName: 'update' });
  expect(intoPinned).toMatchObject({ names: ['dates', 'update'], into: { name: 'update' } });
  const made =
    intoPinned === null ? [] : applyChange(SKILLS, intoPinned, { origin: 'reviewer', maxSkills: 9 });
  expect(made.map(({ name }) => name)).toEqual(['insert', 'update', 'names']);
});

test('what cannot be merged is not offered', () => {
  const refine: BankChange = { kind: 'refine', name: 'dates', changes: { description: 'New.' } };
  const pin: BankChange = { kind: 'pin', name: 'dates', isPinned: true };
  expect(mergeDraft(refine, { skills: SKILLS, otherName: 'dates' })).toBeNull();
  expect(mergeDraft(refine, { skills: SKILLS, otherName: 'gone' })).toBeNull();
  expect(mergeDraft(pin, { skills: SKILLS, otherName: 'names' })).toBeNull();
  expect([canMerge(refine, 'dates'), canMerge(refine, 'names'), canMerge(pin, 'names')]).toEqual([
    false,
    true,
    false,
  ]);
});

test('a merge takes in another one', () => {
  const merge: BankChange = { kind: 'merge', names: ['dates', 'insert'], into: { name: 'insert', ...WORDS } };
  const draft = mergeDraft(merge, { skills: SKILLS, otherName: 'names' });
  expect(draft).toEqual({ ...merge, names: ['dates', 'insert', 'names'] });
  expect(canMerge(merge, 'dates')).toBe(false);
});

test('conflicts are those that the engine refuses', () => {
  const changes: readonly BankChange[] = [
    { kind: 'add', skill: { name: 'times', ...WORDS } },
    { kind: 'refine', name: 'dates', changes: WORDS },
    { kind: 'retire', name: 'names' },
    { kind: 'pin', name: 'dates', isPinned: true },
    { kind: 'merge', names: ['names', 'update'], into: { name: 'facts', ...WORDS } },
    { kind: 'add', skill: { name: 'facts', ...WORDS } },
    { kind: 'rollback', toVersion: 1 },
  ];
  const pairs = changes.flatMap((one, at) =>
    changes.slice(at + 1).map((other, next) => ({ one, other, ids: [`p${at}`, `p${at + 1 + next}`] })),
  );
  const refused = pairs.filter(({ one, other }) => commonSkill(one, other) !== null).map(({ ids }) => ids);
  const found = stagedConflicts(changes.map((change, at) => row(`p${at}`, change)));
  expect(found.map(({ rows }) => rows.map(({ id }) => id))).toEqual(refused);
  expect(refused).toHaveLength(9);
});

test('a conflict says what to do', () => {
  const rows = [
    row('p1', { kind: 'retire', name: 'dates' }),
    row('p2', { kind: 'refine', name: 'dates', changes: WORDS }),
    row('p3', { kind: 'rollback', toVersion: 2 }),
  ];
  expect(stagedConflicts(rows).map(conflictWords)).toEqual([
    'p1 (dates) and p2 (dates) do not go together: both change dates. Take one of them back, then apply.',
    'p1 (dates) and p3 (bank v2) do not go together: one of them sets the whole bank back. Take one of them back, then apply.',
    'p2 (dates) and p3 (bank v2) do not go together: one of them sets the whole bank back. Take one of them back, then apply.',
  ]);
});
