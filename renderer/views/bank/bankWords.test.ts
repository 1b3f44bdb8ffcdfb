import { expect, test } from 'vitest';
import type { Skill, SkillHealth, SkillLineage } from '../../../core/contract/skill.ts';
import type { VersionSummary } from './bankLines.ts';
import { lineageFacts } from './lineageFacts.ts';
import { measureFacts, skillRows, useInWords, useOf } from './skillHealthWords.ts';
import {
  causeSentence,
  causeWord,
  decisionWords,
  diffWords,
  lineName,
  optionLabel,
  placeInWords,
  placeWords,
} from './versionWords.ts';

const SEED: VersionSummary = {
  version: 3,
  hash: '0'.repeat(64),
  parentVersion: null,
  cause: 'seed',
  runId: null,
  stage: null,
  step: null,
  decisionIds: [],
  note: 'seeds',
  createdAtMs: 0,
  skillCount: 4,
};

test('the cause of a version in a word and in a sentence', () => {
  const started: VersionSummary = { ...SEED, runId: 'a', parentVersion: 2 };
  const decided: VersionSummary = { ...started, cause: 'decision', decisionIds: ['d1', 'd2'] };
  const imported: VersionSummary = { ...started, cause: 'import', decisionIds: ['d1'] };
  const back: VersionSummary = { ...started, cause: 'rollback', decisionIds: ['d3'] };
  expect([SEED, started, decided, imported, back].map(causeWord)).toEqual([
    'seeds',
    'start from v2',
    'decision',
    'import',
    'roll back',
  ]);
  expect(causeSentence(SEED, null)).toBe('The seed skills of the workspace.');
  expect(causeSentence({ ...SEED, runId: 'a' }, null)).toBe('The run began with the seed skills.');
  expect(causeSentence(started, null)).toBe('The run began with the skills of version 2.');
  expect(causeSentence(decided, null)).toBe('2 changes entered the bank by decision.');
  expect(causeSentence(imported, null)).toBe('1 change from a bank file entered the bank by decision.');
  expect(causeSentence(back, 1)).toBe('The bank was rolled back to the skills of version 1.');
  expect(causeSentence(back, null)).toBe('The bank was rolled back.');
});

test('a comparison is counted by kind', () => {
  const diffs = (['unchanged', 'added', 'removed', 'added'] as const).map((kind, at) => ({
    name: `skill${at}`,
    kind,
    fields: [],
  }));
  expect(diffWords(diffs)).toBe('2 added, 1 removed, 1 unchanged');
  expect(diffWords([])).toBe('');
});

test('stages are counted from 1; outside training there is no place', () => {
  expect(placeWords({ stage: 0, step: 10 })).toBe('stage 1, step 10');
  expect(placeWords({ stage: null, step: 0 })).toBe('step 0');
  expect(placeWords({ stage: null, step: null })).toBeNull();
});

test('a line is named after its run', () => {
  const runs = [
    { id: 'sample-1', name: 'sample-1' },
    { id: 'sample-2', name: 'Dates' },
  ];
  expect([null, 'sample-1', 'sample-2', 'gone'].map((runId) => lineName(runId, runs))).toEqual([
    'Workspace',
    'sample-1',
    'Dates (sample-2)',
    'gone',
  ]);
  expect(optionLabel({ ...SEED, runId: 'sample-1' })).toBe('v3, seeds, sample-1');
  expect(optionLabel(SEED)).toBe('v3, seeds, workspace');
});

test('decisions of unknown makers are shown as they are', () => {
  expect(decisionWords({ verdict: 'edit', source: 'app', reviewer: null })).toBe(
    'edited and approved by a person, in the application',
  );
  expect(decisionWords({ verdict: 'blessed', source: 'robot', reviewer: null })).toBe('blessed (robot)');
});

const SKILL: Skill = {
  name: 'insert',
  description: 'd',
  instruction: 'i',
  type: 'insert',
  origin: 'designer',
  isPinned: true,
};
const HEALTH: SkillHealth = {
  name: 'insert',
  isPinned: true,
  usageCount: 186,
  usageEma: 0.9234,
  meanReward: 0.22,
  memoriesWritten: 3451,
  junkRate: 642 / 3451,
  nearest: { name: 'noop', similarity: 0.531 },
};

