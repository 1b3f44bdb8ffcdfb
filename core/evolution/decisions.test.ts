import { describe, expect, test } from 'vitest';
import { changeHash } from '../skills/changeHash.ts';
import { applyStaged } from './apply.ts';
import { currentVersion } from './bankHistory.ts';
import { recordDecision } from './decisions.ts';
import { pastVerdicts } from './designerFeedback.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, refineSkill, replaySetup, Scenario } from './fixtures/scenario.ts';
import { currentReplay, textHash } from './proposalText.ts';
import { rebase } from './rebase.ts';
import { replayProposal } from './proposalReplay.ts';

async function readyScenario(): Promise<Scenario> {
  const scenario = new Scenario(new InMemoryStore());
  await scenario.ready([addSkill('dates'), addSkill('places')]);
  return scenario;
}

/** Moves the bank on by applying p2. */
async function applySecond(scenario: Scenario): Promise<void> {
  scenario.decide('p2', 'approve');
  await applyStaged(scenario.store, {
    runId: 'run1',
    maxSkills: 30,
    replay: replaySetup(),
    clock: scenario.clock,
  });
}

describe('recordDecision', () => {
  test('an approval is bound to text, revision and bank', async () => {
    const { store, clock } = await readyScenario();
    const { decision, proposal } = recordDecision(store, {
      proposalId: 'p1',
      verdict: 'approve',
      source: 'app',
      clock,
    });
    expect(proposal.state).toBe('approved');
    expect(decision).toMatchObject({
      id: 'd1',
      proposalId: 'p1',
      revision: 0,
      textHash: changeHash(addSkill('dates')),
      bankHash: currentVersion(store, 'run1').hash,
      verdict: 'approve',
      source: 'app',
    });
    expect(store.decisions.list()).toEqual([decision]);
  });

  test('a draft cannot be approved before its replay is there', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.create([addSkill('dates')]);
    expect(() => scenario.decide('p1', 'approve')).toThrow(
      '"approve" is not possible for a proposal that is draft',
    );
    expect(scenario.store.decisions.count()).toBe(0);
  });

  test('an edit appends the reviewer’s text and approves exactly that', async () => {
    const scenario = await readyScenario();
    const edit = addSkill('dates', 'the calendar day of every event');
    const proposal = scenario.decide('p1', 'edit', { edit, reason: 'clearer' });
    expect(proposal).toMatchObject({
      state: 'edited',
      revisions: [{ author: 'designer' }, { author: 'reviewer', change: edit }],
    });
    expect(scenario.store.decisions.latest()).toMatchObject({
      revision: 1,
      textHash: changeHash(edit),
      verdict: 'edit',
    });
    // The replay was of the other words.
    expect(currentReplay(scenario.store, proposal)).toBeNull();
  });

  test('retracting an edit brings the former words back, with their replay', async () => {
    const scenario = await readyScenario();
    scenario.decide('p1', 'edit', { edit: addSkill('dates', 'the calendar day of every event') });
    const proposal = scenario.decide('p1', 'retract');
    expect(proposal.state).toBe('ready');
    expect(proposal.revisions.map(({ author }) => author)).toEqual(['designer', 'reviewer', 'designer']);
    expect(textHash(proposal)).toBe(changeHash(addSkill('dates')));
    expect(currentReplay(scenario.store, proposal)?.proposalIds).toEqual(['p1']);
  });

  test.each([
    ['not an object', 7, 'is not valid'],
    ['another kind of change', refineSkill('insert', 'x'), 'is of kind "refine", not "add"'],
    ['a name that is taken', addSkill('insert'), 'already has a skill "insert"'],
    ['the same text', addSkill('dates'), 'changes nothing'],
    ['unknown keys', { ...addSkill('dates', 'x'), meta: 1 }, 'is not valid'],
  ])('an edit that is %s is refused and leaves nothing behind', async (_, edit, message) => {
    const scenario = await readyScenario();
    const before = scenario.store.proposals.list();
    expect(() => scenario.decide('p1', 'edit', { edit })).toThrow(message);
    expect(scenario.store.proposals.list()).toEqual(before);
    expect(scenario.store.decisions.count()).toBe(0);
  });

  test('rejecting needs a reason and a redraft a comment, since the designer is told', async () => {
    const scenario = await readyScenario();
    expect(() => scenario.decide('p1', 'reject')).toThrow('give a reason');
    expect(() => scenario.decide('p1', 'redraft', { reason: '  ' })).toThrow('give a comment');
    expect(() => scenario.decide('p1', 'approve', { edit: addSkill('x') })).toThrow(
      'Only the verdict "edit" takes a text',
    );
  });

  test('a text that changed since it was looked at is not decided on', async () => {
    const scenario = await readyScenario();
    const { store, clock } = scenario;
    const reviewedRevision = store.proposals.require('p1').revisions.length - 1;
    scenario.decide('p1', 'edit', { edit: addSkill('dates', 'other words') });
    const late = { proposalId: 'p1', verdict: 'retract', reviewedRevision, source: 'app', clock } as const;
    expect(() => recordDecision(store, late)).toThrow('has another text by now');
  });

  test.each(['auto', 'guarded'] as const)('"%s" decides nothing in a manual run', async (source) => {
    const scenario = await readyScenario();
    expect(() => scenario.decide('p1', 'approve', { source })).toThrow('reviewed in manual mode');
    const { created } = await scenario.create([addSkill('people')], { runId: null, author: 'import' });
    expect(() => scenario.decide(created[0]!.proposal.id, 'approve', { source })).toThrow(
      'reviewed in manual mode',
    );
  });

  test('the event of a decision holds ids and hashes, never the reviewer’s words', async () => {
    const store = new InMemoryStore();
    const scenario = new Scenario(store);
    await scenario.ready([addSkill('dates')]);
    scenario.decide('p1', 'reject', { reason: 'a private remark' });
    expect(store.recorded.at(-1)).toMatchObject({
      type: 'decision.recorded',
      ids: { proposal: 'p1', verdict: 'reject' },
    });
    expect(JSON.stringify(store.recorded)).not.toContain('private');
  });

  test('every undecided state is reached again by a retraction', async () => {
    for (const verdict of ['approve', 'reject', 'redraft', 'park', 'discard'] as const) {
      const scenario = await readyScenario();
      scenario.decide('p1', verdict, { reason: 'because' });
      expect(scenario.decide('p1', 'retract').state).toBe('ready');
    }
  });
});

