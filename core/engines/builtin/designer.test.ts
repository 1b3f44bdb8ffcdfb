import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankChange } from '../../contract/proposal.ts';
import type { Skill } from '../../contract/skill.ts';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import { applyChange } from '../../skills/skillBank.ts';
import { validateChanges } from '../../skills/validation.ts';
import type { ClusterEvidence, DesignerInput, DesignerOutput } from '../roles.ts';
import { caseOf, clusterOf, dateSketches, hobbySketches, type CaseSketch } from './clusterFixture.ts';
import { createBuiltinDesigner } from './designer.ts';
import { INFORMATION_KINDS } from './informationKinds.ts';
import { newLines } from './instructionLayout.ts';
import { askedKinds } from './skillCoverage.ts';
import { readSkill } from './skillDemand.ts';

const designer = createBuiltinDesigner();
const dates = clusterOf('dates', dateSketches);
const hobbies = clusterOf('hobbies', hobbySketches);

function input(clusters: readonly ClusterEvidence[], over: Partial<DesignerInput> = {}): DesignerInput {
  return {
    skills: SEED_SKILLS,
    statistics: {},
    clusters,
    maxChanges: 3,
    isRefineOnly: false,
    prefersNewSkills: true,
    feedback: [],
    pastVerdicts: [],
    ...over,
  };
}

const design = (clusters: readonly ClusterEvidence[], over: Partial<DesignerInput> = {}) =>
  designer.design(input(clusters, over));

function changesOf({ drafts }: DesignerOutput): BankChange[] {
  return drafts.map(({ change }) => change);
}

function added(output: DesignerOutput): Extract<BankChange, { kind: 'add' }>['skill'][] {
  return changesOf(output).flatMap((change) => (change.kind === 'add' ? [change.skill] : []));
}

function withChanges(changes: readonly BankChange[]): Skill[] {
  return changes.reduce<Skill[]>(
    (skills, change) => applyChange(skills, change, { origin: 'designer', maxSkills: 30 }),
    [...SEED_SKILLS],
  );
}

describe('what is drafted', () => {
  test('golds that are dates and memories that say "yesterday": a skill that resolves dates', async () => {
    const output = await design([dates]);
    const [skill] = added(output);
    expect(output.drafts).toHaveLength(1);
    expect(skill).toMatchObject({ name: 'keep_calendar_dates', type: 'insert' });
    expect(readSkill(skill!).resolvesDates).toBe(true);
    expect(output.drafts[0]).toMatchObject({
      clusterId: dates.cluster.id,
      caseIds: dates.cases.map(({ id }) => id),
      pattern: 'dates and times are lost',
      rootCause: 'memory quality failure: memories keep part of the fact (stored in part: 3)',
      reasoning:
        '3 of the cluster\'s 3 failed questions ask when something happened. For example "When did Ines plant the cherry tree?" expects "3 March 2024", while memory says "Ines: I planted the cherry tree yesterday!". Skills selected there: insert.',
    });
  });

  test('hobbies in no memory: a skill for activities', async () => {
    const output = await design([hobbies]);
    expect(added(output).map(({ name }) => name)).toContain('keep_activity_details');
    expect(output.drafts[0]!.rootCause).toBe('storage failure: the fact is in no memory (not stored: 3)');
    expect(output.drafts[0]!.reasoning).toContain('no memory tells of it');
  });

  test.each<[string, string, string, string]>([
    ['quantity', 'How many hives does Omar keep?', '14', 'keep_exact_quantities'],
    ['place', 'Where does Ines row?', 'near Split', 'keep_places'],
    ['person', 'Who lent Omar the tent?', 'his uncle', 'keep_people_and_relations'],
    ['reason', 'Why did Ines stop?', 'because of the rain', 'keep_reasons'],
    ['preference', 'What does Omar like?', 'rye bread', 'keep_preferences'],
    ['feeling', 'How did Ines feel?', 'relieved', 'keep_feelings'],
    ['work', "What is Omar's profession?", 'beekeeper', 'keep_work_and_studies'],
  ])('%s questions: the skill for it', async (_kind, question, gold, name) => {
    const sketch: CaseSketch = { question, gold, evidence: gold, diagnosis: 'not_stored' };
    const [skill] = added(await design([clusterOf('one kind', [sketch, sketch, sketch, sketch])]));
    expect(skill!.name).toBe(name);
  });

  test('no kind fits: a skill for the words the evidence shares', async () => {
    const sketches = ['Is the zorblax loud?', 'Does the zorblax leak?'].map((question): CaseSketch => ({
      question,
      gold: 'yes',
      evidence: 'The zorblax rattles.',
      diagnosis: 'not_stored',
    }));
    const output = await design([clusterOf('topic', sketches)]);
    expect(added(output)[0]).toMatchObject({ name: 'remember_zorblax', type: 'insert' });
    expect(readSkill(added(output)[0]!).topics.map(({ id }) => id)).toContain('zorblax');
  });

  test('no kind and no shared word: no draft, and the summary says so', async () => {
    const sketches = ['Is it?', 'Was that?'].map((question): CaseSketch => ({
      question,
      gold: 'yes',
      evidence: 'Well.',
      diagnosis: 'not_stored',
    }));
    expect(await design([clusterOf('nothing', sketches)])).toEqual({
      drafts: [],
      summary: 'No draft, because the failed questions share neither a kind of information nor a topic.',
    });
    expect((await design([])).summary).toContain('there are no failed questions');
  });

  test('aspects that the evidence shows are asked for, others are not', async () => {
    const birthdays = dateSketches.map((sketch) => ({
      ...sketch,
      evidence: 'It was my birthday yesterday.',
    }));
    const instructions = await Promise.all(
      [birthdays, dateSketches].map(
        async (sketches) => added(await design([clusterOf('d', sketches)]))[0]!.instruction,
      ),
    );
    expect(instructions.map((text) => text.includes('A birthday'))).toEqual([true, false]);
  });
});

