import { afterEach, beforeEach, expect, test } from 'vitest';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { toyJudge, toyRoles } from '../engines/fixtures/toyRoles.ts';
import { cachedJudge } from '../engines/llm/cachedRoles.ts';
import { MemoryReplyCache } from '../engines/llm/replyCache.ts';
import type { JudgeInput } from '../engines/roles.ts';
import { Workspace } from '../store/workspace.ts';
import { trainOnce } from './fixtures/reviewer.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { recordToyRun, stillClock, toyConfig } from './fixtures/toyTraining.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.open(makeTestFolder(), { clock: stillClock });
});
afterEach(() => workspace.close());

test('an answer that stays the same over the steps of a run is judged once, and keeps its verdict', async () => {
  const judged: JudgeInput[] = [];
  const counting = {
    id: 'counting',
    judge: toyJudge.judge,
    tryJudge: async (input: JudgeInput) => {
      judged.push(input);
      return { judgement: await toyJudge.judge(input), failure: null };
    },
  };
  const cache = new MemoryReplyCache(10_000);
  const judge = cachedJudge(counting, { cache, modelId: 'model', promptVersion: '1', seed: 1 });
  const config = toyConfig({ designer: 'none', outerEpochs: 2, innerEpochs: 4 });
  recordToyRun(workspace, 'toy-1', config);
  const failures: { question: string; prediction: string; reason: string | undefined }[] = [];
  await trainOnce({
    ...{ workspace, runId: 'toy-1', config, roles: { ...toyRoles(), judge } },
    wrapEngines: (engines) =>
      overriddenEngines(engines, {
        runEpisode: async (job, signal) => {
          const result = await engines.runEpisode(job, signal);
          if (job.judges === 'failures')
            for (const { questionId, prediction, judge: verdict, failure } of result.outcomes)
              if (failure !== null)
                failures.push({ question: questionId, prediction, reason: verdict?.reason });
          return result;
        },
      }),
  });
  const different = new Set(failures.map(({ question, prediction }) => `${question} ${prediction}`));
  expect(judged).toHaveLength(different.size);
  expect(failures.length).toBeGreaterThan(2 * different.size);
  expect(failures.every(({ reason }) => reason === 'different')).toBe(true);
});
