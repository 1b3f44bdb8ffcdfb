import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markBadCase, unmarkBadCase } from './badCase.ts';
import { difficulty } from './difficulty.ts';
import { HardCasePool, type Failure, type Outcome, type PoolOptions } from './pool.ts';

const options: PoolOptions = { failureWindow: 100, poolSize: 2000, failureThreshold: 0.5 };

function failure(questionId: string, over: Partial<Failure> = {}): Outcome {
  return {
    failure: {
      runId: 'run',
      traceId: 't',
      questionId,
      question: `Question ${questionId}?`,
      golds: ['gold'],
      category: 4,
      prediction: 'wrong',
      score: 0,
      judge: null,
      step: 0,
      bankHash: 'h',
      diagnosis: 'not_stored',
      chain: { evidence: [], spans: [], needed: null, retrieved: [] },
      ...over,
    },
  };
}

const success = (questionId: string, step: number): Outcome => ({
  success: { questionId, step, score: 1, prediction: 'gold' },
});

const ids = (pool: HardCasePool): string[] => pool.cases.map(({ questionId }) => questionId);

test.each([
  [0, 1, 0.6931],
  [0, 3, 1.3863],
  [0.4, 5, 1.0751],
  [1.2, 5, 0],
])('difficulty of score %d failed %d times is %d (9.3)', (score, failCount, expected) => {
  expect(difficulty({ score, failCount })).toBeCloseTo(expected, 4);
});

