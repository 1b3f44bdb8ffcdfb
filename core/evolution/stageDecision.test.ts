import { describe, expect, test } from 'vitest';
import { createRng } from '../shared/rng.ts';
import { decideStage, INITIAL_STAGE_STATE, stageStateSchema, tailMean } from './stageDecision.ts';
import type { StageConfig, StageDecision, StageEnd, StageState } from './stageDecision.ts';

const CONFIG: StageConfig = {
  stageRewardFraction: 0.25,
  stageComparison: 'paired',
  patience: 2,
  maxEvolutions: 20,
  outerEpochs: 10,
  designer: 'builtin',
  rollsBack: true,
  seed: 42,
};

const REFERENCE: StageConfig = { ...CONFIG, stageComparison: 'reference' };

/** Scores of `count` questions, spread around `mean` in the same way for every stage, plus noise of its own. */
function scores(mean: number, noise = 0, stage = 0, count = 200): Record<string, number> {
  const rng = createRng(7, 'stage', stage);
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`q${at}`, mean + ((at % 5) - 2) / 20 + noise * rng.normal()]),
  );
}

function end(stage: number, bank: string, overrides: Partial<StageEnd> = {}): StageEnd {
  return { stage, version: stage, bankHash: bank, rewards: [0.5], questionScores: scores(0.5), ...overrides };
}

/** Decides on stages one after the other. */
function decideAll(ends: readonly StageEnd[], config: StageConfig = CONFIG): StageDecision[] {
  let state: StageState = INITIAL_STAGE_STATE;
  return ends.map((stageEnd) => {
    const decision = decideStage(state, stageEnd, config);
    state = decision.state;
    return decision;
  });
}

describe('tailMean', () => {
  test('of 100 rewards with fraction 0.25 it is the mean of the last 25 (reference 11.1)', () => {
    const rewards = Array.from({ length: 100 }, (_, at) => (at >= 75 ? at : -1000));
    expect(tailMean(rewards, 0.25)).toBe(87);
  });

  test.each([
    [[1, 2, 3], 0.25, 3],
    [[1, 2, 3, 4, 5], 0.25, 4.5],
    [[1, 2, 3], 1, 2],
    [[4], 0.25, 4],
    [[1, 2], 1e-20, 2],
  ])('%j, fraction %d: %d', (rewards, fraction, expected) => {
    expect(tailMean(rewards, fraction)).toBe(expected);
  });

  test('without rewards there is none', () => {
    expect(() => tailMean([], 0.25)).toThrow('at least one step');
  });
});

