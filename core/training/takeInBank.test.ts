import { expect, test } from 'vitest';
import type { BankVersion, Skill } from '../contract/skill.ts';
import { InMemoryStore } from '../evolution/fixtures/inMemoryStore.ts';
import { bankHash } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { emptyStatistics } from '../skills/statistics.ts';
import { INITIAL_RUN_STATE, type RunState } from './runState.ts';
import { takeInBank } from './takeInBank.ts';

const SEEDS = seedSkills({ skipNoop: false });
const checkpoint = (name: string): RunState['checkpoint'] => ({ name, sha256: '0'.repeat(64), sizeBytes: 1 });

function skill(name: string, instruction = `Store ${name}.`): Skill {
  return {
    name,
    description: `About ${name}.`,
    instruction,
    type: 'insert',
    origin: 'designer',
    isPinned: false,
  };
}

/** A store with one run's versions 0, 1, ... in order, and a version of another run after each. */
function storeOf(line: readonly { skills: readonly Skill[]; cause?: BankVersion['cause'] }[]): InMemoryStore {
  const store = new InMemoryStore();
  line.forEach(({ skills, cause = 'decision' }, at) => {
    for (const [runId, version] of [
      ['run1', 2 * at],
      ['other', 2 * at + 1],
    ] as const) {
      store.bankVersions.append({
        version,
        hash: bankHash(skills),
        parentVersion: at === 0 ? null : version - 2,
        cause,
        runId,
        stage: null,
        step: null,
        decisionIds: [],
        note: '',
        skills: [...skills],
        lineage: {},
        statistics: {},
        createdAtMs: 0,
      });
    }
  });
  return store;
}

/** After a first stage with the seeds as the best so far. */
const STATE: RunState = {
  ...INITIAL_RUN_STATE,
  bankVersion: 0,
  checkpoint: checkpoint('now'),
  bestCheckpoint: checkpoint('best'),
  newSkills: ['dates'],
  biasStep: 3,
  statistics: { insert: emptyStatistics(), dates: emptyStatistics() },
  stages: {
    ...INITIAL_RUN_STATE.stages,
    best: { stage: 0, version: 0, bankHash: bankHash(SEEDS), reward: 0.1, questionScores: {} },
  },
};

test('a bank that did not change gives the state itself, whatever other runs do', () => {
  const store = storeOf([{ skills: SEEDS, cause: 'seed' }]);
  expect(takeInBank(store, 'run1', STATE)).toBe(STATE);
  expect(takeInBank(store, 'run1', { ...STATE, bankVersion: null })).toMatchObject({
    bankVersion: 0,
    biasStep: null,
  });
});

test('skills with new words are favoured from now on, also refined ones; the checkpoint stays', () => {
  const refined = SEEDS.map((one) => (one.name === 'insert' ? { ...one, instruction: 'Store all.' } : one));
  const store = storeOf([{ skills: SEEDS, cause: 'seed' }, { skills: [...refined, skill('places')] }]);
  expect(takeInBank(store, 'run1', STATE)).toEqual({
    ...STATE,
    bankVersion: 2,
    newSkills: ['insert', 'places'],
    biasStep: 0,
    statistics: { insert: emptyStatistics() },
  });
});

test('where nothing has new words, what was favoured stays so as long as it is in the bank', () => {
  const dates = skill('dates');
  const both = [...SEEDS, dates, skill('places')];
  const before = { ...STATE, newSkills: ['dates', 'places'] };
  const retired = storeOf([{ skills: both, cause: 'seed' }, { skills: [...SEEDS, dates] }]);
  expect(takeInBank(retired, 'run1', before)).toMatchObject({ newSkills: ['dates'], biasStep: 3 });
  const none = storeOf([{ skills: both, cause: 'seed' }, { skills: SEEDS }]);
  expect(takeInBank(none, 'run1', before)).toMatchObject({ newSkills: [], biasStep: null });
});

test('15.2#29 back at the best bank, the controller is the best one again and nothing is new', () => {
  const store = storeOf([
    { skills: SEEDS, cause: 'seed' },
    { skills: [...SEEDS, skill('dates')] },
    { skills: SEEDS, cause: 'rollback' },
  ]);
  expect(takeInBank(store, 'run1', { ...STATE, bankVersion: 2 })).toMatchObject({
    bankVersion: 4,
    checkpoint: checkpoint('best'),
    newSkills: [],
    biasStep: null,
  });
});

test('back at another bank than the best, the controller goes on from where it is', () => {
  const store = storeOf([
    { skills: [...SEEDS, skill('dates')], cause: 'seed' },
    { skills: [...SEEDS, skill('places')] },
    { skills: [...SEEDS, skill('dates')], cause: 'rollback' },
  ]);
  expect(takeInBank(store, 'run1', { ...STATE, bankVersion: 2 })).toMatchObject({
    checkpoint: checkpoint('now'),
    newSkills: [],
    biasStep: null,
  });
});

test('what was added after the way back is new, measured from the bank it went back to', () => {
  const store = storeOf([
    { skills: SEEDS, cause: 'seed' },
    { skills: [...SEEDS, skill('dates')] },
    { skills: SEEDS, cause: 'rollback' },
    { skills: [...SEEDS, skill('places')] },
  ]);
  expect(takeInBank(store, 'run1', { ...STATE, bankVersion: 2 })).toMatchObject({
    bankVersion: 6,
    checkpoint: checkpoint('best'),
    newSkills: ['places'],
    biasStep: 0,
  });
});
