import { describe, expect, test } from 'vitest';
import type { BankChange } from '../contract/proposal.ts';
import type { SkillStatistics } from '../contract/skill.ts';
import { skillHash } from '../skills/skillBank.ts';
import { emptyStatistics } from '../skills/statistics.ts';
import { applyStaged, needsReplay, previewStaged } from './apply.ts';
import type { ApplyOptions, ApplyResult } from './apply.ts';
import { currentVersion } from './bankHistory.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, makeHardCase, refineSkill, replaySetup, Scenario } from './fixtures/scenario.ts';
import { hardCaseHash } from './lineage.ts';
import { replayProposal } from './proposalReplay.ts';
import { isStale } from './proposalText.ts';

async function apply(scenario: Scenario, overrides: Partial<ApplyOptions> = {}): Promise<ApplyResult> {
  return await applyStaged(scenario.store, {
    runId: 'run1',
    maxSkills: 30,
    replay: replaySetup(),
    clock: scenario.clock,
    ...overrides,
  });
}

/** A manual run whose proposals for `changes` are approved by a person. */
async function approved(changes: readonly BankChange[]): Promise<Scenario> {
  const scenario = new Scenario(new InMemoryStore());
  for (const { id } of await scenario.ready(changes)) scenario.decide(id, 'approve');
  return scenario;
}

const used = (usageCount: number): SkillStatistics => ({
  ...emptyStatistics(),
  usageCount,
  averageReward: 0.5,
});

