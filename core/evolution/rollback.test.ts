import { describe, expect, test } from 'vitest';
import { seedSkills } from '../skills/seeds.ts';
import { emptyStatistics } from '../skills/statistics.ts';
import { applyStaged } from './apply.ts';
import {
  ancestry,
  changesOf,
  currentVersion,
  diffVersions,
  previewRollback,
  startLine,
} from './bankHistory.ts';
import type { ReviewMode } from './evolutionStore.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, makeRun, replaySetup, Scenario } from './fixtures/scenario.ts';
import { isStale } from './proposalText.ts';
import { proposeRollback, rollback } from './rollback.ts';

/** Versions 0 (seeds), 1 (dates) and 2 (dates, places). */
async function threeVersions(mode: ReviewMode = 'manual'): Promise<Scenario> {
  const scenario = new Scenario(new InMemoryStore(), mode);
  const { store, clock } = scenario;
  for (const name of ['dates', 'places']) {
    const [proposal] = await scenario.ready([addSkill(name)]);
    scenario.decide(proposal!.id, 'approve');
    const statistics = { insert: { ...emptyStatistics(), usageCount: store.bankVersions.count() } };
    await applyStaged(store, { runId: 'run1', maxSkills: 30, statistics, replay: replaySetup(), clock });
  }
  return scenario;
}

const names = (scenario: Scenario): string[] =>
  currentVersion(scenario.store, 'run1').skills.map(({ name }) => name);

