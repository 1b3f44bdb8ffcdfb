import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runConfigSchema } from '../config/schema.ts';
import { Policy } from '../controller/policy.ts';
import { initialWeights } from '../controller/weights.ts';
import { createRng } from '../shared/rng.ts';
import { seedSkills } from '../skills/seeds.ts';
import { runEpisode, type EpisodeContext, type EpisodeJob, type EpisodeResult } from './episode.ts';
import { KEEP_PETS, toyEmbedder, toyRoles, toyTrace } from './fixtures/toyRoles.ts';

const DAYS = 6;
const TRACE = toyTrace('a', DAYS);
const SEEDS = seedSkills({ skipNoop: false });
const PETS = { ...KEEP_PETS.skill, origin: 'designer', isPinned: false } as const;
const DIMS = { state: 2 * toyEmbedder.dimension, skill: toyEmbedder.dimension, hidden: 8 };
const ALL = TRACE.spans.map(({ index }) => index);

function context(k = 2): EpisodeContext {
  const weights = initialWeights(DIMS, 'mlp', createRng('span limit test'));
  const config = { ...runConfigSchema.parse({}), hiddenDim: 8, k };
  return { trace: TRACE, roles: toyRoles(), policy: Policy.create(weights), config };
}

function run(options: Partial<EpisodeJob>, k?: number): Promise<EpisodeResult> {
  const job: EpisodeJob = {
    traceId: TRACE.id,
    skills: SEEDS,
    selection: 'greedy',
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [1],
    questionIds: TRACE.questions.map(({ id }) => id),
    memoriesPerQuestion: 20,
    hidesNoop: true,
    judges: 'reward',
    returnsMemories: true,
    ...options,
  };
  return runEpisode(job, context(k));
}

test('reading every span is the episode without a limit', async () => {
  const whole = await run({});
  expect(whole.readSpans).toEqual(ALL);
  expect(await run({ spans: { always: ALL, otherBank: null } })).toEqual(whole);
});

test('spans that are not named are passed over as if they were not there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(ALL), async (always) => {
      const { readSpans, selections, memories } = await run({ spans: { always, otherBank: null } });
      expect(readSpans).toEqual(always);
      expect(selections).toHaveLength(always.length);
      expect((memories ?? []).every(({ spanIndex }) => always.includes(spanIndex))).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('a span is also read where the other bank would have other skills selected', async () => {
  // All of a bank that is not larger than K are selected: with one skill more, that one too, for every span.
  const grown = await run({ spans: { always: [], otherBank: [...SEEDS, PETS] } }, 8);
  expect(grown.readSpans).toEqual(ALL);
  const same = await run({ spans: { always: [2], otherBank: SEEDS.map((skill) => ({ ...skill })) } }, 8);
  expect(same.readSpans).toEqual([2]);
  const forced = await run({
    forcedSkills: ['delete'],
    spans: { always: [], otherBank: SEEDS },
  });
  expect(forced.readSpans).toEqual([]);
});

test('it is read exactly where the greedy choices from the two banks differ', async () => {
  const always = [0, 3];
  const { readSpans } = await run({ spans: { always, otherBank: [...SEEDS, PETS] } });
  // Read again, the same spans are chosen from both banks with the same memories: they differ there, and nowhere else.
  const old = await run({ spans: { always: readSpans, otherBank: null } });
  const names = (one: EpisodeResult, at: number): string[] => [...(one.selections[at] ?? [])].sort();
  for (const [at, index] of readSpans.entries()) {
    if (always.includes(index)) continue;
    const before = await run({ spans: { always: readSpans.slice(0, at), otherBank: null } });
    expect(before.memories?.length).toBeLessThanOrEqual(old.memories?.length ?? 0);
    const fresh = await run({
      skills: [...SEEDS, PETS],
      spans: { always: readSpans, otherBank: null },
    });
    expect(names(fresh, at)).not.toEqual(names(old, at));
  }
});

test('a random selector tells nothing about a span', async () => {
  const { readSpans } = await run({
    selection: 'random',
    spans: { always: [1], otherBank: [...SEEDS, PETS] },
  });
  expect(readSpans).toEqual([1]);
});
