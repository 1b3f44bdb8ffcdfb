import { describe, expect, test } from 'vitest';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, draftOf, refineSkill, replaySetup, Scenario } from './fixtures/scenario.ts';
import { applyStaged } from './apply.ts';
import { currentVersion } from './bankHistory.ts';
import { createProposals, proposalOverlap } from './proposals.ts';
import { WORD_OVERLAP } from './fixtures/scenario.ts';

describe('createProposals', () => {
  test('a draft becomes a proposal bound to the bank, the others are skipped with their reasons', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const bad = addSkill('template');
    bad.skill.instruction = 'Look at {session_text}.';
    const { created, skipped } = await scenario.create([addSkill('insert'), addSkill('dates'), bad]);
    const base = currentVersion(scenario.store, 'run1');
    expect(created.map(({ proposal }) => proposal)).toMatchObject([
      {
        id: 'p1',
        state: 'draft',
        baseHash: base.hash,
        baseVersion: 0,
        clusterId: 'cluster1',
        replayId: null,
      },
    ]);
    expect(skipped.map(({ index }) => index)).toEqual([0, 2]);
    expect(skipped[0]!.reasons[0]).toContain('already has a skill "insert"');
    expect(skipped[1]!.reasons[0]).toContain('{session_text}');
    expect(scenario.store.proposals.count()).toBe(1);
  });

  test('15.1#13 drafts of a designer cannot overwrite, retype a primitive, or change one skill twice', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const { created, skipped } = await scenario.create([
      addSkill('update'),
      { kind: 'refine', name: 'insert', changes: { type: 'delete' } },
      refineSkill('insert', 'Store facts and their dates. INSERT only.'),
      refineSkill('insert', 'Store facts and their places. INSERT only.'),
    ]);
    expect(created.map(({ proposal }) => proposal.revisions[0]!.change.kind)).toEqual(['refine']);
    expect(skipped.map(({ index }) => index)).toEqual([0, 1, 3]);
  });

  test('the number of changes is limited, and a refine-only run takes no new skill', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const changes = [
      addSkill('dates'),
      refineSkill('insert', 'Other words. INSERT only.'),
      refineSkill('update', 'New words.'),
    ];
    const { created, skipped } = await scenario.create(changes, { maxChanges: 1, isRefineOnly: true });
    expect(created.map(({ proposal }) => proposal.revisions[0]!.change)).toMatchObject([
      { kind: 'refine', name: 'insert' },
    ]);
    expect(skipped.map(({ index }) => index)).toEqual([0, 2]);
  });

  test('the same words do not wait twice, so that a resumed stage does not propose twice', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.create([addSkill('dates')]);
    const again = await scenario.create([addSkill('dates'), addSkill('places')]);
    expect(again.created.map(({ proposal }) => proposal.id)).toEqual(['p2']);
    expect(again.skipped).toEqual([{ index: 0, reasons: ['The same change waits already as proposal p1.'] }]);
  });

  test('words a reviewer refused are not proposed again, unless the refusal was retracted', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates'), addSkill('places')]);
    scenario.decide('p1', 'reject', { reason: 'too vague' });
    scenario.decide('p2', 'redraft', { reason: 'shorter' });
    scenario.decide('p2', 'discard');
    const again = await scenario.create([addSkill('dates'), addSkill('places'), addSkill('people')]);
    expect(again.skipped).toEqual([
      { index: 0, reasons: ['A reviewer did not take the same words before.'] },
      { index: 1, reasons: ['A reviewer did not take the same words before.'] },
    ]);
    scenario.decide('p1', 'retract');
    scenario.decide('p1', 'discard');
    expect((await scenario.create([addSkill('dates')])).created).toHaveLength(1);
  });

  test('changes outside a run wait for a person without a replay', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const { created } = await scenario.create([addSkill('dates')], {
      runId: null,
      stage: null,
      author: 'import',
    });
    expect(created[0]!.proposal).toMatchObject({ state: 'ready', runId: null, replayId: null });
  });

  test('a rollback is not a draft', async () => {
    const scenario = new Scenario(new InMemoryStore());
    const promise = scenario.create([{ kind: 'rollback', toVersion: 0 }], { author: 'system' });
    await expect(promise).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('drafts for a bank that moved on meanwhile become no proposals', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates')]);
    scenario.decide('p1', 'approve');
    const { store, clock } = scenario;
    const embedder = {
      embed: async (texts: readonly string[]) => {
        await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: replaySetup(), clock });
        return texts.map(() => new Float32Array(4));
      },
    };
    const promise = createProposals(store, {
      runId: 'run1',
      stage: 0,
      drafts: [draftOf(addSkill('places'))],
      author: 'designer',
      overlap: { embedder, skillText: 'full' },
      clock,
    });
    await expect(promise).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(store.proposals.count()).toBe(1);
  });
});

test('overlap lists the nearest other skills, most similar first; a change without text has none', async () => {
  const { store } = new Scenario(new InMemoryStore());
  const { skills } = currentVersion(store, 'run1');
  const insert = skills.find(({ name }) => name === 'insert')!;
  const copy = addSkill('copy');
  copy.skill.description = insert.description;
  copy.skill.instruction = insert.instruction;
  const overlap = await proposalOverlap(skills, copy, WORD_OVERLAP);
  expect(overlap[0]!.name).toBe('insert');
  expect(overlap[0]!.similarity).toBeCloseTo(1, 5);
  expect(overlap.map(({ similarity }) => similarity)).toEqual(
    overlap.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
  );
  const refined = await proposalOverlap(skills, refineSkill('insert', 'Other words.'), WORD_OVERLAP);
  expect(refined.map(({ name }) => name)).not.toContain('insert');
  expect(await proposalOverlap(skills, { kind: 'retire', name: 'insert' }, WORD_OVERLAP)).toEqual([]);
});
