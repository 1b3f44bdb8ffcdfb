import { describe, expect, test } from 'vitest';
import { applyStaged } from './apply.ts';
import type { ApplyResult } from './apply.ts';
import { decideAuto, decideGuarded } from './automaticDecisions.ts';
import type { ReplaySetup } from './proposalReplay.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, refineSkill, replaySetup, Scenario } from './fixtures/scenario.ts';
import type { ScoreRule } from './fixtures/scenario.ts';

const has = (bank: readonly { name: string }[], name: string): boolean =>
  bank.some((skill) => skill.name === name);
/** `dates` helps, `places` does nothing. */
const onlyDatesHelp: ScoreRule = (_, bank) => (has(bank, 'dates') ? 1 : 0);
/** Each helps alone, together they hurt. */
const helpAlone: ScoreRule = (_, bank) => (has(bank, 'dates') === has(bank, 'places') ? 0 : 1);

function input(
  scenario: Scenario,
  maxSkills = 30,
): { runId: string; maxSkills: number; clock: Scenario['clock'] } {
  return { runId: 'run1', maxSkills, clock: scenario.clock };
}

async function apply(scenario: Scenario, replay: ReplaySetup | null): Promise<ApplyResult> {
  return await applyStaged(scenario.store, { ...input(scenario), replay });
}

describe('decideGuarded', () => {
  test('approves what its replay proves, the rest waits for a person', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'guarded');
    await scenario.ready([addSkill('dates'), addSkill('places')], replaySetup(onlyDatesHelp));
    expect(decideGuarded(scenario.store, input(scenario))).toEqual({ approved: ['p1'], waiting: ['p2'] });
    expect(scenario.store.decisions.list()).toMatchObject([
      { proposalId: 'p1', verdict: 'approve', source: 'guarded', reason: 'replay: 10 wins, 0 losses' },
    ]);
    expect((await apply(scenario, replaySetup(onlyDatesHelp))).applied).toEqual(['p1']);
  });

  test('a change that was not replayed proves nothing', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'guarded');
    await scenario.create([addSkill('dates')]);
    await scenario.create([{ kind: 'pin', name: 'insert', isPinned: false }], { author: 'reviewer' });
    expect(decideGuarded(scenario.store, input(scenario))).toEqual({ approved: [], waiting: ['p1', 'p2'] });
  });

  test('of two changes to one skill the one that gains more is taken', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'guarded');
    const gain: ScoreRule = (id, bank) => {
      const { instruction } = bank[0]!;
      if (instruction.startsWith('Best')) return 1;
      return instruction.startsWith('Good') && id !== 'solved-trace1-0' ? 1 : 0;
    };
    await scenario.ready([refineSkill('insert', 'Good words. INSERT only.')], replaySetup(gain));
    await scenario.ready([refineSkill('insert', 'Best words. INSERT only.')], replaySetup(gain));
    expect(decideGuarded(scenario.store, input(scenario))).toEqual({ approved: ['p2'], waiting: ['p1'] });
  });

  test('changes that do not pass together are taken back and wait for a person', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'guarded');
    await scenario.ready([addSkill('dates'), addSkill('places')], replaySetup(helpAlone));
    decideGuarded(scenario.store, input(scenario));
    const result = await apply(scenario, replaySetup(helpAlone));
    expect(result).toMatchObject({ version: null, applied: [], heldBack: ['p1', 'p2'] });
    expect(result.replay!.overall).toMatchObject({ wins: 0, meanDifference: 0 });
    expect(scenario.store.proposals.list().map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(scenario.store.bankVersions.count()).toBe(1);
  });

  test('what a person approved does not wait for what the guard takes back', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'guarded');
    await scenario.ready([addSkill('dates'), addSkill('places')], replaySetup(helpAlone));
    scenario.decide('p2', 'approve');
    expect(decideGuarded(scenario.store, input(scenario)).approved).toEqual(['p1']);
    const result = await apply(scenario, replaySetup(helpAlone));
    expect(result).toMatchObject({ applied: ['p2'], heldBack: ['p1'], version: { version: 1 } });
  });

  test.each(['manual', 'auto'] as const)('decides nothing in %s mode', async (mode) => {
    const scenario = new Scenario(new InMemoryStore(), mode);
    await scenario.ready([addSkill('dates')]);
    expect(() => decideGuarded(scenario.store, input(scenario))).toThrow(`is reviewed in ${mode} mode`);
  });
});

describe('decideAuto', () => {
  test('approves everything valid, also without gain, and needs no replay to apply it', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'auto');
    await scenario.ready(
      [addSkill('dates'), addSkill('places')],
      replaySetup(() => 0),
    );
    expect(decideAuto(scenario.store, input(scenario))).toEqual({ approved: ['p1', 'p2'], waiting: [] });
    const { version, replay } = await apply(scenario, null);
    expect(version!.skills).toHaveLength(6);
    expect(replay).toBeNull();
  });

  test('15.1#14 takes no more than the bank holds; a retirement among the proposals makes room', async () => {
    const scenario = new Scenario(new InMemoryStore(), 'auto');
    await scenario.ready([addSkill('dates')]);
    decideAuto(scenario.store, input(scenario, 5));
    await apply(scenario, null);
    await scenario.ready([addSkill('places'), addSkill('people')]);
    expect(decideAuto(scenario.store, input(scenario, 5))).toEqual({ approved: [], waiting: ['p2', 'p3'] });

    const { created } = await scenario.create([{ kind: 'retire', name: 'dates' }], { author: 'system' });
    scenario.store.proposals.put({ ...created[0]!.proposal, state: 'ready' });
    expect(decideAuto(scenario.store, input(scenario, 5))).toEqual({
      approved: ['p4', 'p2'],
      waiting: ['p3'],
    });
    const { version } = await applyStaged(scenario.store, { ...input(scenario, 5), replay: null });
    expect(version!.skills.map(({ name }) => name)).toEqual(['insert', 'update', 'delete', 'noop', 'places']);
  });

  test.each(['manual', 'guarded'] as const)('decides nothing in %s mode', async (mode) => {
    const scenario = new Scenario(new InMemoryStore(), mode);
    await scenario.ready([addSkill('dates')]);
    expect(() => decideAuto(scenario.store, input(scenario))).toThrow(`is reviewed in ${mode} mode`);
  });
});
