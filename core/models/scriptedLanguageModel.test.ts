import { expect, test } from 'vitest';
import type { CompletionRequest } from './languageModel.ts';
import { ScriptedLanguageModel } from './scriptedLanguageModel.ts';

function asking(content: string, more: Partial<CompletionRequest> = {}): CompletionRequest {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content },
  ] as const;
  return { messages, maxTokens: 10, temperature: 0, seed: 1, ...more };
}

test('says what the list says, the last one again and again', async () => {
  const model = new ScriptedLanguageModel(['one', 'two']);
  const texts: string[] = [];
  for (const prompt of ['a', 'b', 'c']) texts.push((await model.complete(asking(prompt))).text);
  expect(texts).toEqual(['one', 'two', 'two']);
  expect(model.requests.map((request) => request.messages[1]?.content)).toEqual(['a', 'b', 'c']);
});

test('counts tokens by its rule, and what prompts share as cached', async () => {
  const model = new ScriptedLanguageModel(
    (request, index) => `${index}: ${request.messages[1]?.content ?? ''}`,
  );
  expect((await model.complete(asking('12345'))).usage).toEqual({
    promptTokens: 5,
    cachedPromptTokens: 0,
    completionTokens: 2,
    durationMs: 0,
  });
  expect((await model.complete(asking('1'))).usage.cachedPromptTokens).toBe(3);
  expect(model.usage).toEqual({
    promptTokens: 9,
    cachedPromptTokens: 3,
    completionTokens: 3,
    durationMs: 0,
  });
  expect(await model.countTokens('')).toBe(0);
});

test('keeps the laws of a language model', async () => {
  const model = new ScriptedLanguageModel(['a reply of more than forty characters, all told'], {
    contextTokens: 40,
  });
  const failing = (request: CompletionRequest): Promise<unknown> =>
    model.complete(request).catch((error: unknown) => error);
  expect(await failing(asking('a'))).toMatchObject({ code: 'UNAVAILABLE', details: { reason: 'cut-reply' } });
  expect(await failing(asking('a', { maxTokens: 38 }))).toMatchObject({
    code: 'INVALID_INPUT',
    details: { reason: 'prompt-too-long', promptTokens: 4, contextTokens: 40 },
  });
  expect(await failing(asking('a', { signal: AbortSignal.abort() }))).toMatchObject({ code: 'CANCELLED' });
  const pieces: string[] = [];
  const stopped = await model.complete(asking('a', { stop: [' of'], onText: (text) => pieces.push(text) }));
  expect(stopped.text).toBe('a reply');
  expect(pieces).toEqual(['a reply']);
  await model.dispose();
  expect(await failing(asking('a'))).toMatchObject({ code: 'CANCELLED' });
});
