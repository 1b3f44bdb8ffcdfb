import { describe, expect, test } from 'vitest';
import type { BankChange } from '../../contract/proposal.ts';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import { validateChange } from '../../skills/validation.ts';
import type { RedraftInput } from '../roles.ts';
import { clusterOf, hobbySketches } from './clusterFixture.ts';
import { createBuiltinDesigner } from './designer.ts';
import { bulletsOf } from './instructionLayout.ts';
import { kindAdditions } from './newSkill.ts';
import { readSkill } from './skillDemand.ts';

const designer = createBuiltinDesigner();
const cluster = clusterOf('hobbies', hobbySketches);
const [dateDraft] = kindAdditions({ kind: 'time', loss: 1, cases: [] }, new Set());
const [hobbyDraft] = kindAdditions({ kind: 'activity', loss: 1, cases: cluster.cases }, new Set());

function redraft(comment: string, over: Partial<RedraftInput> = {}) {
  return designer.redraft({
    skills: SEED_SKILLS,
    cluster,
    change: hobbyDraft!,
    comment,
    pastVerdicts: [],
    ...over,
  });
}

async function redrafted(comment: string, over: Partial<RedraftInput> = {}) {
  const { change, response } = await redraft(comment, over);
  if (change?.kind !== 'add') throw new Error(response);
  expect(response).toMatch(/^Done: /u);
  expect(validateChange(change, { skills: SEED_SKILLS, author: 'designer' })).toMatchObject({
    isValid: true,
  });
  return change.skill;
}

const base = (() => {
  if (hobbyDraft?.kind !== 'add') throw new Error('not an addition');
  return hobbyDraft.skill;
})();

const size = (instruction: string): number => instruction.length;

describe('comments it understands', () => {
  test.each(['Make it shorter.', 'too long', 'Please shorten this', 'more concise please'])(
    'shorter: %s',
    async (comment) => {
      const { instruction } = await redrafted(comment);
      expect(size(instruction)).toBeLessThan(size(base.instruction));
      expect(bulletsOf(instruction, 'when').length).toBeGreaterThan(0);
    },
  );

  test.each(['longer', 'Too short!', 'This needs more detail'])('longer: %s', async (comment) => {
    expect(size((await redrafted(comment)).instruction)).toBeGreaterThan(size(base.instruction));
  });

  test.each(['more specific', 'It is too vague', "don't be so vague"])(
    'more specific: %s',
    async (comment) => {
      const cases = hobbySketches.map((sketch) => ({
        ...sketch,
        evidence: `${sketch.evidence} At the regatta club.`,
      }));
      const asked = cases.map((sketch) => ({
        ...sketch,
        question: `${sketch.question} Think of the regatta.`,
      }));
      const skill = await redrafted(comment, { cluster: clusterOf('regatta', asked) });
      expect(skill.instruction).toContain('regatta');
    },
  );

  test('more general: particulars go', async () => {
    const longer = await redrafted('longer');
    const change: BankChange = { kind: 'add', skill: longer };
    const { instruction } = await redrafted('too specific', { change });
    expect(bulletsOf(instruction, 'when')).toEqual(bulletsOf(base.instruction, 'when').slice(0, 2));
  });

  test.each([
    ['Rename it to Weekend Hobbies', 'weekend_hobbies'],
    ['please call it "leisure"', 'leisure'],
    ['the name should be spare_time', 'spare_time'],
  ])('rename: %s', async (comment, name) => {
    expect(await redrafted(comment)).toEqual({ ...base, name });
  });

  test.each([
    ['Also cover zorblax engines', 'zorblax engines'],
    ['mention zorblax engines too', 'zorblax engines'],
    ['It should also include zorblax engines.', 'zorblax engines'],
    ['add zorblax engines', 'zorblax engines'],
  ])('cover: %s', async (comment, subject) => {
    const skill = await redrafted(comment);
    expect(bulletsOf(skill.instruction, 'when')).toContain(`The text mentions ${subject}.`);
    expect(readSkill(skill).topics.map(({ id }) => id)).toContain('zorblax');
  });

  test.each([
    'Do not record feelings',
    'never store feelings',
    "don't mention any feelings",
    'avoid feelings',
  ])('prohibit: %s', async (comment) => {
    const skill = await redrafted(comment);
    expect(bulletsOf(skill.instruction, 'constraints')).toContain('Do not record feelings.');
    expect([...readSkill(skill).prohibitedFacets]).toEqual(['feeling']);
  });

  test.each(['make it an update skill', 'change the type to update', 'This should be an update'])(
    'type: %s',
    async (comment) => {
      const skill = await redrafted(comment);
      expect(skill.type).toBe('update');
      expect(skill.instruction.endsWith('Action type: UPDATE only.')).toBe(true);
    },
  );

  test('split: the first half of the occasions stays', async () => {
    const when = bulletsOf(base.instruction, 'when');
    const { instruction } = await redrafted('Split this');
    expect(bulletsOf(instruction, 'when')).toEqual(when.slice(0, Math.ceil(when.length / 2)));
  });

  test('only when', async () => {
    const { instruction } = await redrafted('Use it only when a club is named');
    expect(bulletsOf(instruction, 'constraints')).toContain('Use this only when a club is named.');
  });

  test.each(['dates in ISO', 'Write the dates as YYYY-MM-DD please'])('ISO dates: %s', async (comment) => {
    const { instruction } = await redrafted(comment, { change: dateDraft! });
    expect(instruction).toContain('2023-05-07');
    expect(instruction).not.toContain('7 May 2023');
    expect(bulletsOf(instruction, 'how')).toContain('Write every calendar date in ISO form, YYYY-MM-DD.');
  });

  test('several wishes are done in their order; the rest is named', async () => {
    const { change, response } = await redraft(
      'Rename it to clubs, do not record prices and add rowing. Sing me a song.',
    );
    if (change?.kind !== 'add') throw new Error(response);
    expect(change.skill.name).toBe('clubs');
    expect(bulletsOf(change.skill.instruction, 'constraints')).toContain('Do not record prices.');
    expect(bulletsOf(change.skill.instruction, 'when')).toContain('The text mentions rowing.');
    expect(response).toBe(
      'Done: renamed to clubs; forbids recording prices; covers rowing. Not understood: "Sing me a song".',
    );
  });
});

