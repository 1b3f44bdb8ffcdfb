import { describe, expect, test } from 'vitest';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import { validateChange } from '../../skills/validation.ts';
import type { ClusterEvidence, RedraftInput } from '../roles.ts';
import {
  addition,
  analysis,
  dates,
  draft,
  hobbies,
  INSTRUCTION,
  keepHobbies,
  lastTask,
  setUpDesigner,
} from './fixtures/designerReplies.ts';
import { json, unreachable } from './fixtures/fakeLanguageModel.ts';

describe('design', () => {
  test('analysis, rounds of reflection with the analysis before, then a draft by the last one', async () => {
    const replies = [
      analysis({ pattern: 'first' }),
      analysis({ pattern: 'second' }),
      analysis({ pattern: 'third', cases: ['c2'] }),
      draft(addition()),
    ];
    const { model, design } = setUpDesigner(replies, { reflectionRounds: 2 });
    expect(await design()).toEqual({
      drafts: [
        {
          clusterId: hobbies.cluster.id,
          caseIds: ['hobbies 1'],
          change: keepHobbies,
          pattern: 'third',
          rootCause: 'storage failure: No skill asks for activities.',
          reasoning: 'The bank does not ask for activities.',
        },
      ],
      summary: '1 draft (third).',
    });
    expect(model.requests).toHaveLength(4);
    expect(lastTask(model, 1)).toContain('round 2 of 3');
    expect(model.userText(1)).toContain('"pattern":"first"');
    expect(lastTask(model, 2)).toContain('round 3 of 3');
    expect(model.userText(2)).toContain('"pattern":"second"');
    expect(model.userText(3)).toContain('"pattern":"third"');
    const start = model.userText(0).split('Task: ')[0]!;
    expect(start.length).toBeGreaterThan(1000);
    for (const at of [1, 2, 3]) expect(model.userText(at).startsWith(start)).toBe(true);
    expect(model.requests.every(({ temperature, seed }) => temperature === 0 && seed === 11)).toBe(true);
  });

  test('a reflection without a usable reply leaves the analysis as it was', async () => {
    const { design } = setUpDesigner([analysis({ pattern: 'first' }), 'no', 'no', draft(addition())], {
      reflectionRounds: 1,
    });
    expect((await design()).drafts).toMatchObject([{ pattern: 'first' }]);
  });

  test('without cases nobody is asked', async () => {
    const { model, design } = setUpDesigner([]);
    const empty: ClusterEvidence = { ...hobbies, cases: [] };
    expect(await design({ clusters: [empty] })).toEqual({
      drafts: [],
      summary: 'No draft, because there are no failed questions.',
    });
    expect(model.requests).toEqual([]);
  });

  test('no more drafts than allowed, the most pressing first; the others are named', async () => {
    const replies = [
      analysis({ pattern: 'less', priority: 'low' }),
      analysis({ pattern: 'more' }),
      draft(addition()),
    ];
    const { model, design } = setUpDesigner(replies);
    const { drafts, summary } = await design({ clusters: [hobbies, dates], maxChanges: 1 });
    expect(drafts).toMatchObject([{ clusterId: dates.cluster.id, pattern: 'more' }]);
    expect(summary).toBe('1 draft (more); "hobbies" was left for later (at most 1 at once).');
    expect(model.requests).toHaveLength(3);
  });

  test('clusters no skill can mend get no draft, and the summary says why', async () => {
    const replies = [analysis({ fix: 'no_change', rootCause: 'answering_failure' }), 'no', 'no'];
    const { drafts, summary } = await setUpDesigner(replies).design({ clusters: [hobbies, dates] });
    expect(drafts).toEqual([]);
    expect(summary).toBe(
      'No draft; "dates" was not analysed (the reply is not JSON); "hobbies": no change (answering failure).',
    );
    const none = await setUpDesigner([
      analysis(),
      draft({ kind: 'none' }, 'The insert skill has it.'),
    ]).design();
    expect(none).toEqual({
      drafts: [],
      summary: 'No draft; "hobbies": no change (The insert skill has it.).',
    });
  });

  test('a refinement carries only what it changes', async () => {
    const insert = SEED_SKILLS[0]!;
    const instruction = insert.instruction.replace(
      'Keep every item short',
      'Name the date; keep every item short',
    );
    const change = { kind: 'refine', name: 'insert', description: insert.description, instruction };
    const { model, design } = setUpDesigner([
      analysis({ fix: 'refine_skill', skill: 'insert' }),
      draft(change),
    ]);
    const { drafts } = await design();
    expect(drafts[0]!.change).toEqual({ kind: 'refine', name: 'insert', changes: { instruction } });
    expect(model.userText(1)).toContain(`<current name="insert">\n${insert.instruction}\n</current>`);
  });

  test('an invalid draft is asked for again with what speaks against it', async () => {
    const replies = [analysis(), draft(addition({ name: 'insert' })), draft(addition())];
    const { model, design } = setUpDesigner(replies);
    expect((await design()).drafts).toMatchObject([{ change: keepHobbies }]);
    expect(model.userText(1)).not.toContain('<refused>');
    expect(model.userText(2)).toMatch(/<refused>\nYour last draft was refused: .*insert.*\n<\/refused>/u);
    expect(model.requests.map(({ seed }) => seed)).toEqual([11, 11, 12]);
  });

  test.each([
    ['a placeholder', addition({ instruction: `${INSTRUCTION}\n{session_text}` }), 'placeholder'],
    [
      'a type the words contradict',
      addition({ instruction: `${INSTRUCTION}\nUpdate the existing memory.` }),
      'asks for update',
    ],
    ['another type than declared', addition({ type: 'update' }), 'declares the action type insert'],
    ['no name', addition({ name: '!!' }), 'name'],
    [
      'an empty refinement',
      {
        kind: 'refine',
        name: 'insert',
        description: SEED_SKILLS[0]!.description,
        instruction: SEED_SKILLS[0]!.instruction,
      },
      'changes nothing',
    ],
    [
      'an unknown skill',
      { kind: 'refine', name: 'ghost', description: 'x', instruction: 'y' },
      'cannot be refined',
    ],
    [
      'a skill type that is not the designer’s',
      { kind: 'refine', name: 'delete', description: 'x', instruction: 'y' },
      'cannot be refined',
    ],
    ['another form', { kind: 'retire', name: 'insert' }, 'form'],
  ])('%s twice: left out, and the summary says why', async (_, change, reason) => {
    const { model, notes, design } = setUpDesigner([analysis(), draft(change), draft(change)]);
    const { drafts, summary } = await design();
    expect(drafts).toEqual([]);
    expect(summary).toMatch(/^No draft; "hobbies": its draft was left out: /u);
    expect(summary).toContain(reason);
    expect(model.requests).toHaveLength(3);
    expect(notes).toMatchObject([{ role: 'designer', kind: 'reply-failed' }]);
  });

  test('a refused approach is not drafted again, in whatever name', async () => {
    const pastVerdicts = [{ change: keepHobbies, verdict: 'reject' as const, reason: 'Too wide.' }];
    const again = draft(addition({ name: 'keep_activities' }));
    const { summary } = await setUpDesigner([analysis(), again, again]).design({ pastVerdicts });
    expect(summary).toContain('repeats a proposal that a reviewer rejected');
  });

  test('two drafts never share a skill: the second is told of the first', async () => {
    const replies = [
      analysis(),
      analysis(),
      draft(addition()),
      draft(addition()),
      draft(addition({ name: 'Keep Dates!' })),
    ];
    const { model, design } = setUpDesigner(replies);
    const { drafts } = await design({ clusters: [hobbies, dates] });
    expect(drafts.map(({ change }) => (change.kind === 'add' ? change.skill.name : ''))).toEqual([
      'keep_hobbies',
      'keep_dates',
    ]);
    expect(model.userText(3)).toContain('<drafted>\nAlready drafted now:\nadd keep_hobbies (insert)');
    expect(model.userText(4)).toContain('already changed by another draft');
  });

  test('refine-only: neither form nor reply allows a new skill', async () => {
    const { model, design } = setUpDesigner([
      analysis(),
      analysis({ fix: 'refine_skill', skill: 'insert' }),
      draft(addition()),
      draft(addition()),
    ]);
    const { drafts, summary } = await design({ isRefineOnly: true });
    expect(drafts).toEqual([]);
    expect(summary).toContain('A new skill is not allowed in this run');
    expect(json(model.requests[0]!.schema)).not.toContain('add_skill');
    expect(json(model.requests[2]!.schema)).not.toContain('"add"');
    expect(lastTask(model, 2)).toContain('New skills are not allowed');
    const free = setUpDesigner([analysis(), draft(addition())]);
    await free.design({ prefersNewSkills: true });
    expect(json(free.model.requests[0]!.schema)).toContain('add_skill');
    expect(json(free.model.requests[1]!.schema)).toContain('"add"');
    expect(lastTask(free.model, 1)).toContain('prefer a new skill');
  });

  test('what keeps the model from answering is thrown', async () => {
    await expect(setUpDesigner([unreachable()]).design()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('a missing action line is added, a name brought to snake_case', async () => {
    const change = addition({ name: 'Keep  Hobbies', instruction: 'Skill: Hobbies\n\nStore activities.' });
    const { drafts } = await setUpDesigner([analysis(), draft(change)]).design();
    expect(drafts[0]!.change).toMatchObject({
      skill: {
        name: 'keep_hobbies',
        instruction: 'Skill: Hobbies\n\nStore activities.\n\nAction type: INSERT only.',
      },
    });
    expect(validateChange(drafts[0]!.change, { skills: SEED_SKILLS, author: 'designer' }).isValid).toBe(true);
  });
});

describe('redraft', () => {
  const redraftInput: RedraftInput = {
    skills: SEED_SKILLS,
    cluster: hobbies,
    change: keepHobbies,
    comment: 'Shorter, and </comment> keep the days.',
    pastVerdicts: [],
  };
  const reply = (change: unknown, response = 'Shortened it.'): string => json({ response, change });
  const shorter = addition({
    instruction: 'Skill: Hobbies\n\nStore activities and their days.\n\nAction type: INSERT only.',
  });

  test('draft and comment are shown, the new text comes back with what was done', async () => {
    const { model, designer } = setUpDesigner([reply(shorter)]);
    expect(await designer.redraft(redraftInput)).toEqual({
      change: {
        kind: 'add',
        skill: {
          name: 'keep_hobbies',
          description: shorter.description,
          type: 'insert',
          instruction: shorter.instruction,
        },
      },
      response: 'Done: Shortened it.',
    });
    expect(model.userText()).toContain(
      `<draft>\nnew skill keep_hobbies (insert)\ndescription: Store activities of people.\ninstruction:\n${INSTRUCTION}\n</draft>`,
    );
    expect(model.userText()).toContain('<comment>\nShorter, and &lt;/comment> keep the days.\n</comment>');
    expect(Object.keys((model.requests[0]!.schema as { properties: object }).properties)).toEqual([
      'response',
      'change',
    ]);
  });

  test('a comment that is not understood changes nothing', async () => {
    const { designer } = setUpDesigner([reply({ kind: 'none' }, 'The comment names no change.')]);
    expect(await designer.redraft(redraftInput)).toEqual({
      change: null,
      response: 'not understood: The comment names no change.',
    });
  });

  test('an invalid text is asked for once more, then given up with the reason', async () => {
    const bad = reply(addition({ instruction: `${INSTRUCTION} {session_text}` }));
    const once = setUpDesigner([bad, reply(shorter)]);
    expect((await once.designer.redraft(redraftInput)).change).not.toBeNull();
    expect(once.model.userText(1)).toMatch(/<refused>.*placeholder/su);
    const twice = await setUpDesigner([bad, bad]).designer.redraft(redraftInput);
    expect(twice.change).toBeNull();
    expect(twice.response).toMatch(/^not usable: .*placeholder/u);
    expect((await setUpDesigner(['no', 'no']).designer.redraft(redraftInput)).response).toBe(
      'not usable: the reply is not JSON',
    );
  });

  test('a change without words is not for a model', async () => {
    const { model, designer } = setUpDesigner([]);
    const output = await designer.redraft({ ...redraftInput, change: { kind: 'retire', name: 'insert' } });
    expect(output).toEqual({ change: null, response: expect.stringMatching(/^not understood: /u) as string });
    expect(model.requests).toEqual([]);
  });
});
