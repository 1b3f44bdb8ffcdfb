import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { sampleRun } from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function openTest(): Promise<Workspace> {
  const workspace = await Workspace.open(makeTestFolder(), { clock: fixedClock() });
  onTestFinished(() => workspace.close());
  for (const id of ['run-1', 'run-2']) workspace.runs.put(sampleRun({ id }));
  return workspace;
}

test('metrics are listed by step, replaced, and forgotten after a step', async () => {
  const { metrics } = await openTest();
  const row = (step: number, reward: number) => ({
    runId: 'run-1',
    step,
    stage: 0,
    values: { 'reward/mean': reward },
  });
  for (const step of [3, 1, 2, 4]) metrics.put(row(step, step / 10));
  metrics.put({ ...row(2, 9), runId: 'run-2' });
  metrics.put(row(3, 0.7));
  expect(metrics.list('run-1')).toEqual([row(1, 0.1), row(2, 0.2), row(3, 0.7), row(4, 0.4)]);
  expect(metrics.list('run-1', 3)).toEqual([row(3, 0.7), row(4, 0.4)]);
  expect(metrics.list('run-2')).toHaveLength(1);
  expect(() => metrics.put(row(5, Number.POSITIVE_INFINITY))).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
});

test('scores of single questions are kept step by step, to the last bit, and replaced', async () => {
  const { questionScores } = await openTest();
  const row = (step: number, score: number) => ({
    runId: 'run-1',
    step,
    episodes: [
      { questionIds: ['a', 'b'], scores: [score, 0] },
      { questionIds: [], scores: [] },
    ],
  });
  questionScores.put(row(2, 0.1 + 0.2));
  questionScores.put(row(0, 1));
  questionScores.put(row(0, 1 / 3));
  questionScores.put({ ...row(0, 1), runId: 'run-2' });
  expect([...questionScores.each('run-1')]).toEqual([row(0, 1 / 3), row(2, 0.1 + 0.2)]);
  expect([...questionScores.each('none')]).toEqual([]);
  expect(() => questionScores.put(row(1, Number.NaN))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

test('any JSON document comes back as the state of a run, numbers to the last bit', async () => {
  const { runState } = await openTest();
  expect(runState.get('run-1')).toBeNull();
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      const expected: unknown = JSON.parse(JSON.stringify(document));
      runState.put('run-1', document);
      expect(runState.get('run-1')).toEqual(expected);
    }),
    { seed: 1, numRuns: 100 },
  );
  runState.put('run-1', { loss: 0.1 + 0.2, tiny: 5e-324, large: Number.MAX_VALUE });
  expect(runState.get('run-1')).toEqual({ loss: 0.30000000000000004, tiny: 5e-324, large: Number.MAX_VALUE });
  expect(() => runState.put('run-1', { loss: Number.NaN })).toThrow(
    'state of run run-1 has the number NaN at key loss, which JSON cannot hold.',
  );
  runState.delete('run-1');
  expect(runState.get('run-1')).toBeNull();
});

test('memories keep their order by trace, are replaced by id, and go by trace or run', async () => {
  const { memories } = await openTest();
  const memory = (traceId: string, id: string, text = id) => ({
    id,
    runId: 'run-1',
    traceId,
    text,
    details: { span: 1 },
  });
  memories.putMany([memory('t2', 'm9'), memory('t2', 'm1'), memory('t1', 'm1')]);
  memories.putMany([memory('t2', 'm9', 'merged'), memory('t2', 'm2')]);
  memories.putMany([{ ...memory('t1', 'm1'), runId: 'run-2' }]);
  const ids = (where: { runId: string; traceId?: string }) =>
    memories.list(where).map((one) => `${one.traceId} ${one.text}`);
  expect(ids({ runId: 'run-1' })).toEqual(['t1 m1', 't2 merged', 't2 m1', 't2 m2']);
  expect(memories.list({ runId: 'run-1', traceId: 't2' })[0]).toEqual(memory('t2', 'm9', 'merged'));
  memories.delete({ runId: 'run-1', traceId: 't2' });
  expect(ids({ runId: 'run-1' })).toEqual(['t1 m1']);
  memories.delete({ runId: 'run-1' });
  expect(ids({ runId: 'run-1' })).toEqual([]);
  expect(ids({ runId: 'run-2' })).toEqual(['t1 m1']);
});

test('many memories with a bad one are not put at all', async () => {
  const { memories } = await openTest();
  const good = { id: 'm1', runId: 'run-1', traceId: 't', text: 'x', details: {} };
  expect(() => memories.putMany([good, { ...good, id: '' }])).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }),
  );
  expect(memories.list({ runId: 'run-1' })).toEqual([]);
});

test('a deleted run takes its metrics, scores, state and memories with it; a run that is not there has none', async () => {
  const { runs, metrics, questionScores, runState, memories } = await openTest();
  metrics.put({ runId: 'run-1', step: 1, stage: 0, values: {} });
  questionScores.put({ runId: 'run-1', step: 1, episodes: [] });
  runState.put('run-1', {});
  memories.putMany([{ id: 'm1', runId: 'run-1', traceId: 't', text: 'x', details: {} }]);
  runs.delete('run-1');
  expect([metrics.list('run-1'), [...questionScores.each('run-1')]]).toEqual([[], []]);
  expect([runState.get('run-1'), memories.list({ runId: 'run-1' })]).toEqual([null, []]);
  expect(() => runState.put('run-1', {})).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
});