describe('issue 2: never drafts for what was not lost', () => {
  test('with date questions removed there is no date skill', async () => {
    const output = await design([hobbies]);
    for (const skill of added(output)) {
      expect(readSkill(skill).resolvesDates).toBe(false);
      expect(askedKinds(skill).has('time')).toBe(false);
    }
  });

  test('one stray date question among many others makes none either', async () => {
    const many = Array.from({ length: 30 }, (_, at) => hobbySketches[at % hobbySketches.length]!);
    const output = await design([clusterOf('many', [...many, dateSketches[0]!])], { maxChanges: 20 });
    expect(added(output).some((skill) => readSkill(skill).resolvesDates)).toBe(false);
  });

  test.each(['not_retrieved', 'not_used'] as const)(
    '%s: the fact is in memory, so no skill changes',
    async (diagnosis) => {
      const output = await design([
        clusterOf(
          'kept',
          dateSketches.map((sketch) => ({ ...sketch, diagnosis })),
        ),
      ]);
      expect(output.drafts).toEqual([]);
      expect(output.summary).toContain('retrieval or answering failed');
    },
  );

  test('not_retrieved that repeats: the skill that wrote the memories makes them easier to find (10.2)', async () => {
    const sketches = dateSketches.map((sketch) => ({
      ...sketch,
      diagnosis: 'not_retrieved' as const,
      failCount: 3,
    }));
    const [change] = changesOf(await design([clusterOf('hidden', sketches)]));
    expect(change).toMatchObject({ kind: 'refine', name: 'insert' });
    const refined = withChanges([change!]).find(({ name }) => name === 'insert')!;
    expect(newLines(refined.instruction, SEED_SKILLS[0]!.instruction)).toEqual([
      "- Repeat the speaker's name and the key words of the text in each memory, so that it can be found.",
    ]);
  });

  test('cases a person called bad are no evidence', async () => {
    const bad = dateSketches.map((sketch): CaseSketch => ({ ...sketch, diagnosis: 'bad_case' }));
    expect((await design([clusterOf('bad', bad)])).drafts).toEqual([]);
  });
});

