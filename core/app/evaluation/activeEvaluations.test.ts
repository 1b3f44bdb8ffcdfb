import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { sampleEvaluation } from '../../store/sampleRecords.ts';
import { Workspace } from '../../store/workspace.ts';
import type { StudioParts } from '../openTraining.ts';
import { ActiveEvaluations } from './activeEvaluations.ts';
import type { OpenedEvaluation } from './openEvaluation.ts';

const RESULTS: Awaited<ReturnType<OpenedEvaluation['measure']>> = {
  questions: [],
  results: {
    questions: 0,
    f1: { mean: 0, interval: [0, 0] },
    exactMatch: 0,
    judge: null,
    byCategory: [],
    evidenceRecall: null,
    spans: 0,
    memoriesPerTrace: null,
    memoriesPerSpan: null,
    contextCharacters: 0,
    cachedTraces: 0,
    seconds: 0,
  },
};

async function openActive() {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-active-'));
  const workspace = await Workspace.open(folder, { clock: systemClock });
  onTestFinished(async () => {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  });
  // Nothing else of the parts is used by an evaluation that is open already.
  const parts = { workspace, clock: systemClock } as StudioParts;
  const active = new ActiveEvaluations(parts, () => undefined);
  const measuring: string[] = [];
  const begin = (id: string) => {
    const done = Promise.withResolvers<undefined>();
    const evaluation = sampleEvaluation({ id });
    workspace.evaluations.put(evaluation);
    active.begin({
      evaluation,
      units: 1,
      measure: async () => {
        measuring.push(id);
        await done.promise;
        return RESULTS;
      },
      close: async () => void measuring.push(`closed ${id}`),
    });
    return done;
  };
  return { active, begin, measuring };
}

const NEVER = new AbortController().signal;

test('one is measured after the other', async () => {
  const { active, begin, measuring } = await openActive();
  const [first, second] = [begin('e1'), begin('e2')];
  await expect.poll(() => measuring).toEqual(['e1']);
  expect(active.ongoing.map(({ evaluationId }) => evaluationId)).toEqual(['e1', 'e2']);
  first.resolve(undefined);
  await expect.poll(() => measuring).toEqual(['e1', 'closed e1', 'e2']);
  second.resolve(undefined);
  expect(await active.wait('e2', NEVER)).toMatchObject({ status: 'done' });
  expect(active.ongoing).toEqual([]);
});

test('one that waits is given up at once, and one that fails lets the next begin', async () => {
  const { active, begin, measuring } = await openActive();
  const first = begin('e1');
  begin('e2');
  const third = begin('e3');
  expect(await active.cancel('e2')).toMatchObject({ status: 'cancelled', message: null });
  expect(measuring).toEqual(['e1', 'closed e2']);
  first.reject(new Error('broken'));
  await expect(active.wait('e1', NEVER)).rejects.toThrow('broken');
  third.resolve(undefined);
  expect(await active.wait('e3', NEVER)).toMatchObject({ status: 'done' });
  await expect(active.wait('e2', NEVER)).rejects.toMatchObject({ code: 'CANCELLED' });
});
