import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CompletionRequest } from '../../models/languageModel.ts';
import { AppError } from '../../shared/errors.ts';
import { FakeLanguageModel } from './fixtures/fakeLanguageModel.ts';
import { analysis, addition, draft, input, setUpDesigner } from './fixtures/designerReplies.ts';
import { createLlmDesigner } from './llmDesigner.ts';
import { rememberingModel } from './rememberingModel.ts';
import { MemoryReplyCache } from './replyCache.ts';

const request = (over: Partial<CompletionRequest> = {}): CompletionRequest => ({
  messages: [{ role: 'user', content: 'Hello' }],
  maxTokens: 8,
  temperature: 0,
  seed: 1,
  ...over,
});

test('a request is a miss when anything of it differs, and a hit when nothing does', async () => {
  const field = fc.constantFrom<Partial<CompletionRequest>>(
    {},
    { seed: 2 },
    { temperature: 0.4 },
    { maxTokens: 9 },
    { stop: ['x'] },
    { messages: [{ role: 'user', content: 'Hullo' }] },
    { schema: { enum: ['a'] } },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(field, { maxLength: 12 }), async (fields) => {
      const model = new FakeLanguageModel((_, index) => `reply ${index}`);
      const remembering = rememberingModel(model, new MemoryReplyCache(100));
      const first = new Map<string, string>();
      for (const over of fields) {
        const { text } = await remembering.complete(request(over));
        const name = JSON.stringify(over);
        expect(text).toBe(first.get(name) ?? text);
        first.set(name, text);
      }
      expect(model.requests).toHaveLength(first.size);
      expect(new Set(first.values()).size).toBe(first.size);
    }),
  );
});

test('another model does not get the reply, and a failure is not kept', async () => {
  const cache = new MemoryReplyCache(100);
  const down = new AppError('UNAVAILABLE', 'It is down.');
  const model = new FakeLanguageModel([down, 'yes'], { id: 'one' });
  await expect(rememberingModel(model, cache).complete(request())).rejects.toBe(down);
  expect((await rememberingModel(model, cache).complete(request())).text).toBe('yes');
  const other = new FakeLanguageModel(['no'], { id: 'other' });
  expect((await rememberingModel(other, cache).complete(request())).text).toBe('no');
});

test('a designer that was interrupted asks for nothing a second time', async () => {
  const cache = new MemoryReplyCache(100);
  const down = new AppError('UNAVAILABLE', 'It is down.', { details: { reason: 'model-failed' } });
  const model = new FakeLanguageModel([analysis(), down, draft(addition())], { id: 'designer' });
  const designer = createLlmDesigner({
    model: rememberingModel(model, cache),
    seed: 11,
    reflectionRounds: 0,
  });
  await expect(designer.design(input)).rejects.toBe(down);
  const { drafts } = await designer.design(input);
  const whole = await setUpDesigner([analysis(), draft(addition())]).design();
  expect(drafts).toEqual(whole.drafts);
  expect(model.requests).toHaveLength(3);
  await designer.design(input);
  expect(model.requests).toHaveLength(3);
});