describe('applyStaged', () => {
  test('several decisions make one version, with a replay of all of them together', async () => {
    const scenario = await approved([
      addSkill('dates'),
      refineSkill('insert', 'Store facts in full. INSERT only.'),
    ]);
    const setup = replaySetup();
    const { version, applied, replay } = await apply(scenario, { replay: setup, stage: 3, step: 40 });
    expect(applied).toEqual(['p2', 'p1']);
    expect(version).toMatchObject({
      version: 1,
      parentVersion: 0,
      cause: 'decision',
      runId: 'run1',
      stage: 3,
      step: 40,
      decisionIds: ['d2', 'd1'],
    });
    expect(version!.skills.map(({ name, origin }) => [name, origin])).toEqual([
      ['insert', 'designer'],
      ['update', 'seed'],
      ['delete', 'seed'],
      ['noop', 'seed'],
      ['dates', 'designer'],
    ]);
    expect(replay).toMatchObject({ proposalIds: ['p2', 'p1'], proposedHash: version!.hash });
    expect(setup.runner.requests.map(({ forcedSkills }) => forcedSkills)).toEqual([
      ['insert'],
      ['insert', 'dates'],
    ]);
    expect(scenario.store.bankVersions.list()).toHaveLength(2);
    expect(scenario.store.proposals.list().map(({ state }) => state)).toEqual(['applied', 'applied']);
    expect(currentVersion(scenario.store, 'run1')).toEqual(version);
  });

  test('a single change is applied with the replay its reviewer saw', async () => {
    const scenario = await approved([addSkill('dates')]);
    const setup = replaySetup();
    const { replay } = await apply(scenario, { replay: setup });
    expect(replay).toEqual(scenario.store.replays.require('r1'));
    expect(setup.runner.requests).toEqual([]);
  });

  test('a combination that was seen before is applied with that very replay', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    const setup = replaySetup();
    const about = { runId: 'run1', maxSkills: 30 };
    const options = { ...about, replay: setup, clock: scenario.clock };
    expect(needsReplay(scenario.store, about)).toBe(true);
    const seen = await previewStaged(scenario.store, options);
    expect(seen).toMatchObject({
      proposalIds: ['p1', 'p2'],
      replay: { id: 'r3', proposalIds: ['p1', 'p2'] },
    });
    expect(seen.replay).toEqual(scenario.store.replays.require('r3'));
    expect(scenario.store.bankVersions.count()).toBe(1);
    expect(needsReplay(scenario.store, about)).toBe(false);
    expect(await previewStaged(scenario.store, { ...options, replay: null })).toEqual(seen);
    const requests = setup.runner.requests.length;
    const { version, replay } = await apply(scenario, { replay: setup });
    expect(replay).toEqual(seen.replay);
    expect(version!.hash).toBe(seen.replay!.proposedHash);
    expect(setup.runner.requests).toHaveLength(requests);
    expect(scenario.store.replays.count()).toBe(3);
  });

  test('another text, another bank or another choice is replayed anew', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places'), addSkill('pets')]);
    const about = { runId: 'run1', maxSkills: 30 };
    const options = { ...about, replay: replaySetup(), clock: scenario.clock };
    await previewStaged(scenario.store, options);
    scenario.decide('p3', 'retract');
    expect(needsReplay(scenario.store, about)).toBe(true);
    await previewStaged(scenario.store, options);
    expect(needsReplay(scenario.store, about)).toBe(false);
    scenario.decide('p2', 'retract');
    scenario.decide('p2', 'edit', { edit: addSkill('places', 'towns and streets') });
    expect(needsReplay(scenario.store, about)).toBe(true);
    const { replay } = await apply(scenario);
    expect(replay).toMatchObject({ id: 'r6', proposalIds: ['p1', 'p2'] });
  });

  test('what changes while a preview is replayed is not kept; nothing approved has no preview', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    const setup = replaySetup();
    setup.runner.beforeAnswer = () => {
      setup.runner.beforeAnswer = () => undefined;
      scenario.decide('p2', 'retract');
    };
    const options = { runId: 'run1', maxSkills: 30, replay: setup, clock: scenario.clock };
    await expect(previewStaged(scenario.store, options)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(scenario.store.replays.count()).toBe(2);
    scenario.decide('p1', 'retract');
    expect(await previewStaged(scenario.store, options)).toEqual({ proposalIds: [], replay: null });
    expect(needsReplay(scenario.store, options)).toBe(false);
  });

  test('a pin needs no replay, and has none to preview', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.create([{ kind: 'pin', name: 'noop', isPinned: false }], { author: 'reviewer' });
    scenario.decide('p1', 'approve');
    const options = { runId: 'run1', maxSkills: 30, replay: null, clock: scenario.clock };
    expect(await previewStaged(scenario.store, options)).toEqual({ proposalIds: ['p1'], replay: null });
    expect(needsReplay(scenario.store, options)).toBe(false);
  });

  test('an edited text is replayed before it is applied', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates')]);
    scenario.decide('p1', 'edit', { edit: addSkill('dates', 'calendar days') });
    const { version, replay } = await apply(scenario);
    expect(replay).toMatchObject({ id: 'r2', proposedHash: version!.hash });
    expect(scenario.store.proposals.require('p1')).toMatchObject({ state: 'applied', replayId: 'r2' });
    expect(version!.skills.at(-1)).toMatchObject({ name: 'dates', origin: 'reviewer' });
  });

  test('without the means to replay a combination nothing is applied', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    await expect(apply(scenario, { replay: null })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(scenario.store.bankVersions.count()).toBe(1);
  });

  test('proposals left open become stale by the new hash; with nothing staged nothing happens', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates'), addSkill('places')]);
    scenario.decide('p1', 'approve');
    await apply(scenario);
    expect(isStale(scenario.store, scenario.store.proposals.require('p2'))).toBe(true);
    expect(await apply(scenario)).toEqual({
      version: null,
      applied: [],
      stale: [],
      heldBack: [],
      replay: null,
    });
    expect(scenario.store.bankVersions.count()).toBe(2);
  });

  test('15.1#13 two changes to one skill conflict: both are named and nothing is applied', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([refineSkill('insert', 'Store facts in full. INSERT only.'), addSkill('dates')]);
    await scenario.ready([refineSkill('insert', 'Store facts in short. INSERT only.')]);
    for (const id of ['p1', 'p2', 'p3']) scenario.decide(id, 'approve');
    await expect(apply(scenario)).rejects.toThrow('Proposals p1 and p3 both change skill "insert"');
    expect(scenario.store.bankVersions.count()).toBe(1);
    expect(scenario.store.proposals.list().map(({ state }) => state)).toEqual([
      'approved',
      'approved',
      'approved',
    ]);
  });

  test('15.1#12 a change that does not fit undoes the whole application', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    const before = currentVersion(scenario.store, 'run1');
    await expect(apply(scenario, { maxSkills: 5 })).rejects.toThrow('The bank is full');
    expect(currentVersion(scenario.store, 'run1')).toEqual(before);
    expect(scenario.store.replays.list().map(({ id }) => id)).toEqual(['r1', 'r2']);
    expect(scenario.store.proposals.list().map(({ state }) => state)).toEqual(['approved', 'approved']);
  });

  test('15.1#14 a full bank evicts nothing; a retirement decided with the addition makes room', async () => {
    const scenario = await approved([addSkill('dates')]);
    await apply(scenario, { maxSkills: 5 });
    await scenario.ready([addSkill('places')]);
    scenario.decide('p2', 'approve');
    await expect(apply(scenario, { maxSkills: 5 })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(currentVersion(scenario.store, 'run1').skills).toHaveLength(5);

    const { created } = await scenario.create([{ kind: 'retire', name: 'dates' }], { author: 'system' });
    const { id } = created[0]!.proposal;
    await expect(apply(scenario, { maxSkills: 5 })).rejects.toMatchObject({ code: 'CONFLICT' });
    // A retirement of a run is replayed like any change.
    await replayProposal(scenario.store, { proposalId: id, setup: replaySetup(), clock: scenario.clock });
    scenario.decide(id, 'approve');
    const { version } = await apply(scenario, { maxSkills: 5 });
    expect(version!.skills.map(({ name }) => name)).toEqual(['insert', 'update', 'delete', 'noop', 'places']);
  });

  test('15.1#11 the version keeps a copy of the statistics, without those of skills that are gone', async () => {
    const scenario = await approved([addSkill('dates')]);
    const statistics = { insert: used(3), gone: used(9) };
    const { version } = await apply(scenario, { statistics });
    statistics.insert.usageCount = 99;
    statistics.insert.recentRewards.push(1);
    const stored = scenario.store.bankVersions.require(version!.version).statistics;
    expect(stored['insert']).toEqual(used(3));
    expect(stored['dates']).toEqual(emptyStatistics());
    expect(Object.keys(stored)).toEqual(['insert', 'update', 'delete', 'noop', 'dates']);
  });

  test('lineage says by content where each new text comes from, and keeps that of the others', async () => {
    const scenario = await approved([addSkill('dates')]);
    const first = await apply(scenario);
    await scenario.ready([refineSkill('insert', 'Store facts in full. INSERT only.')]);
    scenario.decide('p2', 'approve', { reason: 'sensible' });
    const { version } = await apply(scenario);
    const insert = first.version!.skills[0]!;
    const cases = ['case1', 'case2'].map((id) => hardCaseHash(makeHardCase(id)));
    expect(version!.lineage).toEqual({
      dates: {
        parents: [],
        designer: null,
        cluster: { name: 'cluster cluster1', size: 4, diagnosis: 'stored_weak' },
        cases,
        replay: { wins: 10, ties: 0, losses: 0, meanDifference: 1, interval: [1, 1] },
        decision: { verdict: 'approve', source: 'cli', reviewer: null },
        reason: '',
      },
      insert: {
        parents: [skillHash(insert)],
        designer: null,
        cluster: { name: 'cluster cluster1', size: 4, diagnosis: 'stored_weak' },
        cases,
        replay: { wins: 0, ties: 10, losses: 0, meanDifference: 0, interval: [0, 0] },
        decision: { verdict: 'approve', source: 'cli', reviewer: null },
        reason: 'sensible',
      },
    });
  });

  test('a bank that moves on while the replay runs is not written over', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    const setup = replaySetup();
    setup.runner.beforeAnswer = () => {
      setup.runner.beforeAnswer = () => undefined;
      scenario.decide('p2', 'retract');
    };
    await expect(apply(scenario, { replay: setup })).rejects.toThrow('changed while the replay ran');
    expect(scenario.store.bankVersions.count()).toBe(1);
  });

  test('a cancelled replay applies nothing', async () => {
    const scenario = await approved([addSkill('dates'), addSkill('places')]);
    await expect(apply(scenario, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(scenario.store.bankVersions.count()).toBe(1);
  });

  test('changes by hand extend the line of the latest version and need no replay', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const imported = await scenario.create([addSkill('dates'), addSkill('places')], {
      runId: null,
      stage: null,
      author: 'import',
    });
    for (const { proposal } of imported.created) scenario.decide(proposal.id, 'approve');
    const { version } = await apply(scenario, { runId: null, replay: null });
    expect(version).toMatchObject({ version: 1, cause: 'import', runId: 'run1' });
    expect(currentVersion(scenario.store, 'run1')).toEqual(version);
    expect(version!.skills.at(-1)).toMatchObject({ origin: 'import', isPinned: false });
  });

  test('a pin makes a version of the same hash without a replay', async () => {
    const scenario = await approved([addSkill('dates')]);
    const first = await apply(scenario);
    const { created } = await scenario.create([{ kind: 'pin', name: 'dates', isPinned: true }], {
      author: 'reviewer',
    });
    expect(created[0]!.proposal.state).toBe('ready');
    scenario.decide(created[0]!.proposal.id, 'approve');
    const { version } = await apply(scenario, { replay: null });
    expect(version!.hash).toBe(first.version!.hash);
    expect(version!.skills.at(-1)!.isPinned).toBe(true);
    expect(version!.lineage).toEqual(first.version!.lineage);
  });
});