describe('paired mode', () => {
  test('the first stage is the best so far and has nothing to be compared with', () => {
    const [first] = decideAll([end(0, 'a')]);
    expect(first).toMatchObject({
      outcome: 'first',
      comparison: null,
      isNewBest: true,
      rollback: null,
      stop: null,
      mayEvolve: true,
    });
  });

  test('a clear gain is a new best', () => {
    const [, second] = decideAll([end(0, 'a'), end(1, 'b', { questionScores: scores(0.53, 0.1, 1) })]);
    expect(second).toMatchObject({ outcome: 'better', isNewBest: true, rollback: null });
    expect(second!.comparison!.mean).toBeCloseTo(0.03, 2);
    expect(second!.state.best).toMatchObject({ stage: 1, version: 1, bankHash: 'b' });
  });

  test('a clear loss goes back to the best version', () => {
    const [, second] = decideAll([end(0, 'a'), end(1, 'b', { questionScores: scores(0.45, 0.1, 1) })]);
    expect(second).toMatchObject({ outcome: 'worse', isNewBest: false, rollback: { stage: 0, version: 0 } });
    expect(second!.comparison!.interval[1]).toBeLessThan(0);
  });

  test('15.2#28 one lucky stage does not block later ones, and noise rolls nothing back', () => {
    // Half of the questions 0.3 better, half 0.3 worse, plus a shift well inside the standard error of 0.021.
    const noisy = (shift: number): Record<string, number> =>
      Object.fromEntries(
        Object.entries(scores(0.5)).map(([id, score], at) => [
          id,
          score + (at % 2 === 0 ? 0.3 : -0.3) + shift,
        ]),
      );
    for (const shift of [-0.01, 0, 0.01]) {
      const [, second] = decideAll([end(0, 'a'), end(1, 'b', { questionScores: noisy(shift) })]);
      expect(second!.comparison!.mean).toBeCloseTo(shift, 12);
      expect(second).toMatchObject({ outcome: 'undecided', isNewBest: false, rollback: null });
      expect(second!.state.best!.version).toBe(0);
    }
  });

  test('15.2#28 the reward on training questions decides nothing', () => {
    const [, second] = decideAll([
      end(0, 'a', { rewards: [0.1] }),
      end(1, 'b', { rewards: [0.9], questionScores: scores(0.45, 0.1, 1) }),
    ]);
    expect(second).toMatchObject({ reward: 0.9, outcome: 'worse' });
  });

  test('15.2#28 the best bank is measured anew while the controller learns', () => {
    const [, second, third] = decideAll([
      end(0, 'a'),
      end(1, 'a', { questionScores: scores(0.52) }),
      end(2, 'b', { questionScores: scores(0.51) }),
    ]);
    expect(second).toMatchObject({ outcome: 'better' });
    // Better than the first measurement of bank a, not than the one the controller had reached by then.
    expect(third).toMatchObject({ outcome: 'worse', rollback: { stage: 1, version: 1 } });
  });

  test('the bar for a changed bank is one standard error', () => {
    const base = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`q${at}`, 0.5]));
    const gains = (wins: number): Record<string, number> =>
      Object.fromEntries(Object.keys(base).map((id, at) => [id, 0.5 + (at < wins ? 0.1 : -0.1)]));
    const outcome = (wins: number): string =>
      decideAll([end(0, 'a', { questionScores: base }), end(1, 'b', { questionScores: gains(wins) })])[1]!
        .outcome;
    // 6 wins of 10: mean 0.02, standard error 0.1 sqrt(0.96 / 10) = 0.031. 7 wins: 0.04 against 0.029.
    expect([5, 6, 7, 10].map(outcome)).toEqual(['undecided', 'undecided', 'better', 'better']);
    // Worse is a 97.5 % matter: with 1 win of 10 a resample has at most 3 wins that often, with 2 up to 5 (a tie).
    expect([0, 1, 2, 3].map(outcome)).toEqual(['worse', 'worse', 'undecided', 'undecided']);
  });

  test('small losses that add up are found out, since the yardstick stays the best version', () => {
    const losing = [0.499, 0.498, 0.49].map((mean, at) =>
      end(at + 1, `b${at}`, { questionScores: scores(mean, 0.02, at + 1) }),
    );
    const outcomes = decideAll([end(0, 'a'), ...losing], { ...CONFIG, patience: 9 }).map(
      ({ outcome }) => outcome,
    );
    expect(outcomes.at(-1)).toBe('worse');
  });

  test('another selection set cannot be compared', () => {
    const fewer = Object.fromEntries(Object.entries(scores(0.5)).filter(([id]) => id !== 'q0'));
    expect(() => decideAll([end(0, 'a'), end(1, 'b', { questionScores: fewer })])).toThrow(
      '"q0" was not scored in stage 1',
    );
    const more = { ...scores(0.5), other: 1 };
    expect(() => decideAll([end(0, 'a'), end(1, 'b', { questionScores: more })])).toThrow(
      'different selection sets',
    );
  });
});

describe('reference mode', () => {
  test('the tail mean has to be strictly greater (reference 11.2)', () => {
    const stages = (reward: number): StageDecision =>
      decideAll([end(0, 'a'), end(1, 'b', { rewards: [reward], questionScores: {} })], REFERENCE)[1]!;
    expect(stages(0.5)).toMatchObject({
      outcome: 'worse',
      rollback: { stage: 0, version: 0 },
      comparison: null,
    });
    expect(stages(0.5000001)).toMatchObject({ outcome: 'better', rollback: null });
  });

  test('training the best bank further is nothing to go back from', () => {
    const [, second] = decideAll([end(0, 'a'), end(1, 'a', { rewards: [0.4] })], REFERENCE);
    expect(second).toMatchObject({ outcome: 'undecided', rollback: null });
  });
});

