import { expect, test } from 'vitest';
import { noCosts, type CallCosts } from '../engines/llm/callBudget.ts';
import { AppError } from '../shared/errors.ts';
import { costMetrics } from './modelCosts.ts';
import { isModelFailure } from './modelFailure.ts';
import { metricsHash } from './stepMetrics.ts';

function costs(executorCalls: number, judgeCalls: number, busySeconds: number): CallCosts {
  const { roles } = noCosts();
  const calls = (count: number) => ({
    calls: count,
    failedCalls: 0,
    promptTokens: 100 * count,
    cachedPromptTokens: 60 * count,
    completionTokens: 10 * count,
    seconds: count,
  });
  return { roles: { ...roles, executor: calls(executorCalls), judge: calls(judgeCalls) }, busySeconds };
}

test('costs of a step are what was spent since the last one, by role and together', () => {
  expect(costMetrics(costs(5, 3, 9), costs(2, 3, 4))).toEqual({
    'cost/calls': 3,
    'cost/failed_calls': 0,
    'cost/prompt_tokens': 300,
    'cost/cached_prompt_tokens': 180,
    'cost/completion_tokens': 30,
    'cost/executor/calls': 3,
    'cost/answerer/calls': 0,
    'cost/judge/calls': 0,
    'cost/designer/calls': 0,
    'time/model_s': 5,
  });
});

test('costs and notes are in no hash: a run that goes on finds replies that it asked for before', () => {
  const row = (values: Record<string, number>) => [{ runId: 'r', step: 0, stage: 0, values }];
  const plain = metricsHash(row({ 'reward/mean': 0.5 }));
  expect(metricsHash(row({ 'reward/mean': 0.5, ...costMetrics(costs(1, 1, 1)) }))).toBe(plain);
  expect(metricsHash(row({ 'reward/mean': 0.5, 'note/executor/span-split': 1 }))).toBe(plain);
  expect(metricsHash(row({ 'reward/mean': 0.25 }))).not.toBe(plain);
});

test.each([
  ['UNAVAILABLE', 'model-failed', true],
  ['UNAVAILABLE', 'budget-reached', true],
  ['UNAVAILABLE', 'server-unreachable', true],
  ['UNAVAILABLE', 'no-usable-reply', true],
  // A thread that died, a full disk.
  ['UNAVAILABLE', undefined, false],
  ['INVALID_INPUT', 'prompt-too-long', true],
  ['INVALID_INPUT', undefined, false],
] as const)('%s with the reason %s pauses the run: %s', (code, reason, isPausing) => {
  expect(isModelFailure(new AppError(code, 'It failed.', { details: { reason } }))).toBe(isPausing);
});
