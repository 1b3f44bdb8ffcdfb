import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { ScriptedLanguageModel, type Script } from '../models/scriptedLanguageModel.ts';
import { AppError } from '../shared/errors.ts';
import type { EngineModels } from './engineModels.ts';
import type { PromptNote } from './llm/promptNotes.ts';
import { MemoryReplyCache } from './llm/replyCache.ts';
import { toyEmbedder } from './fixtures/toyRoles.ts';
import { describeModels, serveModels } from './modelService.ts';
import { connectModels } from './remoteModels.ts';
import { required } from '../shared/assertions.ts';

const REQUEST = {
  messages: [{ role: 'user', content: 'Say it.' }],
  maxTokens: 16,
  temperature: 0,
  seed: 1,
} as const;

/** Models in this thread, and what a worker thread would see of them. */
function connect(script: Script, more: Partial<EngineModels> = {}) {
  const model = new ScriptedLanguageModel(script, { id: 'scripted:1', contextTokens: 512 });
  const notes: PromptNote[] = [];
  const models: EngineModels = {
    roles: { executor: model },
    embedder: toyEmbedder,
    replies: new MemoryReplyCache(4),
    onNote: (note) => notes.push(note),
    ...more,
  };
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  serveModels(port1, models);
  const remote = connectModels({ description: describeModels(models), port: port2 });
  return { model, notes, remote, executor: required(remote.roles.executor, 'executor'), port: port2 };
}

test('completions, counts, vectors, replies and notes pass as if there were no thread between', async () => {
  const { executor, remote, notes } = connect(['said']);
  expect([executor.id, executor.contextTokens]).toEqual(['scripted:1', 512]);
  const pieces: string[] = [];
  const completion = await executor.complete({ ...REQUEST, onText: (text) => pieces.push(text) });
  expect(completion).toMatchObject({ text: 'said', usage: { promptTokens: 2, completionTokens: 1 } });
  expect(pieces).toEqual(['said']);
  expect(await executor.countTokens('eight ch')).toBe(2);
  expect(await remote.embedder?.embed(['a cat'])).toEqual(await toyEmbedder.embed(['a cat']));
  expect(await remote.replies?.get('key')).toBeNull();
  await remote.replies?.put('key', 'kept');
  expect(await remote.replies?.get('key')).toBe('kept');
  remote.onNote({ role: 'executor', kind: 'span-split', count: 2, message: 'A span was cut.' });
  await executor.countTokens('');
  expect(notes).toMatchObject([{ kind: 'span-split', count: 2 }]);
});

test('an error keeps code, message and details', async () => {
  const details = { reason: 'budget-reached', cap: 'calls' };
  const { executor } = connect(() => {
    throw new AppError('UNAVAILABLE', 'The budget is used up.', { details });
  });
  await expect(executor.complete(REQUEST)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: 'The budget is used up.',
    details,
  });
});

test('cancelling reaches the model, and the caller goes on at once', async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const { executor } = connect(async ({ signal }) => {
    begun.resolve(required(signal, 'signal'));
    return new Promise<string>(() => undefined);
  });
  const controller = new AbortController();
  const work = executor.complete({ ...REQUEST, signal: controller.signal });
  const seen = await begun.promise;
  controller.abort();
  await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => seen.aborted).toBe(true);
});

test('what a thread that ends was waiting for is cancelled', async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const { executor, port } = connect(async ({ signal }) => {
    begun.resolve(required(signal, 'signal'));
    return new Promise<string>(() => undefined);
  });
  void executor.complete(REQUEST);
  const seen = await begun.promise;
  port.close();
  await expect.poll(() => seen.aborted).toBe(true);
});