describe('a kind the bank asks for already', () => {
  const dateSkill: Skill = {
    name: 'chronicle',
    description: 'Write down the calendar day of whatever is told.',
    instruction:
      'Purpose: Resolve every date.\n\nWhen to use:\n- A day is given.\n\nAction type: INSERT only.',
    type: 'insert',
    origin: 'reviewer',
    isPinned: false,
  };
  const skills = [...SEED_SKILLS, dateSkill];

  test('is refined, not added again, in instruction and description (15.2#39)', async () => {
    const [change] = changesOf(await design([dates], { skills }));
    if (change?.kind !== 'refine') throw new Error('no refinement');
    expect(change.name).toBe('chronicle');
    expect(newLines(change.changes.instruction!, dateSkill.instruction).length).toBeGreaterThan(0);
    expect(newLines(dateSkill.instruction, change.changes.instruction!)).toEqual([]);
    expect(change.changes.description!.startsWith(dateSkill.description)).toBe(true);
  });

  test('once it says everything the evidence shows, another kind has its turn', async () => {
    let bank = skills;
    for (let round = 0; round < 6; round += 1) {
      const [change] = changesOf(await design([dates], { skills: bank, maxChanges: 1 }));
      if (change === undefined) break;
      expect(change.kind).toBe('refine');
      bank = applyChange(bank, change, { origin: 'designer', maxSkills: 30 });
    }
    const last = await design([dates, hobbies], { skills: bank, maxChanges: 1 });
    expect(added(last).map(({ name }) => name)).toEqual(['keep_activity_details']);
  });

  test('15.2#35 a skill the controller never selects is not refined: its words are not the reason', async () => {
    const unused = {
      usageCount: 0,
      averageReward: 0,
      recentRewards: [],
      usageEma: 0,
      memoriesWritten: 0,
      memoriesRetrieved: 0,
    };
    expect((await design([dates], { skills, statistics: { chronicle: unused } })).drafts).toEqual([]);
  });

  test('the generalist seed is no skill for its examples', async () => {
    const happened: CaseSketch = {
      question: 'What happened at the regatta?',
      gold: 'a mast broke',
      evidence: 'At the regatta a mast broke.',
      diagnosis: 'not_stored',
    };
    expect(added(await design([clusterOf('events', [happened, happened])]))[0]!.name).toBe(
      'keep_event_details',
    );
  });
});

