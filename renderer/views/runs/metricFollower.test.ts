import { expect, test } from 'vitest';
import type { MetricRow } from '../../../core/contract/run.ts';
import { AppError } from '../../../core/shared/errors.ts';
import { MetricFollower } from './metricFollower.ts';

const row = (runId: string, step: number): MetricRow => ({
  runId,
  step,
  stage: 0,
  values: { 'reward/mean': step },
});

/** Runs with so many finished steps each, a follower of them, and what it asked and showed. */
function setUp(steps: Record<string, number>) {
  const asked: string[] = [];
  const shown: string[] = [];
  const errors: unknown[] = [];
  let failure: AppError | null = null;
  const follower = new MetricFollower({
    ask: async (runId, fromStep) => {
      asked.push(`${runId} from ${fromStep}`);
      if (failure !== null) throw failure;
      const count = steps[runId] ?? 0;
      return Array.from({ length: Math.max(count - fromStep, 0) }, (_, at) => row(runId, fromStep + at));
    },
    onNews: ({ runId, rows, isAnew }) =>
      shown.push(`${runId}${isAnew ? ':' : ' +'} ${rows.map(({ step }) => step).join(' ')}`),
    onError: (error) => errors.push(error),
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const follow = async (runId: string, step: number, connection = 'first'): Promise<void> => {
    follower.follow({ runId, step, connection });
    await settle();
  };
  const fail = (error: AppError | null): void => {
    failure = error;
  };
  return { asked, shown, errors, steps, follow, follower, settle, fail };
}

test('asks for what is new only', async () => {
  const { asked, shown, steps, follow } = setUp({ a: 2 });
  await follow('a', 2);
  await follow('a', 2);
  steps['a'] = 4;
  await follow('a', 4);
  expect(asked).toEqual(['a from 0', 'a from 2']);
  expect(shown).toEqual(['a: 0 1', 'a + 2 3']);
});

test('a run without steps is asked once', async () => {
  const { asked, shown, follow } = setUp({ a: 0 });
  await follow('a', 0);
  await follow('a', 0);
  expect(asked).toEqual(['a from 0']);
  expect(shown).toEqual(['a: ']);
});

test('an answer ahead of the report is kept', async () => {
  const { asked, follow } = setUp({ a: 5 });
  await follow('a', 3);
  await follow('a', 4);
  expect(asked).toEqual(['a from 0']);
});

test('everything anew for another run, another connection, and after a way back', async () => {
  const { asked, shown, steps, follow } = setUp({ a: 3, b: 1 });
  await follow('a', 3);
  await follow('b', 1);
  await follow('b', 1, 'second');
  await follow('a', 3, 'second');
  steps['a'] = 1;
  await follow('a', 1, 'second');
  expect(asked).toEqual(['a from 0', 'b from 0', 'b from 0', 'a from 0', 'a from 0']);
  expect(shown.at(-1)).toBe('a: 0');
});

test('an answer for a run that is followed no longer is dropped', async () => {
  const { shown, asked, follower, settle } = setUp({ a: 1, b: 2 });
  follower.follow({ runId: 'a', step: 1, connection: 'first' });
  follower.follow({ runId: 'b', step: 2, connection: 'first' });
  await settle();
  expect(asked).toEqual(['a from 0', 'b from 0']);
  expect(shown).toEqual(['b: 0 1']);
});

test('a run that is further than its metrics is not asked for ever', async () => {
  const { asked, follow } = setUp({ a: 1 });
  await follow('a', 4);
  expect(asked).toEqual(['a from 0', 'a from 1']);
});

test('after a failure it is asked again when the run goes on', async () => {
  const { asked, errors, shown, follow, fail } = setUp({ a: 2 });
  fail(new AppError('UNAVAILABLE', 'Gone.'));
  await follow('a', 1);
  fail(null);
  await follow('a', 2);
  expect(errors).toHaveLength(1);
  expect(asked).toEqual(['a from 0', 'a from 0']);
  expect(shown).toEqual(['a: 0 1']);
});
