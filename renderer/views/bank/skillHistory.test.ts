import { expect, test } from 'vitest';
import type { CallOutput } from '../../../core/contract/calls.ts';
import type { VersionSummary } from './bankLines.ts';
import { changesOfSkill } from './skillHistory.ts';

type SkillDiff = CallOutput<'bank.diff'>[number];

function version(number: number): VersionSummary {
  return {
    version: number,
    hash: '',
    parentVersion: number - 1,
    cause: 'decision',
    runId: 'a',
    stage: null,
    step: null,
    decisionIds: [],
    note: '',
    createdAtMs: 0,
    skillCount: 1,
  };
}

function diffs(kinds: Readonly<Record<string, SkillDiff['kind']>>) {
  const asked: string[] = [];
  return {
    asked,
    diffOf: async (from: number, to: number): Promise<SkillDiff[]> => {
      asked.push(`${from}-${to}`);
      const kind = kinds[`${from}-${to}`];
      return kind === undefined ? [] : [{ name: 'keep_dates', kind, fields: [] }];
    },
  };
}

test('lists the versions that changed a skill, newest first, until it entered the bank', async () => {
  const { asked, diffOf } = diffs({ '2-3': 'changed', '1-2': 'unchanged', '0-1': 'added' });
  const changes = await changesOfSkill('keep_dates', [3, 2, 1, 0].map(version), diffOf);
  expect(changes.map(({ version: { version: number }, diff }) => [number, diff?.kind])).toEqual([
    [3, 'changed'],
    [1, 'added'],
  ]);
  expect(asked).toEqual(['2-3', '1-2', '0-1']);
});

test('asks no further than where it was added', async () => {
  const { asked, diffOf } = diffs({ '1-2': 'added' });
  await changesOfSkill('keep_dates', [2, 1, 0].map(version), diffOf);
  expect(asked).toEqual(['1-2']);
});

test('a skill of the first version was there from the start', async () => {
  const { diffOf } = diffs({ '0-1': 'unchanged' });
  const changes = await changesOfSkill('keep_dates', [1, 0].map(version), diffOf);
  expect(changes.map(({ version: { version: number }, diff }) => [number, diff])).toEqual([[0, null]]);
});
