import { describe, expect, test } from 'vitest';
import type { RedraftInput, RedraftOutput } from '../engines/roles.ts';
import { changeHash } from '../skills/changeHash.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, Scenario, WORD_OVERLAP } from './fixtures/scenario.ts';
import { textHash } from './proposalText.ts';
import { redraftProposal } from './redraft.ts';
import type { Proposal } from '../contract/proposal.ts';

class FakeDesigner {
  readonly inputs: RedraftInput[] = [];
  readonly #answer: (input: RedraftInput) => RedraftOutput;

  constructor(answer: (input: RedraftInput) => RedraftOutput) {
    this.#answer = answer;
  }

  async redraft(input: RedraftInput): Promise<RedraftOutput> {
    this.inputs.push(input);
    return this.#answer(input);
  }
}

async function requested(): Promise<Scenario> {
  const scenario = new Scenario(new InMemoryStore());
  await scenario.ready([addSkill('dates')]);
  scenario.decide('p1', 'redraft', { reason: 'also cover places' });
  return scenario;
}

const DESIGNER = { model: 'a designer', promptHash: null };

async function redraft(scenario: Scenario, designer: FakeDesigner): Promise<Proposal> {
  return await redraftProposal(scenario.store, {
    proposalId: 'p1',
    designer,
    identity: DESIGNER,
    overlap: WORD_OVERLAP,
    clock: scenario.clock,
  });
}

describe('redraftProposal', () => {
  test('the designer gets comment, text, evidence and past verdicts; its draft is a revision to be replayed', async () => {
    const scenario = await requested();
    const change = addSkill('dates', 'dates and places');
    const designer = new FakeDesigner(() => ({ change, response: 'places are mentioned' }));
    const proposal = await redraft(scenario, designer);
    expect(designer.inputs[0]).toMatchObject({
      change: addSkill('dates'),
      comment: 'also cover places',
      pastVerdicts: [{ verdict: 'redraft', reason: 'also cover places' }],
      cluster: { cluster: { id: 'cluster1' } },
    });
    expect(designer.inputs[0]!.cluster.cases.map(({ id }) => id)).toEqual([
      'case1',
      'case2',
      'case3',
      'case4',
    ]);
    expect(proposal).toMatchObject({ state: 'draft', replayId: null });
    expect(proposal.revisions[1]).toMatchObject({
      change,
      author: 'designer',
      response: 'places are mentioned',
    });
  });

  test('a comment that was not understood is answered, and the text with its replay is ready as before', async () => {
    const scenario = await requested();
    const designer = new FakeDesigner(() => ({ change: null, response: 'not understood: "frobnicate"' }));
    const proposal = await redraft(scenario, designer);
    expect(proposal).toMatchObject({ state: 'ready', replayId: 'r1' });
    expect(proposal.revisions[1]!.response).toBe('not understood: "frobnicate"');
    expect(textHash(proposal)).toBe(changeHash(addSkill('dates')));
  });

  test.each([
    ['the same words', addSkill('dates'), 'not understood: the draft came back in the same words'],
    ['a name that is taken', addSkill('insert'), 'not usable: The bank already has a skill "insert"'],
  ])('%s are not another draft', async (_, change, response) => {
    const scenario = await requested();
    const proposal = await redraft(scenario, new FakeDesigner(() => ({ change, response: 'done' })));
    expect(proposal.state).toBe('ready');
    expect(proposal.revisions[1]!.response).toContain(response);
  });

  test('words refused in another proposal do not come back', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates'), addSkill('places')]);
    scenario.decide('p2', 'reject', { reason: 'no places' });
    scenario.decide('p1', 'redraft', { reason: 'something else' });
    const proposal = await redraft(
      scenario,
      new FakeDesigner(() => ({ change: addSkill('places'), response: 'done' })),
    );
    expect(proposal.revisions[1]!.response).toContain('did not take the same words');
  });

  test('a designer that fails leaves the request as it is', async () => {
    const scenario = await requested();
    const failing = new FakeDesigner(() => {
      throw new Error('model gone');
    });
    await expect(redraft(scenario, failing)).rejects.toThrow('model gone');
    expect(scenario.store.proposals.require('p1')).toMatchObject({ state: 'redraft', revisions: [{}] });
  });

  test('a request retracted meanwhile is not answered over the reviewer’s head', async () => {
    const scenario = await requested();
    const designer = new FakeDesigner(() => {
      scenario.decide('p1', 'retract');
      return { change: addSkill('dates', 'other words'), response: 'done' };
    });
    await expect(redraft(scenario, designer)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(scenario.store.proposals.require('p1').revisions).toHaveLength(1);
  });

  test('only where one was asked for, and only where there are cases', async () => {
    const scenario = new Scenario(new InMemoryStore());
    await scenario.ready([addSkill('dates')]);
    const designer = new FakeDesigner(() => ({ change: null, response: '' }));
    await expect(redraft(scenario, designer)).rejects.toThrow(
      '"revise" is not possible for a proposal that is ready',
    );
    const { created } = await scenario.create([addSkill('places')], {
      runId: null,
      author: 'import',
      drafts: [
        {
          clusterId: null,
          caseIds: [],
          change: addSkill('places'),
          pattern: '',
          rootCause: '',
          reasoning: '',
        },
      ],
    });
    const { id } = created[0]!.proposal;
    scenario.decide(id, 'redraft', { reason: 'shorter' });
    const promise = redraftProposal(scenario.store, {
      proposalId: id,
      designer,
      identity: DESIGNER,
      overlap: WORD_OVERLAP,
      clock: scenario.clock,
    });
    await expect(promise).rejects.toThrow('was not drafted from hard cases');
    expect(designer.inputs).toEqual([]);
  });
});
