import { expect, test } from 'vitest';
import { CallBudget, NO_CAPS } from './callBudget.ts';
import { createLlmRoles, oneModelForAll } from './createLlmRoles.ts';
import { FakeLanguageModel, json } from './fixtures/fakeLanguageModel.ts';
import { MODEL_ROLES } from './promptNotes.ts';
import { promptVersions } from './promptVersions.ts';
import { MemoryReplyCache } from './replyCache.ts';

const question = { question: 'Where?', date: null, memories: [{ id: 'm1', text: 'Ben lives in Oslo.' }] };
const base = { seed: 1, reflectionRounds: 0, budget: null, cache: null };

test('one model may serve all roles', () => {
  const { executor, answerer, judge, designer } = createLlmRoles({
    ...base,
    models: oneModelForAll(new FakeLanguageModel([], { id: 'small' })),
  });
  expect([executor, answerer, judge, designer].map(({ id }) => id)).toEqual(Array(4).fill('llm:small'));
});

test('roles ask their own models', async () => {
  const models = {
    ...oneModelForAll(new FakeLanguageModel([], { id: 'small' })),
    answerer: new FakeLanguageModel([json({ answer: 'Oslo' })], { id: 'answers' }),
    judge: new FakeLanguageModel([json({ explanation: 'Right.', score: '1' })], { id: 'large' }),
  };
  const roles = createLlmRoles({ ...base, models });
  expect(await roles.answerer.answer(question)).toBe('Oslo');
  expect(
    (await roles.judge.judge({ question: 'Where?', golds: ['Oslo'], prediction: 'in Oslo city' })).score,
  ).toBe(1);
  expect([models.answerer.requests.length, models.judge.requests.length]).toEqual([1, 1]);
  expect(roles.cacheUse()).toBeNull();
});

test('a remembered reply costs no call of the budget; another model does not get it', async () => {
  const cache = new MemoryReplyCache(10);
  const budget = new CallBudget({ caps: { ...NO_CAPS, calls: 1 }, clock: { now: () => 0 } });
  const model = new FakeLanguageModel(() => json({ answer: 'Oslo' }));
  const roles = createLlmRoles({ ...base, models: oneModelForAll(model), budget, cache });
  for (let time = 0; time < 3; time += 1) expect(await roles.answerer.answer(question)).toBe('Oslo');
  expect(budget.snapshot().roles.answerer.calls).toBe(1);
  expect(roles.cacheUse()).toMatchObject({ answerer: { hits: 2, misses: 1 }, judge: { hits: 0, misses: 0 } });
  await expect(roles.answerer.answer({ ...question, question: 'Who?' })).rejects.toMatchObject({
    details: { reason: 'budget-reached' },
  });
  const other = new FakeLanguageModel(() => json({ answer: 'Bergen' }), { id: 'other' });
  const others = createLlmRoles({ ...base, models: oneModelForAll(other), cache });
  expect(await others.answerer.answer(question)).toBe('Bergen');
});

test('each prompt has a version of its own, the same every time', () => {
  const versions = promptVersions();
  expect(Object.keys(versions).toSorted()).toEqual([...MODEL_ROLES].toSorted());
  expect(new Set(Object.values(versions)).size).toBe(4);
  for (const version of Object.values(versions)) expect(version).toMatch(/^[0-9a-f]{64}$/u);
  expect(promptVersions()).toEqual(versions);
});