describe('limits', () => {
  test('15.2#36 a refine-only run gets refinements only, and they bring the kind in', async () => {
    const changes = changesOf(await design([dates, hobbies], { isRefineOnly: true }));
    expect(changes.map(({ kind }) => kind)).toEqual(['refine']);
    const insert = withChanges(changes).find(({ name }) => name === 'insert')!;
    expect(readSkill(insert).resolvesDates).toBe(true);
  });

  test('without preference for new skills one that touches the kind is refined first', async () => {
    const diary: Skill = {
      name: 'diary',
      description: 'Note the numbers, counts and amounts, and the season.',
      instruction: 'Write each number, count and amount.',
      type: 'insert',
      origin: 'reviewer',
      isPinned: false,
    };
    const skills = [...SEED_SKILLS, diary];
    const kinds = await Promise.all(
      [true, false].map(
        async (prefersNewSkills) => changesOf(await design([dates], { skills, prefersNewSkills }))[0]!.kind,
      ),
    );
    expect(readSkill(diary).facets.get('time')).toBeLessThan(1);
    expect(kinds).toEqual(['add', 'refine']);
  });

  test('15.1#13 drafts are valid, of insert or update type, and touch no skill twice', async () => {
    const sketch = fc.constantFrom(...dateSketches, ...hobbySketches, {
      question: 'Where is the kiln?',
      gold: 'near Oslo',
      evidence: 'The kiln stands near Oslo.',
      diagnosis: 'not_stored' as const,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(sketch, { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.boolean(),
        async (groups, maxChanges, isRefineOnly, prefersNewSkills) => {
          const clusters = groups.map((group, at) => clusterOf(`cluster ${at}`, group));
          const options = { maxChanges, isRefineOnly, prefersNewSkills };
          const output = await design(clusters, options);
          expect(await design(clusters, options)).toEqual(output);
          expect(output.drafts.length).toBeLessThanOrEqual(maxChanges);
          const { accepted, rejected } = validateChanges(changesOf(output), {
            skills: SEED_SKILLS,
            author: 'designer',
            maxChanges,
            isRefineOnly,
          });
          expect(rejected).toEqual([]);
          expect(accepted.flatMap(({ warnings }) => warnings)).toEqual([]);
          for (const { caseIds, clusterId } of output.drafts) {
            const own = clusters.find(({ cluster }) => cluster.id === clusterId)!;
            expect(own.cluster.caseIds).toEqual(expect.arrayContaining([...caseIds]));
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  test('every kind drafts a text in the layout of 3.2', async () => {
    const texts = added(await design([dates, hobbies], { maxChanges: INFORMATION_KINDS.length }));
    expect(texts.length).toBeGreaterThan(1);
    for (const { instruction, type } of texts) {
      expect(instruction).toMatch(
        /^Skill: .+\n\nPurpose: .+\n\nWhen to use:\n(?:- .+\n)+\nHow to apply:\n(?:- .+\n)+\nConstraints:\n(?:- .+\n)+\nAction type: (?:INSERT|UPDATE) only\.$/u,
      );
      expect(instruction.endsWith(`${type.toUpperCase()} only.`)).toBe(true);
    }
  });

  test('an aborted signal stops it', async () => {
    await expect(designer.design(input([dates]), AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

describe('what was refused or did harm', () => {
  test('a rejected draft does not return in the same words, and each next one differs', async () => {
    const seen: BankChange[] = [];
    for (let round = 0; round < 8; round += 1) {
      const pastVerdicts = seen.map((change) => ({ change, verdict: 'reject' as const, reason: 'no' }));
      const [change] = changesOf(await design([dates], { pastVerdicts, maxChanges: 1 }));
      if (change === undefined) break;
      expect(seen).not.toContainEqual(change);
      seen.push(change);
    }
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(new Set(seen.map((change) => (change.kind === 'add' ? change.skill.instruction : ''))).size).toBe(
      seen.length,
    );
  });

  test('neither does it under another name', async () => {
    const [first] = added(await design([dates]));
    const change: BankChange = { kind: 'add', skill: { ...first!, name: 'another_name' } };
    const [next] = added(
      await design([dates], { pastVerdicts: [{ change, verdict: 'reject', reason: 'no' }] }),
    );
    expect(next?.instruction).not.toBe(first!.instruction);
  });

  test('a redraft verdict is no refusal', async () => {
    const [first] = changesOf(await design([dates]));
    const pastVerdicts = [{ change: first!, verdict: 'redraft' as const, reason: 'shorter' }];
    expect(changesOf(await design([dates], { pastVerdicts }))[0]).toEqual(first);
  });

  test('an applied change that lowered the score is not repeated; one that raised it does not matter', async () => {
    const first = changesOf(await design([dates]));
    const feedback = (score: number, wasRolledBack: boolean) => [
      { changes: first, baseScore: 0.3, score, wasRolledBack },
    ];
    expect(changesOf(await design([dates], { feedback: feedback(0.2, true) }))).not.toContainEqual(first[0]);
    expect(changesOf(await design([dates], { feedback: feedback(0.4, false) }))).toEqual(first);
  });

  test('a refused refinement is not made again', async () => {
    const [first] = changesOf(await design([dates], { isRefineOnly: true }));
    const pastVerdicts = [{ change: first!, verdict: 'reject' as const, reason: 'no' }];
    const second = changesOf(await design([dates], { isRefineOnly: true, pastVerdicts }));
    expect(second).not.toContainEqual(first);
  });
});

test('15.2#34 the reasoning names gold, memory and the skills that were active', async () => {
  const one = caseOf('x', dateSketches[0]!);
  const cluster = clusterOf('x', [dateSketches[0]!]);
  const output = await design([{ cluster: cluster.cluster, cases: [one] }]);
  const { reasoning } = output.drafts[0]!;
  for (const part of [one.golds[0]!, one.chain.needed!.text, 'insert']) expect(reasoning).toContain(part);
});
