import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runConfigSchema, type RunConfig } from '../config/schema.ts';
import type { MemoryAction } from '../contract/hardCase.ts';
import { jointLogProbability } from '../controller/categorical.ts';
import { biasedLogits } from '../controller/explorationBias.ts';
import { Policy } from '../controller/policy.ts';
import { initialWeights } from '../controller/weights.ts';
import { AppError } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';
import { candidates } from '../skills/skillBank.ts';
import { seedSkills } from '../skills/seeds.ts';
import { skillText } from '../skills/skillText.ts';
import { runEpisode, type EpisodeContext, type EpisodeJob, type EpisodeRoles } from './episode.ts';
import { FORGET_ALL, KEEP_PETS, toyEmbedder, toyRoles, toyTrace } from './fixtures/toyRoles.ts';
import { LocalEngines } from './localEngines.ts';
import type { ExecutorInput, ExecutorOutput } from './roles.ts';

const TRACE = toyTrace('a', 5);
const SEEDS = seedSkills({ skipNoop: false });
const PETS = { ...KEEP_PETS.skill, origin: 'designer', isPinned: false } as const;
const BANK = [...SEEDS, PETS];
const DIMS = { state: 2 * toyEmbedder.dimension, skill: toyEmbedder.dimension, hidden: 8 };
const WEIGHTS = initialWeights(DIMS, 'mlp', createRng('episode test'));

function config(options: Partial<RunConfig> = {}): RunConfig {
  return { ...runConfigSchema.parse({}), hiddenDim: 8, k: 2, ...options };
}

function job(options: Partial<EpisodeJob> = {}): EpisodeJob {
  return {
    traceId: TRACE.id,
    skills: BANK,
    selection: 'greedy',
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [1, 'test'],
    questionIds: TRACE.questions.map(({ id }) => id),
    memoriesPerQuestion: 20,
    hidesNoop: false,
    judges: 'failures',
    returnsMemories: false,
    ...options,
  };
}

function context(options: Partial<EpisodeContext> = {}): EpisodeContext {
  return { trace: TRACE, roles: toyRoles(), policy: Policy.create(WEIGHTS), config: config(), ...options };
}

/** Roles whose executor answers each span, by its number, and keeps what it was shown. */
function scripted(answer: (input: ExecutorInput, call: number) => Partial<ExecutorOutput>): {
  readonly roles: EpisodeRoles;
  readonly shown: ExecutorInput[];
} {
  const shown: ExecutorInput[] = [];
  const execute = async (input: ExecutorInput): Promise<ExecutorOutput> => {
    shown.push(input);
    return { actions: [], failure: null, ...answer(input, shown.length - 1) };
  };
  return { shown, roles: { ...toyRoles(), executor: { id: 'scripted', execute } } };
}

const insert = (text: string): MemoryAction => ({ type: 'insert', text, skill: 'insert' });

/** Only the insert seed, so that every span selects exactly it. */
const INSERT_ONLY = { skills: SEEDS.filter(({ type }) => type === 'insert') };