describe('stopping', () => {
  const worse = (stage: number, bank: string): StageEnd =>
    end(stage, bank, { questionScores: scores(0.4, 0.02, stage) });

  test('15.1#9 early stopping ends on the best version, not on the bank that just failed', () => {
    const decisions = decideAll([end(0, 'a'), worse(1, 'b'), worse(2, 'c')]);
    expect(decisions[1]).toMatchObject({ stop: null, mayEvolve: true });
    expect(decisions[2]).toMatchObject({
      stop: 'patience',
      rollback: { stage: 0, version: 0 },
      mayEvolve: false,
    });
  });

  test('15.1#9 also when the last bank is merely undecided', () => {
    const decisions = decideAll([end(0, 'a'), end(1, 'b'), end(2, 'c')]);
    expect(decisions[1]).toMatchObject({ outcome: 'undecided', rollback: null });
    expect(decisions[2]).toMatchObject({
      outcome: 'undecided',
      stop: 'patience',
      rollback: { stage: 0, version: 0 },
    });
  });

  test('15.1#10 nothing evolves after the last stage, and the run ends on the best version', () => {
    const config = { ...CONFIG, outerEpochs: 2 };
    const [first, last] = decideAll([end(0, 'a'), end(1, 'b')], config);
    expect(first).toMatchObject({ stop: null, mayEvolve: true });
    expect(last).toMatchObject({ stop: 'last_stage', mayEvolve: false, rollback: { stage: 0, version: 0 } });
    expect(last!.state.evolutions).toBe(1);
  });

  test('15.1#27 a run that stopped early stays stopped when it is resumed from what was saved', () => {
    const { state } = decideAll([end(0, 'a'), worse(1, 'b'), worse(2, 'c')])[2]!;
    const resumed = stageStateSchema.parse(JSON.parse(JSON.stringify(state)));
    expect(resumed).toEqual(state);
    expect(() => decideStage(resumed, end(3, 'a'), CONFIG)).toThrow(
      'The run stopped after stage 2 (patience)',
    );
  });

  test('15.2#30 stages in which nothing was changed do not use up patience', () => {
    const unchanged = decideAll([end(0, 'a'), worse(1, 'b'), end(2, 'a'), end(3, 'a'), end(4, 'a')]);
    expect(unchanged.map(({ state }) => state.withoutImprovement)).toEqual([0, 1, 1, 1, 1]);
    expect(unchanged.at(-1)).toMatchObject({ stop: null });
    // The same undecided bank trained for another stage is no new attempt either.
    const kept = decideAll([end(0, 'a'), end(1, 'b'), end(2, 'b')]);
    expect(kept.at(-1)).toMatchObject({ stop: null, state: { withoutImprovement: 1 } });
  });

  test('an improvement makes patience whole again', () => {
    const decisions = decideAll([
      end(0, 'a'),
      worse(1, 'b'),
      end(2, 'c', { questionScores: scores(0.6) }),
      worse(3, 'd'),
    ]);
    expect(decisions.map(({ state }) => state.withoutImprovement)).toEqual([0, 1, 0, 1]);
  });

  test('15.2#29 what a rollback restores is named by stage: bank, controller and optimiser of its end', () => {
    const decisions = decideAll([
      end(0, 'a'),
      end(1, 'b', { version: 4, questionScores: scores(0.6) }),
      end(2, 'c', { version: 7, questionScores: scores(0.5) }),
    ]);
    expect(decisions[2]!.rollback).toEqual({ stage: 1, version: 4 });
  });

  test('evolutions are counted and used up', () => {
    const decisions = decideAll([end(0, 'a'), end(1, 'a'), end(2, 'a')], { ...CONFIG, maxEvolutions: 2 });
    expect(decisions.map(({ stop, mayEvolve }) => [stop, mayEvolve])).toEqual([
      [null, true],
      [null, true],
      ['max_evolutions', false],
    ]);
  });

  test('without a designer a run goes its whole length', () => {
    const config = { ...CONFIG, designer: 'none' as const, maxEvolutions: 0, outerEpochs: 3 };
    const decisions = decideAll([end(0, 'a'), end(1, 'a'), end(2, 'a')], config);
    expect(decisions.map(({ stop, mayEvolve }) => [stop, mayEvolve])).toEqual([
      [null, false],
      [null, false],
      ['last_stage', false],
    ]);
  });
});

test('15.1#16 the history tells an equal score from a loss and an unchanged stage from an attempt', () => {
  const decisions = decideAll([end(0, 'a'), end(1, 'b'), end(2, 'b')]);
  const history = decisions[2]!.state.history;
  expect(history.map(({ isBankChanged }) => isBankChanged)).toEqual([false, true, false]);
  expect(history[1]!.score).toBe(history[1]!.baseScore);
  expect(history[1]).toMatchObject({ outcome: 'undecided', isRolledBack: false });
  // The first stage is compared with itself, not with -1 or 0.
  expect(history[0]!.score).toBe(history[0]!.baseScore);
});

test('decisions are pure: the state that goes in is not changed, and the same input gives the same output', () => {
  const state = decideAll([end(0, 'a')])[0]!.state;
  const before = JSON.stringify(state);
  const stageEnd = end(1, 'b', { questionScores: scores(0.51, 0.2, 1) });
  expect(decideStage(state, stageEnd, CONFIG)).toEqual(decideStage(state, stageEnd, CONFIG));
  expect(JSON.stringify(state)).toBe(before);
});

test('a run that does not roll back goes on with what it has, and ends on it', () => {
  const ends = [end(0, 'a'), end(1, 'b', { questionScores: scores(0.1) })];
  expect(decideAll(ends).at(-1)).toMatchObject({ outcome: 'worse', rollback: { version: 0 } });
  const kept = decideAll(ends, { ...CONFIG, rollsBack: false, outerEpochs: 2 }).at(-1);
  expect(kept).toMatchObject({ outcome: 'worse', stop: 'last_stage', rollback: null });
});
