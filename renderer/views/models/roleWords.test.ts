import { expect, test } from 'vitest';
import { rolesOf } from '../../../core/contract/model.ts';
import { fileModel, serverModel } from './fixtures.ts';
import { BUILT_IN, emptyChoice, roleList, roleRows, rolesWarning, unassignedWords } from './roleWords.ts';

const CHAT = fileModel({ id: 'a', name: 'A', roles: ['executor', 'judge'] });
const OTHER = serverModel({ id: 'b', name: 'B', roles: ['answerer'] });
const EMBEDDING = fileModel({ id: 'c', name: 'C', purpose: 'embedding' });

test('a role is served by models of its purpose, or by the built-in engine', () => {
  const rows = roleRows([CHAT, OTHER, EMBEDDING]);
  expect(rows.map(({ role, choices, served }) => [role, choices.map(({ id }) => id), served?.id])).toEqual([
    ['executor', ['a', 'b'], 'a'],
    ['answerer', ['a', 'b'], 'b'],
    ['judge', ['a', 'b'], 'a'],
    ['designer', ['a', 'b'], undefined],
    ['embedder', ['c'], undefined],
  ]);
  expect(roleRows([]).every(({ choices, served }) => choices.length === 0 && served === null)).toBe(true);
});

test('roles by purpose, and as a list', () => {
  expect(rolesOf('embedding')).toEqual(['embedder']);
  expect(rolesOf('chat')).toEqual(['executor', 'answerer', 'judge', 'designer']);
  expect(roleList(['judge', 'executor', 'designer'])).toBe('Executor, judge and designer');
  expect(roleList(['embedder'])).toBe('Embedder');
  expect(roleList([])).toBe('');
});

test('without a model of its own a role falls to the executor, where that is one', () => {
  const words = (models: Parameters<typeof roleRows>[0]) =>
    roleRows(models).map(({ role }) => unassignedWords(role, models));
  const executor = 'As the executor: A';
  expect(words([CHAT, OTHER])).toEqual([BUILT_IN, executor, executor, executor, BUILT_IN]);
  expect(words([OTHER])).toEqual(Array(5).fill(BUILT_IN));
});

test('what a run that names no model for a role gets', () => {
  const none = { assigned: null, executor: null };
  expect(emptyChoice('judge', { assigned: 'B', executor: 'A' })).toBe('As assigned: B');
  expect(emptyChoice('judge', { assigned: null, executor: 'A' })).toBe('As the executor: A');
  expect(emptyChoice('executor', { assigned: null, executor: 'A' })).toBe('None assigned');
  expect(emptyChoice('judge', none)).toBe('None assigned');
  expect(emptyChoice('embedder', none)).toBe(BUILT_IN);
});

test('a judge of its own words is warned of', () => {
  const warning = /^A judges answers from memories that it wrote/u;
  expect(rolesWarning([CHAT, OTHER])).toMatch(warning);
  expect(rolesWarning([{ ...CHAT, roles: ['executor'] }, OTHER])).toMatch(warning);
  expect(
    rolesWarning([
      { ...CHAT, roles: ['executor'] },
      { ...OTHER, roles: ['judge'] },
    ]),
  ).toBe(null);
  expect(rolesWarning([{ ...OTHER, roles: ['judge'] }])).toBe(null);
  expect(rolesWarning([])).toBe(null);
});