test('a reward is the mean score of the questions: the insert seed stores plans and no pets', async () => {
  const result = await runEpisode(job(INSERT_ONLY), context());
  expect(result.reward).toBe(0.5);
  expect(result.memoryCount).toBe(5);
  expect(result.outcomes.map(({ score }) => score)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  const withPets = await runEpisode(job({ skills: [...INSERT_ONLY.skills, PETS] }), context());
  expect(withPets.reward).toBe(1);
});

test('a wrong answer comes with its diagnosis and chain, a right one without', async () => {
  const { outcomes } = await runEpisode(job(INSERT_ONLY), context());
  expect(outcomes[0]).toMatchObject({ questionId: 'a_0', prediction: 'towna0', failure: null, judge: null });
  expect(outcomes[1]).toMatchObject({
    questionId: 'a_1',
    score: 0,
    judge: { score: 0, reason: 'different' },
  });
  expect(outcomes[1]?.failure?.chain).toMatchObject({
    evidence: [{ turnId: 'D0:1', spanIndex: 0 }],
    spans: [{ spanIndex: 0, skills: [{ name: 'insert', probability: 1 }] }],
  });
  expect(outcomes[1]?.failure?.chain.retrieved).toHaveLength(5);
});

test('only the questions of the job are asked, in the order of the file', async () => {
  const { outcomes } = await runEpisode(job({ questionIds: ['a_7', 'a_2', 'of another trace'] }), context());
  expect(outcomes.map(({ questionId }) => questionId)).toEqual(['a_2', 'a_7']);
  const none = await runEpisode(job({ questionIds: [] }), context());
  expect(none).toMatchObject({ reward: 0, outcomes: [], contextCharacters: 0 });
});

test('greedy takes the largest logits of the policy for each state', async () => {
  const result = await runEpisode(job({ selection: 'greedy' }), context());
  const bank = candidates(BANK);
  const policy = Policy.create(WEIGHTS);
  policy.setSkills(await toyEmbedder.embed(bank.map((skill) => skillText(skill, 'full'))));
  for (const step of result.steps) {
    const { logits, value } = policy.evaluate(step.state);
    const byLogit = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    expect(step.action).toEqual(byLogit.slice(0, 2));
    expect(step.logProb).toBe(jointLogProbability(logits, step.action).logProb);
    expect(step.value).toBe(value);
  }
  expect(result.selections).toEqual(result.steps.map(({ action }) => action.map((at) => bank[at]!.name)));
});

test('a state is the span and, after the first, the mean of the retrieved memories', async () => {
  const { roles } = scripted((_, call) => ({ actions: [insert(`fact ${call}`)] }));
  const { steps } = await runEpisode(job(INSERT_ONLY), context({ roles }));
  const [spans, memories] = await Promise.all([
    toyEmbedder.embed(TRACE.spans.map(({ text }) => text)),
    toyEmbedder.embed(['fact 0', 'fact 1']),
  ]);
  const half = toyEmbedder.dimension;
  for (const [at, step] of steps.entries()) expect(step.state.slice(0, half)).toEqual(spans[at]);
  expect(steps[0]?.state.slice(half)).toEqual(new Float32Array(half));
  expect(steps[1]?.state.slice(half)).toEqual(memories[0]);
  const mean = memories[0]!.map((value, at) => (value + memories[1]![at]!) / 2);
  steps[2]!.state.slice(half).forEach((value, at) => expect(value).toBeCloseTo(mean[at]!, 6));
});

test('sampling follows the stream of the job and keeps the probability of the biased policy it drew from', async () => {
  const sample = { selection: 'sample', newSkills: ['keep_pets'], biasScale: 0.8 } as const;
  const one = await runEpisode(job({ ...sample, stream: [1, 'x'] }), context());
  const other = await runEpisode(job({ ...sample, stream: [2, 'x'] }), context());
  expect(one.selections).not.toEqual(other.selections);
  const bank = candidates(BANK);
  const policy = Policy.create(WEIGHTS);
  policy.setSkills(await toyEmbedder.embed(bank.map((skill) => skillText(skill, 'full'))));
  const isNew = bank.map(({ name }) => name === 'keep_pets');
  const bias = { mode: 'exact', pMin: 0.3, scale: 0.8 } as const;
  for (const step of one.steps) {
    const { logits } = policy.evaluate(step.state);
    expect(step.logProb).toBe(jointLogProbability(biasedLogits(logits, isNew, bias), step.action).logProb);
    expect(step.logProb).not.toBe(jointLogProbability(logits, step.action).logProb);
  }
});

test('without a policy: similarity takes the nearest skills, random any, and sampling is refused', async () => {
  const similar = await runEpisode(job({ selection: 'similarity' }), context({ policy: null }));
  expect(new Set(similar.selections.map(String)).size).toBe(1);
  expect(similar.steps[0]).toMatchObject({ logProb: 0, value: 0 });
  const random = await runEpisode(job({ selection: 'random' }), context({ policy: null }));
  expect(new Set(random.selections.map(String)).size).toBeGreaterThan(1);
  expect(random.selections.every((names) => new Set(names).size === 2)).toBe(true);
  await expect(runEpisode(job({ selection: 'sample' }), context({ policy: null }))).rejects.toMatchObject({
    code: 'INTERNAL',
  });
});

test('min(k, n) skills are selected', async () => {
  const result = await runEpisode(job(), context({ config: config({ k: 64 }) }));
  expect(result.selections.map((names) => names.length)).toEqual([5, 5, 5, 5, 5]);
});

test('a forced skill takes the place of the last: no span selects more than K', async () => {
  const free = await runEpisode(job(), context());
  const forced = await runEpisode(job({ forcedSkills: ['keep_pets', 'unknown'] }), context());
  for (const [at, names] of forced.selections.entries()) {
    expect(names).toHaveLength(2);
    expect(names).toContain('keep_pets');
    // States agree until a forced selection stores something else.
    if (at === 0 && !free.selections[0]!.includes('keep_pets')) expect(names[0]).toBe(free.selections[0]![0]);
  }
  const many = await runEpisode(job({ forcedSkills: ['noop', 'delete', 'insert'] }), context());
  expect(many.selections.every((names) => names.toSorted().join() === 'delete,noop')).toBe(true);
});

test('noop is shown in training and hidden where the job says so', async () => {
  const all = context({ config: config({ k: 5 }) });
  const shownNames = async (hidesNoop: boolean): Promise<string[]> => {
    const { roles, shown } = scripted(() => ({}));
    await runEpisode(job({ hidesNoop }), { ...all, roles });
    return shown[0]!.skills.map(({ name }) => name).toSorted();
  };
  expect(await shownNames(false)).toContain('noop');
  expect(await shownNames(true)).toEqual(['delete', 'insert', 'keep_pets', 'update']);
});

test('where only noop is selected and hidden, the executor is not asked', async () => {
  const { roles, shown } = scripted(() => ({ actions: [insert('never')] }));
  const onlyNoop = { skills: SEEDS.filter(({ type }) => type === 'noop') };
  const result = await runEpisode(job({ ...onlyNoop, hidesNoop: true }), context({ roles }));
  expect(shown).toEqual([]);
  expect(result).toMatchObject({ memoryCount: 0, failedSpans: 0, actionCount: 0 });
});

test('15.1#8 an action of a type that was not selected is refused, and counts as a mistake', async () => {
  const { roles } = scripted((input, call) => ({
    actions: [
      insert(`fact ${call}`),
      ...input.memories
        .slice(0, 1)
        .map(({ id }): MemoryAction => ({ type: 'delete', memory: id, skill: 'insert' })),
    ],
  }));
  const result = await runEpisode(job(INSERT_ONLY), context({ roles }));
  expect(result).toMatchObject({ memoryCount: 5, actionCount: 9, refusedActions: 4 });
  // Selected {insert}, done {insert}: the refused delete is no success, so the types still agree.
  expect(result.steps.every(({ isExactMatch }) => isExactMatch)).toBe(true);
});

test('process rewards follow the types of selected skills and successful actions', async () => {
  const { roles } = scripted((input, call) => {
    const foreign: MemoryAction = { type: 'delete', memory: input.memories[0]?.id ?? 'm9', skill: 'insert' };
    const answers: Partial<ExecutorOutput>[] = [
      { actions: [insert('one')] },
      { actions: [insert('one')] },
      { actions: [] },
      { actions: [foreign] },
      { failure: 'no JSON' },
    ];
    return answers[call]!;
  });
  const { steps } = await runEpisode(job(INSERT_ONLY), context({ roles }));
  // A fifth of 0.1 for a match, also for a duplicate; minus that for an empty list, which is a noop nobody selected
  // (15.1 #6: no failure); minus a fifth of 0.05 where everything failed.
  expect(steps.map(({ processReward }) => processReward)).toEqual([
    0.1 / 5,
    0.1 / 5,
    -0.1 / 5,
    -0.05 / 5,
    -0.05 / 5,
  ]);
  expect(steps.map(({ isExactMatch }) => isExactMatch)).toEqual([true, true, false, false, false]);
});

test('15.1#17 a step whose process reward is 0 is no match, and a match need not be 0', async () => {
  const { roles } = scripted((_, call) => ({ actions: [insert(`fact ${call}`)] }));
  const silent = context({ roles, config: config({ processBudget: 0 }) });
  const { steps } = await runEpisode(job({ ...INSERT_ONLY }), silent);
  expect(steps.map((step) => [step.processReward, step.isExactMatch])).toEqual(Array(5).fill([0, true]));
  const two = context({ roles, config: config({ processBudget: 0, k: 5 }) });
  const partly = await runEpisode(job(), two);
  expect(partly.steps.map((step) => [step.processReward, step.isExactMatch])).toEqual(
    Array(5).fill([0, false]),
  );
});

test('15.2#33 a failed reply of the executor is penalised, and is no low score by itself', async () => {
  const { roles } = scripted((input, call) =>
    call === 0
      ? { failure: 'the reply was cut' }
      : { actions: input.span.split('\n').map((line) => insert(line)) },
  );
  const result = await runEpisode(job(INSERT_ONLY), context({ roles }));
  expect(result.failedSpans).toBe(1);
  expect(result.steps[0]?.processReward).toBe(-0.05 / 5);
  expect(result.outcomes.map(({ score }) => score)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test.each(['embedder', 'executor', 'answerer', 'judge'] as const)(
  '15.2#33 15.5#63 what the %s throws ends the episode: it never becomes a score or a hard case',
  async (role) => {
    const down = async (): Promise<never> => {
      throw new AppError('UNAVAILABLE', 'The model does not answer.');
    };
    const roles = toyRoles();
    const broken: EpisodeRoles = {
      embedder: role === 'embedder' ? { ...roles.embedder, embed: down } : roles.embedder,
      executor: role === 'executor' ? { id: 'down', execute: down } : roles.executor,
      answerer: role === 'answerer' ? { id: 'down', answer: down } : roles.answerer,
      actor: roles.actor,
      judge: role === 'judge' ? { id: 'down', judge: down } : roles.judge,
    };
    await expect(runEpisode(job(INSERT_ONLY), context({ roles: broken }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  },
);

test('the judge is asked about failures, about everything or about nothing as the job and the reward want it', async () => {
  const asked = async (options: Partial<EpisodeJob>, settings: Partial<RunConfig> = {}): Promise<number> => {
    let count = 0;
    const roles = toyRoles();
    const judge: EpisodeRoles['judge'] = {
      id: 'counting',
      judge: async (input) => {
        count += 1;
        return roles.judge.judge(input);
      },
    };
    const counting = context({ roles: { ...roles, judge }, config: config(settings) });
    await runEpisode(job({ ...INSERT_ONLY, ...options }), counting);
    return count;
  };
  expect(await asked({})).toBe(5);
  expect(await asked({ judges: 'all' })).toBe(10);
  expect(await asked({ judges: 'reward' })).toBe(0);
  for (const judges of ['failures', 'reward'] as const)
    expect(await asked({ judges }, { rewardMetric: 'judge' })).toBe(10);
});

test("the judge's score is the reward where it is asked for, and half right is a failure", async () => {
  const roles: EpisodeRoles = {
    ...toyRoles(),
    judge: { id: 'half', judge: async () => ({ score: 0.5, reason: 'in part' }) },
  };
  const result = await runEpisode(
    job(INSERT_ONLY),
    context({ roles, config: config({ rewardMetric: 'judge' }) }),
  );
  expect(result.reward).toBe(0.5);
  expect(result.outcomes.every(({ score, failure }) => score === 0.5 && failure !== null)).toBe(true);
  expect(result.outcomes.map(({ f1 }) => f1)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
});

test('15.4#54 memories come back when asked for, as texts; nothing else of the bank does', async () => {
  expect((await runEpisode(job(INSERT_ONLY), context())).memories).toBeNull();
  const { memories } = await runEpisode(job({ ...INSERT_ONLY, returnsMemories: true }), context());
  expect(memories).toHaveLength(5);
  expect(JSON.stringify(memories)).not.toContain('0.');
});

test('15.2#40 a memory is credited to the skill that wrote it, retrieved or not', async () => {
  const one = context({ config: config({ k: 5, memTopK: 20 }) });
  const result = await runEpisode(job({ questionIds: ['a_1'], memoriesPerQuestion: 1 }), one);
  const writers = result.memoryUse.map(({ skill }) => skill);
  expect(writers.filter((name) => name === 'insert')).toHaveLength(5);
  expect(writers.filter((name) => name === 'keep_pets')).toHaveLength(5);
  expect(result.memoryUse.filter(({ wasRetrieved }) => wasRetrieved)).toHaveLength(1);
});

test('memories per span are capped', async () => {
  const wide = toyTrace('a', 1);
  const shown: number[] = [];
  const roles = toyRoles();
  const executor: EpisodeRoles['executor'] = {
    id: 'watching',
    execute: async (input) => {
      shown.push(input.maxActions);
      return roles.executor.execute(input);
    },
  };
  const capped = context({
    trace: wide,
    roles: { ...roles, executor },
    config: config({ k: 5, maxActionsPerSpan: 1 }),
  });
  expect((await runEpisode(job(), capped)).memoryCount).toBe(1);
  expect(shown).toEqual([1]);
});

test('an aborted episode stops at the next span with CANCELLED', async () => {
  const abort = new AbortController();
  const { roles, shown } = scripted((_, call) => {
    if (call === 1) abort.abort();
    return {};
  });
  const promise = runEpisode(job(), context({ roles, signal: abort.signal }));
  await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(shown).toHaveLength(2);
});

test('an aborted episode stops between questions, too', async () => {
  const abort = new AbortController();
  let asked = 0;
  const answerer: EpisodeRoles['answerer'] = {
    id: 'aborting',
    answer: async () => {
      asked += 1;
      if (asked === 3) abort.abort();
      return '';
    },
  };
  const roles = { ...toyRoles(), answerer };
  const promise = runEpisode(job(), context({ roles, signal: abort.signal }));
  await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(asked).toBe(3);
});

test('15.5#64 equal jobs give equal results, whatever runs beside them', async () => {
  const forget = { ...FORGET_ALL.skill, origin: 'designer', isPinned: false } as const;
  const banks = [BANK, SEEDS, [...SEEDS, forget]];
  const jobs = fc.record({
    skills: fc.constantFrom(...banks),
    selection: fc.constantFrom('sample', 'greedy', 'random', 'similarity' as const),
    traceId: fc.constantFrom('a', 'b'),
    stream: fc.tuple(fc.nat(3), fc.constant('law')),
  });
  const setup = { config: config(), source: { kind: 'held', traces: [TRACE, toyTrace('b', 4)] } as const };
  const one = new LocalEngines(setup, toyRoles());
  const other = new LocalEngines(setup, toyRoles());
  await one.setPolicy(WEIGHTS);
  await other.setPolicy(WEIGHTS);
  await fc.assert(
    fc.asyncProperty(fc.array(jobs, { minLength: 2, maxLength: 4 }), async (given) => {
      const asked = given.map((part) => job(part));
      const together = await Promise.all(asked.map((each) => one.runEpisode(each)));
      const alone = [];
      for (const each of asked) alone.push(await other.runEpisode(each));
      expect(together).toEqual(alone);
    }),
    { seed: 1, numRuns: 25 },
  );
});
