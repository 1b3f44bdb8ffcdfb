import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankChange } from '../contract/proposal.ts';
import { AppError } from '../shared/errors.ts';
import { applyChange } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { addSkill, FakeRunner, refineSkill, solvedQuestions } from './fixtures/scenario.ts';
import type { ScoreRule } from './fixtures/scenario.ts';
import { forcedSkills, pairedResult, passesGuard, replayChange, selectReplayQuestions } from './replay.ts';
import type { ReplayMeasurement, ReplayQuestion, ReplaySelection } from './replay.ts';

const SEEDS = seedSkills({ skipNoop: false });
const question = (questionId: string, traceId = 'trace1'): ReplayQuestion => ({
  questionId,
  traceId,
  question: `${questionId}?`,
  golds: [questionId],
});
const questions = (...ids: string[]): ReplayQuestion[] => ids.map((id) => question(id));
const idsOf = (list: readonly ReplayQuestion[]): string[] => list.map(({ questionId }) => questionId);

async function replay(
  change: BankChange,
  rule: ScoreRule,
  selection: ReplaySelection,
  signal?: AbortSignal,
): Promise<ReplayMeasurement & { runner: FakeRunner }> {
  const runner = new FakeRunner(rule);
  const newSkills = applyChange(SEEDS, change, { origin: 'designer', maxSkills: 30 });
  const measured = await replayChange({
    runner,
    changes: [change],
    oldSkills: SEEDS,
    newSkills,
    selection,
    seed: 42,
    signal,
  });
  return { ...measured, runner };
}