describe('stale proposals', () => {
  test('are neither approved nor edited; the message says what to do', async () => {
    const scenario = await readyScenario();
    await applySecond(scenario);
    expect(() => scenario.decide('p1', 'approve')).toThrow('rebase it or discard it');
    expect(() => scenario.decide('p1', 'edit', { edit: addSkill('dates', 'other') })).toThrow(
      'rebase it or discard it',
    );
    expect(scenario.decide('p1', 'discard').state).toBe('discarded');
  });

  test('a rebase binds them to the bank as it is and asks for a new replay and decision', async () => {
    const scenario = await readyScenario();
    scenario.decide('p1', 'approve');
    // Only p2 is applied, as a person may do with one of several.
    scenario.decide('p2', 'approve');
    const { store, clock } = scenario;
    await applyStaged(store, { runId: 'run1', maxSkills: 30, only: ['p2'], replay: replaySetup(), clock });
    const later = await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: replaySetup(), clock });
    expect(later).toMatchObject({ version: null, applied: [], stale: ['p1'] });

    expect(rebase(store, 'p1')).toMatchObject({ state: 'draft', baseVersion: 1, replayId: null });
    expect(() => scenario.decide('p1', 'approve')).toThrow(
      '"approve" is not possible for a proposal that is draft',
    );
    await replayProposal(store, { proposalId: 'p1', setup: replaySetup(), clock });
    scenario.decide('p1', 'approve');
    const { version } = await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: null, clock });
    expect(version?.skills.map(({ name }) => name)).toEqual([
      'insert',
      'update',
      'delete',
      'noop',
      'places',
      'dates',
    ]);
  });

  test('what no longer fits cannot be rebased', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates')]);
    const { created } = await scenario.create([addSkill('dates', 'the same name in other words')]);
    const { id } = created[0]!.proposal;
    scenario.decide('p1', 'approve');
    const { store, clock } = scenario;
    await applyStaged(store, { runId: 'run1', maxSkills: 30, replay: replaySetup(), clock });
    expect(() => rebase(store, id)).toThrow('no longer fits bank version 1');
  });

  test('a proposal that is not stale stays as it is, also decided on', async () => {
    const scenario = await readyScenario();
    const approved = scenario.decide('p1', 'approve');
    expect(rebase(scenario.store, 'p1')).toEqual(approved);
  });
});

test('rejections and comments are passed on to the designer with the words they were about, unless retracted', async () => {
  const scenario = await readyScenario();
  await scenario.ready([refineSkill('insert', 'Store less. INSERT only.')]);
  scenario.decide('p1', 'reject', { reason: 'too vague' });
  scenario.decide('p2', 'redraft', { reason: 'mention cities' });
  scenario.decide('p3', 'reject', { reason: 'a slip' });
  scenario.decide('p3', 'retract');
  expect(pastVerdicts(scenario.store, 'run1')).toEqual([
    { change: addSkill('dates'), verdict: 'reject', reason: 'too vague' },
    { change: addSkill('places'), verdict: 'redraft', reason: 'mention cities' },
  ]);
  expect(pastVerdicts(scenario.store, 'run2')).toEqual([]);
});
