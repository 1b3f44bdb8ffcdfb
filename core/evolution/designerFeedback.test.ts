import { expect, test } from 'vitest';
import { applyStaged } from './apply.ts';
import { evolutionFeedback } from './designerFeedback.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, replaySetup, Scenario } from './fixtures/scenario.ts';
import { INITIAL_STAGE_STATE } from './stageDecision.ts';
import type { StageHistoryEntry } from './stageDecision.ts';

const entry = (overrides: Partial<StageHistoryEntry>): StageHistoryEntry => ({
  stage: 0,
  version: 0,
  isBankChanged: true,
  outcome: 'undecided',
  score: 0.5,
  baseScore: 0.5,
  isRolledBack: false,
  ...overrides,
});

test('15.1#16 feedback is about stages that changed something, and an equal score is no decrease', async () => {
  const scenario = new Scenario(new InMemoryStore());
  const { store, clock } = scenario;
  await scenario.ready([addSkill('dates')]);
  scenario.decide('p1', 'approve');
  await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: replaySetup(), clock });
  const history = [
    entry({ outcome: 'first', isBankChanged: false }),
    entry({ stage: 1, version: 1 }),
    entry({ stage: 2, version: 1, isBankChanged: false, score: 0.4 }),
  ];
  expect(evolutionFeedback(store, { ...INITIAL_STAGE_STATE, history })).toEqual([
    { changes: [addSkill('dates')], baseScore: 0.5, score: 0.5, wasRolledBack: false },
  ]);
});
