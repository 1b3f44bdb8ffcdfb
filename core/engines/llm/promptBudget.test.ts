import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeLanguageModel } from './fixtures/fakeLanguageModel.ts';
import { PromptBudget, TEMPLATE_TOKENS, type PromptDraft, type PromptPart } from './promptBudget.ts';

const perCharacter = (contextTokens: number) =>
  new FakeLanguageModel([], { contextTokens, countTokens: (text) => text.length });
const user = (...parts: PromptPart[]): PromptDraft[] => [{ role: 'user', parts }];
const overhead = TEMPLATE_TOKENS.prompt + TEMPLATE_TOKENS.message;

describe('PromptBudget', () => {
  test('all parts when they fit to the token, the lowest priority left out one token below', async () => {
    const drafts = user(
      { text: 'aaaa' },
      { text: 'bb', priority: 2 },
      { text: 'cc', priority: 1 },
      { text: 'd' },
    );
    const full = 'aaaa\nbb\ncc\nd';
    const context = full.length + overhead + 10;
    const exact = new PromptBudget(perCharacter(context), { maxTokens: 10, replyShare: 1 });
    expect(await exact.fit(drafts)).toEqual({ messages: [{ role: 'user', content: full }], leftOut: [] });
    const tight = new PromptBudget(perCharacter(context - 1), { maxTokens: 10, replyShare: 1 });
    expect(await tight.fit(drafts)).toEqual({
      messages: [{ role: 'user', content: 'aaaa\nbb\nd' }],
      leftOut: [{ text: 'cc', priority: 1 }],
    });
  });

  test('among equals the last goes first', async () => {
    const drafts = user(
      { text: 'one', priority: 0 },
      { text: 'two', priority: 0 },
      { text: 'six', priority: 0 },
    );
    const budget = new PromptBudget(perCharacter(7 + overhead + 1), { maxTokens: 1, replyShare: 1 });
    expect((await budget.fit(drafts))?.messages[0]?.content).toBe('one\ntwo');
  });

  test('too long without any optional part: null, or an error with the numbers and a remedy', async () => {
    const budget = new PromptBudget(perCharacter(overhead + 20), { maxTokens: 10, replyShare: 1 });
    const drafts = user({ text: 'x'.repeat(11) }, { text: 'y', priority: 1 });
    expect(await budget.fit(drafts)).toBeNull();
    await expect(budget.fitOrThrow(drafts, 'prompt of the judge')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/prompt of the judge.*larger context/u) as string,
      details: {
        reason: 'prompt-too-long',
        promptTokens: 11 + overhead,
        contextTokens: overhead + 20,
        maxTokens: 10,
      },
    });
  });

  test('a reply takes at most its share of a small context', () => {
    const model = perCharacter(1000);
    expect(new PromptBudget(model, { maxTokens: 3072, replyShare: 0.4 }).maxTokens).toBe(400);
    expect(new PromptBudget(model, { maxTokens: 96, replyShare: 0.4 }).maxTokens).toBe(96);
  });

  test('room of a reply in characters follows the model’s own tokens', async () => {
    expect(
      await new PromptBudget(perCharacter(1000), { maxTokens: 100, replyShare: 1 }).replyCharacters(),
    ).toBe(100);
    const four = await new PromptBudget(new FakeLanguageModel([]), {
      maxTokens: 100,
      replyShare: 1,
    }).replyCharacters();
    expect(four).toBeGreaterThan(390);
    expect(four).toBeLessThanOrEqual(400);
  });

  test('never beyond the context, whatever the texts, the tokens and the room', async () => {
    // A tokenizer in which joined texts may come to more or fewer tokens than their parts.
    const tokenizers = [
      (text: string) => text.length,
      (text: string) => Math.ceil(text.length / 4),
      (text: string) => new TextEncoder().encode(text).length,
      (text: string) => text.split(/\b/u).length + (text.match(/\n/gu)?.length ?? 0) * 3,
    ];
    const part = fc.record(
      { text: fc.string({ unit: 'grapheme', maxLength: 60 }), priority: fc.integer({ min: -3, max: 3 }) },
      { requiredKeys: ['text'] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }),
        fc.integer({ min: 60, max: 600 }),
        fc.constantFrom(...tokenizers),
        async (parts, contextTokens, countTokens) => {
          const model = new FakeLanguageModel([], { contextTokens, countTokens });
          const budget = new PromptBudget(model, { maxTokens: 30, replyShare: 0.5 });
          const drafts: PromptDraft[] = [
            { role: 'system', parts: parts.slice(0, 2) },
            { role: 'user', parts: parts.slice(2) },
          ];
          const fitted = await budget.fit(drafts);
          const required = drafts.map(({ role, parts: all }) => ({
            role,
            content: all
              .filter(({ priority }) => priority === undefined)
              .map(({ text }) => text)
              .join('\n'),
          }));
          if (fitted === null) {
            expect((await budget.tokensOf(required)) + budget.maxTokens).toBeGreaterThan(contextTokens);
            return;
          }
          expect((await budget.tokensOf(fitted.messages)) + budget.maxTokens).toBeLessThanOrEqual(
            contextTokens,
          );
          const kept = parts.filter((one) => !fitted.leftOut.includes(one));
          const least = Math.min(...kept.map(({ priority }) => priority ?? Infinity));
          for (const { priority } of fitted.leftOut) expect(priority).toBeLessThanOrEqual(least);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});