describe('nothing enters the bank without a decision', () => {
  test('a proposal put into "approved" behind the decisions’ back is refused', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const [proposal] = await scenario.ready([addSkill('dates')]);
    scenario.store.proposals.put({ ...proposal!, state: 'approved' });
    await expect(apply(scenario)).rejects.toThrow('has no decision on its present text and bank');
  });

  test('a text exchanged after its approval is refused', async () => {
    const scenario = await approved([addSkill('dates')]);
    const proposal = scenario.store.proposals.require('p1');
    const [revision] = proposal.revisions;
    const other = { ...revision!, change: addSkill('dates', 'something else') };
    for (const revisions of [[other], [revision!, other]]) {
      scenario.store.proposals.put({ ...proposal, revisions });
      await expect(apply(scenario)).rejects.toThrow('has no decision on its present text and bank');
    }
  });

  test.each(['auto', 'guarded'] as const)(
    'in manual mode a decision by "%s" applies nothing, wherever it comes from',
    async (source) => {
      const scenario = await approved([addSkill('dates')]);
      const { store } = scenario;
      store.decisions.append({ ...store.decisions.require('d1'), id: 'd99', source });
      await expect(apply(scenario)).rejects.toThrow(`approved by "${source}", but review is manual`);
      expect(store.bankVersions.count()).toBe(1);
    },
  );

  test('the mode is the run’s own: an automatic decision does not outlive a run set back to manual', async () => {
    const store = new InMemoryStore();
    const scenario = new Scenario(store, 'auto');
    await scenario.ready([addSkill('dates')]);
    scenario.decide('p1', 'approve', { source: 'auto' });
    const run = store.runs.require('run1');
    store.runs.put({ ...run, config: { ...run.config, review: 'manual' } });
    await expect(apply(scenario)).rejects.toThrow('a person has to decide on it');
  });
});