describe('selectReplayQuestions', () => {
  const limits = { replayCases: 60, guardCases: 40, seed: 42 };

  test('own cases come first, in turns, then the cluster; each question once, up to the limit', () => {
    const { affected } = selectReplayQuestions(
      [
        { own: questions('a1', 'a2', 'a3'), cluster: questions('a1', 'c1', 'c2') },
        { own: questions('b1', 'a1'), cluster: questions('c1') },
      ],
      [],
      { ...limits, replayCases: 6 },
    );
    expect(idsOf(affected).slice(0, 4)).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(idsOf(affected).slice(4).sort()).toEqual(['c1', 'c2']);
    expect(
      idsOf(
        selectReplayQuestions([{ own: affected, cluster: [] }], [], { ...limits, replayCases: 2 }).affected,
      ),
    ).toEqual(['a1', 'b1']);
  });

  test('the guard set is solved questions of the same traces that are not affected', () => {
    const solved = [...solvedQuestions(3), ...solvedQuestions(3, 'trace2'), question('a1')];
    const { guard } = selectReplayQuestions([{ own: questions('a1'), cluster: [] }], solved, limits);
    expect(idsOf(guard).sort()).toEqual(['solved-trace1-0', 'solved-trace1-1', 'solved-trace1-2']);
  });

  test('a change without cases is checked on solved questions of all traces', () => {
    const solved = [...solvedQuestions(2), ...solvedQuestions(2, 'trace2')];
    const { affected, guard } = selectReplayQuestions([{ own: [], cluster: [] }], solved, limits);
    expect([affected.length, guard.length]).toEqual([0, 4]);
  });

  test('the same seed gives the same sets, whatever else is random', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(20),
        (seed, replayCases, guardCases) => {
          const input = [
            {
              own: questions('a'),
              cluster: solvedQuestions(30).map((q) => ({ ...q, questionId: `c${q.questionId}` })),
            },
          ];
          const options = { replayCases, guardCases, seed };
          const first = selectReplayQuestions(input, solvedQuestions(30), options);
          expect(selectReplayQuestions(input, solvedQuestions(30), options)).toEqual(first);
          expect([first.affected.length, first.guard.length]).toEqual([replayCases, guardCases]);
          expect(new Set(idsOf([...first.affected, ...first.guard])).size).toBe(replayCases + guardCases);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('forcedSkills', () => {
  test('a new skill is forced on the new side only, a refined one on both', () => {
    expect(forcedSkills([addSkill('dates'), refineSkill('insert', 'x')])).toEqual({
      old: ['insert'],
      new: ['dates', 'insert'],
    });
  });

  test('a merge forces what it replaces against what replaces it; retiring and pinning force nothing', () => {
    const { skill: into } = addSkill('both');
    const merge: BankChange = { kind: 'merge', names: ['one', 'two'], into };
    expect(forcedSkills([merge])).toEqual({ old: ['one', 'two'], new: ['both'] });
    expect(
      forcedSkills([
        { kind: 'retire', name: 'one' },
        { kind: 'pin', name: 'two', isPinned: true },
      ]),
    ).toEqual({
      old: [],
      new: [],
    });
  });
});

describe('replayChange', () => {
  test('both sides get the same traces, questions and seed', async () => {
    const selection = { affected: [question('b', 'trace2'), question('a')], guard: [question('g')] };
    const { runner } = await replay(addSkill('dates'), () => 0, selection);
    expect(runner.requests.map(({ bank, forcedSkills: forced }) => [bank.length, forced])).toEqual([
      [4, []],
      [5, ['dates']],
    ]);
    for (const request of runner.requests) {
      expect(request).toMatchObject({
        traceIds: ['trace1', 'trace2'],
        questionIds: ['b', 'a', 'g'],
        seed: 42,
      });
    }
  });

  test('counts, means and order: losses first, then wins by size, then ties', async () => {
    const gains: Record<string, number> = {
      tie1: 0,
      win: 0.25,
      bigWin: 0.5,
      loss: -0.25,
      bigLoss: -0.5,
      tie2: 1e-12,
    };
    const rule: ScoreRule = (id, bank) => 0.5 + (bank.length > 4 ? (gains[id] ?? 0) : 0);
    const selection = {
      affected: questions('tie1', 'win', 'loss', 'bigWin'),
      guard: questions('tie2', 'bigLoss'),
    };
    const result = await replay(addSkill('dates'), rule, selection);
    expect(result.cases.map(({ questionId }) => questionId)).toEqual([
      'bigLoss',
      'loss',
      'bigWin',
      'win',
      'tie1',
      'tie2',
    ]);
    expect(result.affected).toMatchObject({ count: 4, wins: 2, ties: 1, losses: 1, meanDifference: 0.125 });
    expect(result.guard).toMatchObject({ count: 2, wins: 0, ties: 1, losses: 1 });
    expect(result.guard.meanDifference).toBeCloseTo(-0.25, 10);
    expect(result.overall).toMatchObject({ count: 6, wins: 2, ties: 2, losses: 2 });
    expect(result.overall.interval[0]).toBeLessThan(0);
    expect(result.overall.interval[1]).toBeGreaterThan(0);
    expect(result.cases[0]).toEqual({
      questionId: 'bigLoss',
      set: 'guard',
      question: 'bigLoss?',
      golds: ['bigLoss'],
      oldPrediction: 'score 0.5',
      newPrediction: 'score 0',
      oldScore: 0.5,
      newScore: 0,
    });
  });

  test('cost is memories for each span and the growth of what the answerer reads', async () => {
    const { cost } = await replay(addSkill('dates'), () => 0, { affected: questions('a'), guard: [] });
    expect(cost).toEqual({ oldMemoriesPerSpan: 2, newMemoriesPerSpan: 2.5, contextGrowth: 0.25 });
  });

  test('without questions nothing is run and nothing is claimed', async () => {
    const { runner, overall, cost } = await replay(addSkill('dates'), () => 1, { affected: [], guard: [] });
    expect(runner.requests).toEqual([]);
    expect(overall).toEqual({ count: 0, wins: 0, ties: 0, losses: 0, meanDifference: 0, interval: [0, 0] });
    expect(cost.contextGrowth).toBe(0);
  });

  test('a cancelled replay stops between the sides', async () => {
    const controller = new AbortController();
    const rule: ScoreRule = () => {
      controller.abort();
      return 0;
    };
    const promise = replay(
      addSkill('dates'),
      rule,
      { affected: questions('a'), guard: [] },
      controller.signal,
    );
    await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('a runner that leaves a question out is an error, not a score of 0', async () => {
    const runner = {
      runEpisodes: async () => ({ answers: [], memoriesPerSpan: 0, spans: null, contextCharacters: 0 }),
    };
    const promise = replayChange({
      runner,
      changes: [],
      oldSkills: SEEDS,
      newSkills: SEEDS,
      selection: { affected: questions('a'), guard: [] },
      seed: 1,
    });
    await expect(promise).rejects.toThrow(AppError);
    await expect(promise).rejects.toThrow('no answer to question "a"');
  });
});

describe('pairedResult', () => {
  test('swapping the banks mirrors the result', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, -0.5, 0, 0.5, 1), { minLength: 1, maxLength: 30 }),
        (differences) => {
          const one = pairedResult(differences, 3);
          const other = pairedResult(
            differences.map((difference) => -difference),
            3,
          );
          expect([other.wins, other.ties, other.losses]).toEqual([one.losses, one.ties, one.wins]);
          expect(other.meanDifference).toBeCloseTo(-one.meanDifference, 12);
          expect(other.interval[0]).toBeCloseTo(-one.interval[1], 12);
          expect(one.wins + one.ties + one.losses).toBe(differences.length);
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe('passesGuard', () => {
  const result = (wins: number, losses: number, ties = 0): ReturnType<typeof pairedResult> =>
    pairedResult(
      [...Array<number>(wins).fill(1), ...Array<number>(losses).fill(-1), ...Array<number>(ties).fill(0)],
      42,
    );

  test.each([
    ['clear gain', result(10, 1), result(0, 0, 5), true],
    ['no gain', result(5, 5), result(0, 0, 5), false],
    ['gain that breaks what was solved', result(30, 6), result(0, 6), false],
    ['a guard loss that may be chance', result(30, 2), result(1, 2), true],
    ['five wins alone prove nothing', result(5, 0, 20), result(0, 0, 5), false],
    ['six do', result(6, 0), result(0, 0, 5), true],
    ['nothing was asked', result(0, 0), result(0, 0), false],
  ])('%s', (_, overall, guard, expected) => {
    expect(passesGuard({ overall, guard })).toBe(expected);
  });
});