describe('rollback', () => {
  test('appends a version equal to the old one; nothing is erased', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    const target = store.bankVersions.require(1);
    const version = rollback(store, {
      runId: 'run1',
      toVersion: 1,
      reasoning: 'places hurt',
      source: 'cli',
      clock,
    });
    expect(version).toMatchObject({ version: 3, parentVersion: 2, cause: 'rollback', note: 'places hurt' });
    expect([version.hash, version.skills, version.lineage, version.statistics]).toEqual([
      target.hash,
      target.skills,
      target.lineage,
      target.statistics,
    ]);
    expect(version.statistics['insert']!.usageCount).toBe(1);
    expect(store.bankVersions.list().map(({ version: number }) => number)).toEqual([0, 1, 2, 3]);
  });

  test('is itself undone by going back to the version before it', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    rollback(store, { runId: 'run1', toVersion: 0, reasoning: 'all of it', source: 'app', clock });
    expect(names(scenario)).toHaveLength(4);
    rollback(store, { runId: 'run1', toVersion: 2, reasoning: 'after all', source: 'app', clock });
    expect(names(scenario)).toEqual(['insert', 'update', 'delete', 'noop', 'dates', 'places']);
    expect(ancestry(store, currentVersion(store, 'run1')).map(({ version }) => version)).toEqual([
      4, 3, 2, 1, 0,
    ]);
  });

  test('the preview lists what would be undone and changes nothing', async () => {
    const { store } = await threeVersions();
    const preview = previewRollback(store, { runId: 'run1', toVersion: 0 });
    expect(preview.undoes.map(({ version, changes }) => [version.version, changes])).toEqual([
      [2, [addSkill('places')]],
      [1, [addSkill('dates')]],
    ]);
    expect(store.bankVersions.count()).toBe(3);
  });

  test('any two versions can be compared', async () => {
    const { store } = await threeVersions();
    const changed = (from: number, to: number): unknown[] =>
      diffVersions(store, { from, to })
        .filter(({ kind }) => kind !== 'unchanged')
        .map(({ name, kind }) => [name, kind]);
    expect(changed(0, 2)).toEqual([
      ['dates', 'added'],
      ['places', 'added'],
    ]);
    expect(changed(2, 1)).toEqual([['places', 'removed']]);
  });

  test.each([
    [2, 'is the current one; choose one of 1, 0'],
    [7, 'There is no record 7'],
  ])('to version %d is refused', async (toVersion, message) => {
    const { store, clock } = await threeVersions();
    const input = { runId: 'run1', toVersion, reasoning: '', source: 'cli', clock } as const;
    expect(() => rollback(store, input)).toThrow(message);
    expect(store.proposals.count()).toBe(2);
  });

  test('to a version of another run’s line is refused', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    store.runs.put(makeRun('run2', 'manual'));
    startLine(store, { runId: 'run2', from: { seeds: seedSkills({ skipNoop: true }) }, clock });
    expect(() => previewRollback(store, { runId: 'run1', toVersion: 3 })).toThrow(
      'is no ancestor of the current version 2',
    );
    expect(names(scenario)).toHaveLength(6);
  });

  test('in manual mode a run cannot roll back by itself: its rollback is a proposal that waits', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    const wish = { runId: 'run1', toVersion: 1, reasoning: 'stage 4 lost 3 points', clock };
    for (const source of ['auto', 'guarded'] as const) {
      expect(() => rollback(store, { ...wish, source })).toThrow('a person has to');
    }
    expect([store.proposals.count(), store.bankVersions.count()]).toEqual([2, 3]);

    const proposal = proposeRollback(store, { ...wish, author: 'system' });
    expect(proposal).toMatchObject({ state: 'ready', revisions: [{ author: 'system' }] });
    // The next stage finds the same wish waiting.
    expect(proposeRollback(store, { ...wish, author: 'system' }).id).toBe(proposal.id);
    scenario.decide(proposal.id, 'approve');
    const { version } = await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: null, clock });
    expect(version).toMatchObject({ cause: 'rollback', hash: store.bankVersions.require(1).hash });
  });

  test.each(['auto', 'guarded'] as const)('in %s mode the run rolls back by itself', async (mode) => {
    const { store, clock } = await threeVersions(mode);
    const version = rollback(store, {
      runId: 'run1',
      toVersion: 0,
      reasoning: 'worse',
      source: mode,
      stage: 5,
      clock,
    });
    expect(version).toMatchObject({ cause: 'rollback', stage: 5 });
    expect(store.decisions.latest()).toMatchObject({ source: mode });
  });

  test('decisions that are staged stay staged and become stale', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    const [proposal] = await scenario.ready([addSkill('people')]);
    scenario.decide(proposal!.id, 'approve');
    rollback(store, { runId: 'run1', toVersion: 0, reasoning: '', source: 'cli', clock });
    const after = store.proposals.require(proposal!.id);
    expect([after.state, isStale(store, after)]).toEqual(['approved', true]);
  });

  test('a rollback that a person parked is taken up when a person asks for it', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    const wish = { runId: 'run1', toVersion: 1, reasoning: 'worse', clock };
    const proposal = proposeRollback(store, { ...wish, author: 'system' });
    scenario.decide(proposal.id, 'park');
    expect(rollback(store, { ...wish, source: 'cli' }).version).toBe(3);
    expect(store.proposals.require(proposal.id).state).toBe('applied');
  });

  test('together with another change it conflicts', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    const [proposal] = await scenario.ready([addSkill('people')]);
    const back = proposeRollback(store, {
      runId: 'run1',
      toVersion: 1,
      reasoning: '',
      author: 'reviewer',
      clock,
    });
    for (const { id } of [proposal!, back]) scenario.decide(id, 'approve');
    const promise = applyStaged(store, { runId: 'run1', maxSkills: 30, replay: replaySetup(), clock });
    await expect(promise).rejects.toThrow('both change the whole bank');
  });
});

describe('startLine', () => {
  test('each run has a line of its own, numbered through the workspace', async () => {
    const scenario = await threeVersions();
    const { store, clock } = scenario;
    store.runs.put(makeRun('run2', 'manual'));
    const version = startLine(store, { runId: 'run2', from: { version: 2 }, clock });
    expect(version).toMatchObject({
      version: 3,
      parentVersion: 2,
      statistics: {},
      hash: store.bankVersions.require(2).hash,
    });
    expect(version.lineage).toEqual(store.bankVersions.require(2).lineage);
    expect(currentVersion(store, 'run1').version).toBe(2);
    expect(currentVersion(store, null).version).toBe(3);
    expect(() => startLine(store, { runId: 'run2', from: { version: 0 }, clock })).toThrow(
      'has a bank already',
    );
  });

  test('nothing but seeds starts a line: other skills enter by a decision', () => {
    const store = new InMemoryStore();
    const clock = { now: () => 0 };
    const foreign = { ...addSkill('dates').skill, origin: 'designer' as const, isPinned: false };
    expect(() => startLine(store, { runId: null, from: { seeds: [foreign] }, clock })).toThrow('is no seed');
    expect(() => currentVersion(store, null)).toThrow('This workspace has no bank yet');
  });

  test('the start of a line has no changes', async () => {
    const { store } = await threeVersions();
    expect(changesOf(store, store.bankVersions.require(0))).toEqual([]);
  });
});