describe('comments it does not understand', () => {
  test.each([
    ['Hmm, I wonder about this one', 'not understood: "Hmm, I wonder about this one"'],
    ['', 'not understood: the comment is empty'],
    [
      'make it a delete skill',
      'not understood: "make it a delete skill" (a draft may only insert or update)',
    ],
    ['rename it to ???', 'not understood: "rename it to"'],
    ['make it an insert skill', 'not understood: "make it an insert skill" (it would change nothing)'],
    ['rename it to insert', 'not understood: the bank has a skill named insert already'],
  ])('"%s"', async (comment, response) => {
    const output = await redraft(comment);
    expect(output.change).toBeNull();
    expect(output.response).toBe(response);
  });

  test('a text that was rejected before does not come back', async () => {
    const shorter = (await redraft('shorter')).change!;
    const output = await redraft('shorter', {
      pastVerdicts: [{ change: shorter, verdict: 'reject', reason: 'no' }],
    });
    expect(output).toEqual({ change: null, response: 'not understood: that text was rejected before' });
  });

  test('only texts can be drafted again', async () => {
    const output = await redraft('shorter', { change: { kind: 'retire', name: 'insert' } });
    expect(output.response).toBe('not understood: only a new skill or a refinement can be drafted again');
  });
});

describe('a refinement', () => {
  const change: BankChange = {
    kind: 'refine',
    name: 'insert',
    changes: { description: 'Store new facts about boats.' },
  };

  test('stays a refinement and carries only what differs from the bank', async () => {
    const output = await redraft('do not record prices', { change });
    expect(output.change).toMatchObject({ kind: 'refine', name: 'insert' });
    if (output.change?.kind !== 'refine') throw new Error(output.response);
    expect(Object.keys(output.change.changes).sort()).toEqual(['description', 'instruction']);
    expect(output.change.changes.instruction).toContain('Do not record prices.');
  });

  test('cannot be renamed', async () => {
    expect((await redraft('call it boats', { change })).response).toBe(
      'not understood: a refinement keeps the name of its skill',
    );
  });
});

test('equal comments on equal drafts give equal answers', async () => {
  expect(await redraft('shorter and add rowing')).toEqual(await redraft('shorter and add rowing'));
});
