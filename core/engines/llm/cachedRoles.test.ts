import { describe, expect, test } from 'vitest';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import type { AnswererInput, ExecutorInput, JudgeInput } from '../roles.ts';
import { cachedAnswerer, cachedExecutor, cachedJudge } from './cachedRoles.ts';
import { FakeLanguageModel, json } from './fixtures/fakeLanguageModel.ts';
import { createLlmAnswerer } from './llmAnswerer.ts';
import { createLlmExecutor } from './llmExecutor.ts';
import { createLlmJudge } from './llmJudge.ts';
import { answererKey, executorKey, judgeKey, MemoryReplyCache } from './replyCache.ts';

const scope = { modelId: 'fake', promptVersion: 'v1', seed: 1 };
const memories = [
  { id: 'm1', text: 'Ben lives in Oslo.' },
  { id: 'm2', text: 'Ann sails.' },
];
const execution: ExecutorInput = {
  span: 'Ann bought a boat.',
  date: null,
  memories,
  skills: SEED_SKILLS,
  maxActions: 8,
};
const question: AnswererInput = { question: 'Where?', date: null, memories };
const grading: JudgeInput = { question: 'Where?', golds: ['Oslo', 'in Oslo'], prediction: 'Norway' };

const actions = json({ actions: [{ type: 'insert', text: 'Ann has a boat.', skill: 'insert' }] });
const verdict = json({ explanation: 'Less exact.', score: '0.5' });

describe('keys', () => {
  test('everything a reply depends on is in its key', () => {
    const [first, second] = memories as [(typeof memories)[0], (typeof memories)[0]];
    const skill = SEED_SKILLS[0]!;
    const keys = [
      executorKey(execution, scope),
      executorKey({ ...execution, span: 'Other.' }, scope),
      executorKey({ ...execution, date: 'today' }, scope),
      executorKey({ ...execution, memories: [second, first] }, scope),
      executorKey({ ...execution, memories: [first] }, scope),
      executorKey({ ...execution, memories: [{ ...first, id: 'm9' }, second] }, scope),
      executorKey({ ...execution, maxActions: 9 }, scope),
      executorKey({ ...execution, skills: SEED_SKILLS.toReversed() }, scope),
      executorKey({ ...execution, skills: [{ ...skill, instruction: `${skill.instruction} ` }] }, scope),
      executorKey({ ...execution, skills: [skill] }, scope),
      executorKey(execution, { ...scope, modelId: 'other' }),
      executorKey(execution, { ...scope, promptVersion: 'v2' }),
      executorKey(execution, { ...scope, seed: 2 }),
      answererKey(question, scope),
      answererKey({ ...question, question: 'When?' }, scope),
      answererKey({ ...question, date: 'today' }, scope),
      answererKey({ ...question, memories: [second, first] }, scope),
      judgeKey(grading, scope),
      judgeKey({ ...grading, golds: ['in Oslo', 'Oslo'] }, scope),
      judgeKey({ ...grading, prediction: 'Oslo' }, scope),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/u);
  });

  test('what a reply does not depend on is not: who wrote a skill, and ids the answerer never sees', () => {
    const unpinned = SEED_SKILLS.map((skill) => ({ ...skill, isPinned: false, origin: 'import' as const }));
    expect(executorKey({ ...execution, skills: unpinned }, scope)).toBe(executorKey(execution, scope));
    const renamed = memories.map(({ text }, at) => ({ id: `n${at}`, text }));
    expect(answererKey({ ...question, memories: renamed }, scope)).toBe(answererKey(question, scope));
  });
});

test('an equal input is answered without a call, a changed one is not', async () => {
  const cache = new MemoryReplyCache(100);
  const model = new FakeLanguageModel([actions, json({ answer: 'Oslo' }), verdict, verdict]);
  const options = { cache, ...scope };
  const executor = cachedExecutor(createLlmExecutor({ model, seed: 1 }), options);
  const answerer = cachedAnswerer(createLlmAnswerer({ model, seed: 1 }), options);
  const judge = cachedJudge(createLlmJudge({ model, seed: 1 }), options);
  const outputs = [
    await executor.execute(execution),
    await answerer.answer(question),
    await judge.judge(grading),
  ];
  expect(outputs).toEqual([
    { actions: [{ type: 'insert', text: 'Ann has a boat.', skill: 'insert' }], failure: null },
    'Oslo',
    { score: 0.5, reason: 'Less exact.' },
  ]);
  expect([
    await executor.execute(execution),
    await answerer.answer(question),
    await judge.judge(grading),
  ]).toEqual(outputs);
  expect(model.requests).toHaveLength(3);
  await judge.judge({ ...grading, prediction: 'Sweden' });
  expect(model.requests).toHaveLength(4);
  expect([executor.use(), answerer.use(), judge.use()]).toEqual([
    { hits: 1, misses: 1 },
    { hits: 1, misses: 1 },
    { hits: 1, misses: 2 },
  ]);
});

test('failed replies are not kept; an empty answer that was meant is', async () => {
  const cache = new MemoryReplyCache(100);
  const model = new FakeLanguageModel([
    'no',
    'no',
    actions,
    'no',
    'no',
    json({ answer: '' }),
    'no',
    'no',
    verdict,
  ]);
  const options = { cache, ...scope };
  const executor = cachedExecutor(createLlmExecutor({ model, seed: 1 }), options);
  expect((await executor.execute(execution)).failure).not.toBeNull();
  expect((await executor.execute(execution)).actions).toHaveLength(1);
  const answerer = cachedAnswerer(createLlmAnswerer({ model, seed: 1 }), options);
  expect([
    await answerer.answer(question),
    await answerer.answer(question),
    await answerer.answer(question),
  ]).toEqual(['', '', '']);
  expect(answerer.use()).toEqual({ hits: 1, misses: 2 });
  const judge = cachedJudge(createLlmJudge({ model, seed: 1 }), options);
  expect((await judge.judge(grading)).score).toBe(0);
  expect((await judge.judge(grading)).score).toBe(0.5);
  expect(model.requests).toHaveLength(9);
});

test.each(['not JSON', '{}', '[{"type":"insert"}]', '""'])(
  'a damaged entry (%s) is a miss and replaced',
  async (damaged) => {
    const cache = new MemoryReplyCache(100);
    await cache.put(executorKey(execution, scope), damaged);
    const model = new FakeLanguageModel([actions]);
    const executor = cachedExecutor(createLlmExecutor({ model, seed: 1 }), { cache, ...scope });
    expect((await executor.execute(execution)).actions).toHaveLength(1);
    await executor.execute(execution);
    expect(executor.use()).toEqual({ hits: 1, misses: 1 });
  },
);

test('a cache in memory forgets what was not used for longest', async () => {
  const cache = new MemoryReplyCache(2);
  await cache.put('a', '1');
  await cache.put('b', '2');
  expect(await cache.get('a')).toBe('1');
  await cache.put('c', '3');
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual(['1', null, '3']);
  await cache.put('c', '4');
  expect([cache.size, await cache.get('c')]).toEqual([2, '4']);
});

test('a cancelled call is cancelled, also when the reply is known', async () => {
  const cache = new MemoryReplyCache(2);
  await cache.put(answererKey(question, scope), '"Oslo"');
  const answerer = cachedAnswerer(createLlmAnswerer({ model: new FakeLanguageModel([]), seed: 1 }), {
    cache,
    ...scope,
  });
  expect(await answerer.answer(question)).toBe('Oslo');
  await expect(answerer.answer(question, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
});
