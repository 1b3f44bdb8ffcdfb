import { describe, expect, test } from 'vitest';
import type { CompletionRequest, LanguageModel } from '../../models/languageModel.ts';
import {
  addCosts,
  callCostsSchema,
  CallBudget,
  NO_CAPS,
  noCosts,
  totalCost,
  type CallCaps,
} from './callBudget.ts';
import { cutReply, FakeLanguageModel, unreachable } from './fixtures/fakeLanguageModel.ts';

const request: CompletionRequest = {
  messages: [{ role: 'user', content: 'x'.repeat(40) }],
  maxTokens: 50,
  temperature: 0,
  seed: 1,
};

class ManualClock {
  ms = 1_000;
  now(): number {
    return this.ms;
  }
}

function setUp(
  caps: Partial<CallCaps> = {},
  replies: ConstructorParameters<typeof FakeLanguageModel>[0] = () => 'abcdefgh',
) {
  const clock = new ManualClock();
  const budget = new CallBudget({ caps: { ...NO_CAPS, ...caps }, clock });
  const model = new FakeLanguageModel(replies);
  const slow: LanguageModel = {
    id: model.id,
    contextTokens: model.contextTokens,
    countTokens: (text) => model.countTokens(text),
    dispose: () => model.dispose(),
    complete: async (one) => {
      clock.ms += 2_000;
      const completion = await model.complete(one);
      return { ...completion, usage: { ...completion.usage, cachedPromptTokens: 3 } };
    },
  };
  return { clock, budget, model, slow };
}

/** Of one call as above: 20 and 8 for the template, 40 characters, 8 characters of reply. */
const ONE_CALL = {
  calls: 1,
  failedCalls: 0,
  promptTokens: 38,
  cachedPromptTokens: 3,
  completionTokens: 2,
  seconds: 2,
};

describe('CallBudget', () => {
  test('counts by role; the metered model is the model otherwise', async () => {
    const { budget, slow } = setUp();
    const executor = budget.meter(slow, 'executor');
    expect(executor).toMatchObject({ id: 'fake', contextTokens: 16_384 });
    expect(await executor.countTokens('12345')).toBe(2);
    expect((await executor.complete(request)).text).toBe('abcdefgh');
    await executor.complete(request);
    await budget.meter(slow, 'judge').complete(request);
    const { roles, busySeconds } = budget.snapshot();
    expect(roles.judge).toEqual(ONE_CALL);
    expect(roles.executor).toEqual({
      ...ONE_CALL,
      calls: 2,
      promptTokens: 76,
      cachedPromptTokens: 6,
      completionTokens: 4,
      seconds: 4,
    });
    expect(roles.designer).toEqual(noCosts().roles.designer);
    expect(busySeconds).toBe(6);
  });

  test('a failed call counts; of a cut reply its whole bound', async () => {
    const { budget, slow } = setUp({ tokens: 10_000 }, [unreachable(), cutReply()]);
    const model = budget.meter(slow, 'answerer');
    await expect(model.complete(request)).rejects.toMatchObject({ details: { reason: 'unreachable' } });
    await expect(model.complete(request)).rejects.toMatchObject({ details: { reason: 'cut-reply' } });
    expect(budget.snapshot().roles.answerer).toMatchObject({
      calls: 2,
      failedCalls: 2,
      completionTokens: 50,
      seconds: 4,
    });
    expect(budget.snapshot().roles.answerer.promptTokens).toBeGreaterThanOrEqual(10);
  });

  test('the call after the last allowed one is refused before it reaches the model', async () => {
    const { budget, slow, model } = setUp({ calls: 2 });
    await budget.meter(slow, 'executor').complete(request);
    await budget.meter(slow, 'judge').complete(request);
    await expect(budget.meter(slow, 'executor').complete(request)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/2 calls.*raise the cap/u) as string,
      details: { reason: 'budget-reached', cap: 'calls', limit: 2, spent: 2, role: 'executor' },
    });
    expect(model.requests).toHaveLength(2);
    expect(totalCost(budget.snapshot()).calls).toBe(2);
  });

  test('calls side by side count against the caps before they end', async () => {
    const { budget, slow, model } = setUp({ calls: 2 });
    const metered = budget.meter(slow, 'executor');
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => metered.complete(request)));
    expect(results.map(({ status }) => status).toSorted()).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(model.requests).toHaveLength(2);
  });

  test('no call begins that could exceed the tokens, at the longest reply', async () => {
    // The bound of a call: 10 tokens of text, 96 for a template, 50 for the reply.
    const exact = setUp({ tokens: 156 });
    await exact.budget.meter(exact.slow, 'executor').complete(request);
    const below = setUp({ tokens: 155 });
    await expect(below.budget.meter(below.slow, 'executor').complete(request)).rejects.toMatchObject({
      details: { reason: 'budget-reached', cap: 'tokens' },
    });
    expect(below.model.requests).toEqual([]);
    // What was really spent, 40, is what the next call is added to.
    const second = setUp({ tokens: 40 + 156 });
    const metered = second.budget.meter(second.slow, 'executor');
    await metered.complete(request);
    await metered.complete(request);
    await expect(metered.complete(request)).rejects.toMatchObject({ details: { cap: 'tokens', spent: 80 } });
  });

  test('no call begins once the hours are reached; time between calls is free', async () => {
    const { budget, slow, clock } = setUp({ hours: 3 / 3600 });
    const metered = budget.meter(slow, 'executor');
    await metered.complete(request);
    clock.ms += 1_000_000;
    await metered.complete(request);
    await expect(metered.complete(request)).rejects.toMatchObject({
      details: { cap: 'hours', reason: 'budget-reached' },
    });
    expect(budget.snapshot().busySeconds).toBe(4);
  });

  test('calls side by side take their time once, and of each role in full', async () => {
    const { budget, clock, model } = setUp();
    const waiting: (() => void)[] = [];
    const held: LanguageModel = {
      id: 'held',
      contextTokens: 1000,
      countTokens: async () => 1,
      dispose: async () => undefined,
      complete: async (one) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return model.complete(one);
      },
    };
    const first = budget.meter(held, 'executor').complete(request);
    clock.ms += 2_000;
    const second = budget.meter(held, 'judge').complete(request);
    clock.ms += 5_000;
    expect(budget.snapshot().busySeconds).toBe(7);
    for (const resolve of waiting) resolve();
    await Promise.all([first, second]);
    clock.ms += 9_000;
    const { busySeconds, roles } = budget.snapshot();
    expect(busySeconds).toBe(7);
    expect([roles.executor.seconds, roles.judge.seconds]).toEqual([7, 5]);
  });

  test('a snapshot is plain data: restored it counts on, added up it sums', async () => {
    const first = setUp();
    await first.budget.meter(first.slow, 'executor').complete(request);
    const kept = callCostsSchema.parse(JSON.parse(JSON.stringify(first.budget.snapshot())));
    const { slow, clock } = setUp();
    const resumed = new CallBudget({ caps: { ...NO_CAPS, calls: 2 }, clock, spent: kept });
    await resumed.meter(slow, 'executor').complete(request);
    await expect(resumed.meter(slow, 'executor').complete(request)).rejects.toMatchObject({
      details: { reason: 'budget-reached' },
    });
    expect(totalCost(kept).calls).toBe(1);
    const sum = addCosts(kept, resumed.snapshot());
    expect(sum.roles.executor.calls).toBe(3);
    expect(sum.busySeconds).toBe(6);
    expect(addCosts(noCosts(), kept)).toEqual(kept);
  });
});