describe('HardCasePool', () => {
  test('a second failure counts, and its answer, evidence and step replace the first (9.2)', () => {
    const pool = HardCasePool.create(options).record([
      failure('q1', { question: 'First?', step: 1 }),
      failure('q1', {
        question: 'Changed?',
        golds: ['other'],
        category: 1,
        prediction: 'again',
        score: 0.2,
        step: 4,
        diagnosis: 'not_used',
      }),
    ]);
    expect(pool.get('q1')).toMatchObject({
      question: 'First?',
      golds: ['gold'],
      category: 4,
      prediction: 'again',
      score: 0.2,
      step: 4,
      diagnosis: 'not_used',
      failCount: 2,
      attempts: [
        { step: 1, score: 0, prediction: 'wrong' },
        { step: 4, score: 0.2, prediction: 'again' },
      ],
    });
  });

  test('changes make a new pool and leave the old one as it was', () => {
    const before = HardCasePool.create(options).record([failure('q1')]);
    const after = before.record([failure('q2'), success('q1', 1)]);
    expect([ids(before), ids(after)]).toEqual([['q1'], ['q2']]);
  });

  test('15.2#32 a correct answer later takes the question out of the pool', () => {
    const pool = HardCasePool.create(options).record([failure('q1'), failure('q2'), success('q1', 3)]);
    expect(ids(pool)).toEqual(['q2']);
    expect(pool.record([success('never failed', 4)]).size).toBe(1);
  });

  test('15.2#32 difficulty is normalised by attempts: a question that is sometimes right is less hard', () => {
    const pool = HardCasePool.create(options).record([
      failure('always', { step: 0 }),
      failure('always', { step: 1 }),
      failure('sometimes', { step: 0 }),
      success('sometimes', 1),
      success('sometimes', 2),
      failure('sometimes', { step: 3 }),
    ]);
    const [always, sometimes] = [pool.get('always')!, pool.get('sometimes')!];
    expect([always.failCount, sometimes.failCount]).toEqual([2, 2]);
    expect(sometimes.attempts.map(({ score }) => score)).toEqual([0, 1, 1, 0]);
    expect(pool.difficultyOf(always)).toBeCloseTo(Math.log(3), 12);
    expect(pool.difficultyOf(sometimes)).toBeCloseTo(Math.log(2), 12);
  });

  test('15.2#32 capacity keeps the harder cases, of equal ones the newer', () => {
    const pool = HardCasePool.create({ ...options, poolSize: 2 }).record([
      failure('hard', { step: 0 }),
      failure('hard', { step: 1 }),
      failure('old', { step: 2 }),
      failure('new', { step: 3 }),
      failure('easy', { step: 4, score: 0.4 }),
    ]);
    expect(ids(pool)).toEqual(['hard', 'new']);
  });

  test('a case that did not fail for longer than the window is dropped, at exactly the window it stays', () => {
    const pool = HardCasePool.create(options).record([failure('q1', { step: 0 })]);
    expect(ids(pool.record([failure('q2', { step: 100 })]))).toEqual(['q1', 'q2']);
    expect(ids(pool.record([failure('q2', { step: 101 })]))).toEqual(['q2']);
    const endless = HardCasePool.create({ ...options, failureWindow: 0 }).record([
      failure('q1', { step: 0 }),
    ]);
    expect(endless.record([failure('q2', { step: 9999 })]).size).toBe(2);
  });

  test('15.1#25 cases are keyed by stable question ids: two pools of one run agree, a saved pool goes on', () => {
    const outcomes = [failure('conv_3', { step: 1 }), failure('conv_4', { step: 1 })];
    const straight = HardCasePool.create(options).record([...outcomes, failure('conv_3', { step: 2 })]);
    const saved = JSON.stringify(HardCasePool.create(options).record(outcomes).toRecord());
    const record = JSON.parse(saved) as ReturnType<HardCasePool['toRecord']>;
    const resumed = HardCasePool.create(options, record).record([failure('conv_3', { step: 2 })]);
    expect(resumed.toRecord()).toEqual(straight.toRecord());
    expect(() => straight.record([failure('')])).toThrow('has no id');
  });

  test('15.2#37 two questions with the same words stay two', () => {
    const same = { question: 'What did she buy?' };
    expect(HardCasePool.create(options).record([failure('a_1', same), failure('b_7', same)]).size).toBe(2);
  });

  test('15.2#33 only answers enter: an outcome that is no failure leaves no case', () => {
    expect(
      HardCasePool.create(options)
        .record([success('q1', 0)])
        .toRecord(),
    ).toEqual({ open: [], resolved: [] });
  });

  test("a person's mark survives the next failure", () => {
    const pool = HardCasePool.create(options).record([failure('q1')]);
    const marked = pool.withCase(markBadCase(pool.get('q1')!)).record([failure('q1', { step: 1 })]);
    expect(marked.get('q1')).toMatchObject({ diagnosis: 'bad_case', failCount: 2 });
    const newer = marked.record([failure('q1', { step: 2, diagnosis: 'not_used' })]);
    const back = unmarkBadCase(newer.get('q1')!);
    expect(back).toMatchObject({ diagnosis: 'not_used', failCount: 3 });
    expect(back).not.toHaveProperty('formerDiagnosis');
    expect(pool.withCase({ ...pool.get('q1')!, questionId: 'unknown' })).toBe(pool);
  });

  test('a bad case is neither closed nor dropped for age or room; taken back, the next answer closes it', () => {
    const small = { ...options, failureWindow: 10, poolSize: 1 };
    const pool = HardCasePool.create(small).record([failure('q1')]);
    const marked = pool
      .withCase(markBadCase(pool.get('q1')!))
      .record([success('q1', 1), failure('q2', { step: 50 }), failure('q3', { step: 51 })]);
    expect(marked.cases.map(({ questionId }) => questionId)).toEqual(['q1', 'q3']);
    expect(marked.get('q1')).toMatchObject({ diagnosis: 'bad_case', attempts: [{ step: 0 }, { step: 1 }] });
    expect(
      marked
        .withCase(unmarkBadCase(marked.get('q1')!))
        .record([success('q1', 52)])
        .get('q1'),
    ).toBe(undefined);
  });

  test('a damaged record is refused with its place', () => {
    const { open } = HardCasePool.create(options)
      .record([failure('q1')])
      .toRecord();
    const damaged = { ...open[0]!, score: Number.NaN };
    expect(() => HardCasePool.create(options, { open: [damaged], resolved: [] })).toThrow(
      'open[0] is damaged at "score"',
    );
  });

  test('laws: save and load is the identity; size is bounded; batches do not matter where nothing is dropped', () => {
    const outcome = fc
      .record({ id: fc.integer({ min: 0, max: 8 }), isRight: fc.boolean(), score: fc.constantFrom(0, 0.3) })
      .map(({ id, isRight, score }) => (step: number) => {
        const questionId = `q${id}`;
        return isRight ? success(questionId, step) : failure(questionId, { step, score });
      });
    fc.assert(
      fc.property(
        fc.array(outcome, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (makers, poolSize) => {
          const outcomes = makers.map((make, step) => make(step));
          const small = HardCasePool.create({ ...options, poolSize }).record(outcomes);
          expect(small.size).toBeLessThanOrEqual(poolSize);
          expect(HardCasePool.create(small.options, small.toRecord()).toRecord()).toEqual(small.toRecord());
          const whole = HardCasePool.create(options).record(outcomes);
          const oneByOne = outcomes.reduce((pool, one) => pool.record([one]), HardCasePool.create(options));
          expect(oneByOne.toRecord()).toEqual(whole.toRecord());
        },
      ),
      { seed: 1 },
    );
  });
});