test('each number of a skill says where it comes from', () => {
  const [row] = skillRows([SKILL], [HEALTH]);
  expect([row?.usage.text, row?.reward.text, row?.memories.text, row?.junk.text, row?.nearest.text]).toEqual([
    '186',
    '22.0',
    '3451',
    '18.6 %',
    '0.53 noop',
  ]);
  expect(row?.usage.title).toContain('92.3 %');
  expect(row?.reward.title).toContain('n = 186');
  expect(row?.junk.title).toBe(
    'Memories that no question of their trace retrieved: 642 of the 3451 it wrote',
  );
});

test('a number that does not exist is a dash with the reason, one not known yet is empty', () => {
  const unused = {
    ...HEALTH,
    usageCount: 0,
    meanReward: null,
    memoriesWritten: 0,
    junkRate: null,
    nearest: null,
  };
  const [row] = skillRows([SKILL], [unused]);
  expect([row?.reward.text, row?.junk.text, row?.nearest.text]).toEqual(['\u2013', '\u2013', '\u2013']);
  expect(row?.reward.title).toBe('No mean reward: it was never selected');
  const [unknown] = skillRows([SKILL], null);
  expect([unknown?.usage.text, unknown?.memories.text]).toEqual(['', '']);
});

const LINEAGE: SkillLineage = {
  parents: [],
  designer: { model: 'builtin', promptHash: null },
  cluster: { name: 'when did ...', size: 18, diagnosis: 'not_stored' },
  cases: ['a'.repeat(64)],
  replay: { wins: 11, ties: 5, losses: 2, meanDifference: 0.21, interval: [0.11, 0.31] },
  decision: { verdict: 'approve', source: 'cli', reviewer: 'Ana' },
  reason: 'Dates were lost.',
};

test('the lineage of a skill, as far as it is known', () => {
  expect(lineageFacts(SKILL, LINEAGE).map(({ term, value }) => [term, value])).toEqual([
    ['Written by', 'designer'],
    ['Drafted by', 'the built-in designer'],
    ['Replaces', 'nothing: it was new'],
    ['Cluster', 'when did ..., 18 cases, mostly not stored'],
    ['Hard cases', '1 case'],
    ['Replay', '11 better, 5 same, 2 worse; +21.0 points [+11.0, +31.0]: better'],
    ['Decision', 'approved by Ana, on the command line'],
    ['Reason', 'Dates were lost.'],
  ]);
  expect(lineageFacts({ ...SKILL, origin: 'seed' }, null)).toEqual([{ term: 'Written by', value: 'seed' }]);
});

test('what is missing in a lineage is left out, an interval around 0 shows no difference', () => {
  const bare: SkillLineage = {
    parents: ['b'.repeat(64)],
    designer: null,
    cluster: null,
    cases: [],
    replay: { wins: 0, ties: 3, losses: 1, meanDifference: -0.01, interval: [-0.03, 0] },
    decision: null,
    reason: '',
  };
  expect(lineageFacts(SKILL, bare).map(({ term, value }) => [term, value])).toEqual([
    ['Written by', 'designer'],
    ['Replaces', 'text bbbbbbbbbbbb'],
    ['Replay', '0 better, 3 same, 1 worse; \u22121.0 points [\u22123.0, 0.0]: no difference shown'],
  ]);
});

test('where a run stood, with which bank, in words', () => {
  const version = { version: 3, skillCount: 14 };
  expect(placeInWords(12, version, 0.312)).toBe(
    'After step 12: v3 with 14 skills. Reward of the step: 31.2 points.',
  );
  expect(placeInWords(0, version, undefined)).toBe('Before the first step: v3 with 14 skills.');
  expect(placeInWords(2, null, Number.NaN)).toBe('After step 2: no bank yet.');
});

test('the numbers of a skill can be read with their formula', () => {
  const [row] = skillRows([SKILL], [HEALTH]);
  if (row === undefined) throw new Error('There is one skill.');
  expect(measureFacts(row).map(({ term }) => term)).toEqual([
    'Used',
    'Reward',
    'Memories',
    'Junk',
    'Overlap',
  ]);
  expect(measureFacts(row)[1]?.value).toBe(row.reward.title);
});

test('the use of a skill over the steps, with a gap where the bank was without it', () => {
  const rows = [{}, { 'skill/dates': 3.12 }, {}, { 'skill/dates': 0 }].map((values, step) => ({
    runId: 'a',
    step,
    stage: 0,
    values,
  }));
  const use = useOf('dates', rows);
  expect(use).toEqual([Number.NaN, 3.12, Number.NaN, 0]);
  expect(useInWords(use)).toBe('Selections an episode, from 3.1 (step 2) to 0.0 (step 4)');
  expect(useInWords(useOf('places', rows))).toBeNull();
});
