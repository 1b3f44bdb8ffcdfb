import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Workspace } from '../store/workspace.ts';
import { applyStaged } from './apply.ts';
import { decideGuarded } from './automaticDecisions.ts';
import { currentVersion } from './bankHistory.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, refineSkill, replaySetup, Scenario, tickingClock } from './fixtures/scenario.ts';
import type { ScenarioStore } from './fixtures/scenario.ts';
import { rebase } from './rebase.ts';
import { rollback } from './rollback.ts';

/** The same steps on the real workspace on disk as on the store in memory. */

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-evolution-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function wholeReview(store: ScenarioStore): Promise<Scenario> {
  const scenario = new Scenario(store);
  const { clock } = scenario;
  const apply = { runId: 'run1', maxSkills: 30, clock };
  await scenario.ready([
    addSkill('dates'),
    refineSkill('insert', 'Store facts in full. INSERT only.'),
    addSkill('places'),
  ]);
  scenario.decide('p1', 'approve');
  scenario.decide('p2', 'edit', { edit: refineSkill('insert', 'Store facts in short. INSERT only.') });
  scenario.decide('p3', 'reject', { reason: 'no places' });
  await applyStaged(store, { ...apply, replay: replaySetup() });
  scenario.decide('p3', 'retract');
  rebase(store, 'p3');
  rollback(store, { runId: 'run1', toVersion: 0, reasoning: 'second thoughts', source: 'cli', clock });
  return scenario;
}

test('the whole review gives the same records on disk and in memory, and they survive reopening', async () => {
  const inMemory = new InMemoryStore();
  await wholeReview(inMemory);
  const workspace = await Workspace.open(folder, { clock: tickingClock() });
  await wholeReview(workspace);
  await workspace.close();

  const reopened = await Workspace.open(folder, { clock: tickingClock() });
  expect(reopened.proposals.list()).toEqual(inMemory.proposals.list());
  expect(reopened.decisions.list()).toEqual(inMemory.decisions.list());
  expect(reopened.bankVersions.list()).toEqual(inMemory.bankVersions.list());
  expect(reopened.replays.list()).toEqual(inMemory.replays.list());
  // The workspace also chains a hash for each append-only record.
  const events = reopened.events.list().filter(({ type }) => !type.startsWith('record.'));
  expect(events.map(({ type, ids, runId }) => ({ type, ids, runId }))).toEqual(inMemory.recorded);
  expect(reopened.verify()).toMatchObject({ ok: true });
  await reopened.close();
});

test('15.1#12 on disk too, a combination that does not fit leaves nothing behind', async () => {
  const workspace = await Workspace.open(folder, { clock: tickingClock() });
  const scenario = new Scenario(workspace, 'guarded');
  await scenario.ready([addSkill('dates'), addSkill('places')]);
  decideGuarded(workspace, { runId: 'run1', maxSkills: 30, clock: scenario.clock });
  const before = [workspace.proposals.list(), workspace.replays.list(), workspace.events.list()];
  const promise = applyStaged(workspace, {
    runId: 'run1',
    maxSkills: 5,
    replay: replaySetup(),
    clock: scenario.clock,
  });
  await expect(promise).rejects.toMatchObject({ code: 'CONFLICT' });
  expect([workspace.proposals.list(), workspace.replays.list(), workspace.events.list()]).toEqual(before);
  expect(currentVersion(workspace, 'run1').version).toBe(0);
  await workspace.close();
});
