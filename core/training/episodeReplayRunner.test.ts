import { expect, test } from 'vitest';
import type { EpisodeJob } from '../engines/episode.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { KEEP_PETS, toyRoles, toyTrace } from '../engines/fixtures/toyRoles.ts';
import { evidenceSpans } from '../engines/spanLimit.ts';
import { LocalEngines } from '../engines/localEngines.ts';
import { replayChange, type ReplayQuestion } from '../evolution/replay.ts';
import { applyChange } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { EpisodeReplayRunner } from './episodeReplayRunner.ts';
import { toyConfig } from './fixtures/toyTraining.ts';

const TRACES = [toyTrace('a', 6), toyTrace('b', 6)];
const SEEDS = seedSkills({ skipNoop: false });

function questions(...ids: string[]): ReplayQuestion[] {
  return TRACES.flatMap(({ id: traceId, questions: all }) =>
    all
      .filter(({ id }) => ids.includes(id))
      .map(({ id, text, golds }) => ({ questionId: id, traceId, question: text, golds })),
  );
}

async function replay(replaySpans: 'all' | 'evidence') {
  const config = toyConfig({ selection: 'random', k: 5, replaySpans });
  const engines = new LocalEngines({ config, source: { kind: 'held', traces: TRACES } }, toyRoles());
  const jobs: EpisodeJob[] = [];
  const watched = overriddenEngines(engines, {
    runEpisode: (job) => {
      jobs.push(job);
      return engines.runEpisode(job);
    },
  });
  const measured = await replayChange({
    runner: new EpisodeReplayRunner({ engines: watched, config }),
    changes: [KEEP_PETS],
    oldSkills: SEEDS,
    newSkills: applyChange(SEEDS, KEEP_PETS, { origin: 'designer', maxSkills: 30 }),
    selection: { affected: questions('a_1', 'b_3'), guard: questions('a_8') },
    seed: 1,
  });
  return { measured, jobs };
}

test('evidence is looked for in the spans that hold it, and everywhere where nobody knows', () => {
  const [trace] = TRACES;
  if (trace === undefined) return expect.unreachable();
  expect(evidenceSpans(trace, ['a_1', 'a_8', 'of another trace'])).toEqual([0, 4]);
  const unknown = {
    ...trace,
    questions: trace.questions.map((one) => (one.id === 'a_1' ? { ...one, evidence: [] } : one)),
  };
  expect(evidenceSpans(unknown, ['a_1', 'a_8'])).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a limited replay reads the same spans on both sides, says how many, and finds the same difference', async () => {
  const whole = await replay('all');
  expect(whole.measured.spans).toBeNull();
  const limited = await replay('evidence');
  const { spans, affected, guard } = limited.measured;
  expect(spans).toEqual({ read: 3, total: 12 });
  const byTrace = Map.groupBy(limited.jobs, ({ traceId }) => traceId);
  for (const [traceId, [old, fresh]] of byTrace) {
    expect(old?.spans?.otherBank).toHaveLength(SEEDS.length + 1);
    expect(fresh?.spans?.otherBank).toBeNull();
    expect([old?.spans?.always, fresh?.spans?.always]).toEqual(['evidence', traceId === 'a' ? [0, 4] : [1]]);
  }
  expect({ affected, guard }).toEqual({
    affected: whole.measured.affected,
    guard: whole.measured.guard,
  });
  expect(affected.wins).toBe(2);
});
