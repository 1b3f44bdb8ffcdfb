import { fork } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { createRng } from '../../shared/rng.ts';
import { makeFolder } from '../fixtures/testFolder.ts';
import { writeTinyGguf } from '../fixtures/tinyGguf.ts';
import type { Completion, CompletionRequest } from '../languageModel.ts';
import { longestReply, parseReply, type ReplySchema } from '../replySchema.ts';
import { watchedProcesses } from './fixtures/watchedProcess.ts';
import { LlamaLanguageModel } from './llamaLanguageModel.ts';
import type { ModelChange } from './modelSupervisor.ts';

// The real llama.cpp, on the CPU with one thread, with a model of random weights: its replies are noise, but always the
// same noise, so that equality of texts says that nothing was lost or mixed up.

const folder = makeFolder();
const path = join(folder.path, 'tiny.gguf');
/** Two process starts, on a machine that does other things besides. */
const START_TIMEOUT_MS = 120_000;
const CPU = { path, gpu: false, threads: 1, contextTokens: 2048, kvCache: 'f32' } as const;
let model: LlamaLanguageModel;
/** With one sequence, so that it is known what is in it. */
let single: LlamaLanguageModel;

beforeAll(async () => {
  writeTinyGguf(path);
  model = await LlamaLanguageModel.create({ ...CPU, sequences: 4 });
  single = await LlamaLanguageModel.create(CPU);
}, START_TIMEOUT_MS);
afterAll(async () => {
  await model.dispose();
  await single.dispose();
  folder.remove();
});

const ACTIONS: ReplySchema = {
  type: 'object',
  properties: {
    actions: {
      type: 'array',
      maxItems: 3,
      items: {
        oneOf: [
          {
            type: 'object',
            properties: {
              type: { const: 'insert' },
              text: { type: 'string', minLength: 1, maxLength: 30 },
              skill: { enum: ['Zeit "heute"', 'Orte\\Wege', 'naïve'] },
            },
            required: ['type', 'text', 'skill'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: { type: { const: 'delete' }, memory: { enum: [1, 2.5, null] } },
            required: ['type', 'memory'],
            additionalProperties: false,
          },
        ],
      },
    },
    tags: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'boolean' } },
  },
  required: ['actions', 'tags'],
  additionalProperties: false,
};

function asking(content: string, more: Partial<CompletionRequest> = {}): CompletionRequest {
  const messages = [
    { role: 'system', content: 'You keep the memory of a conversation between two people.' },
    { role: 'user', content },
  ] as const;
  return { messages, maxTokens: 600, temperature: 1, seed: 3, schema: ACTIONS, ...more };
}

/** Free text of a random model has no end: what it wrote up to a letter. */
function freely(content: string, more: Partial<CompletionRequest> = {}): CompletionRequest {
  return asking(content, { schema: undefined, stop: ['q'], maxTokens: 900, ...more });
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error('no AppError', { cause: outcome });
}

test('the model says what it is and counts tokens', async () => {
  expect(model.id).toMatch(/^gguf:[0-9a-f]{16}$/u);
  expect(model.contextTokens).toBe(2048);
  expect(model.loaded).toMatchObject({ gpu: false, gpuLayers: 0, dimension: 64 });
  expect(await model.countTokens('grüß')).toBe(6);
  expect(await model.countTokens('<|im_end|>')).toBe(10);
});

test('every reply under a schema is one of its values', async () => {
  const rng = createRng(1, 'prompts');
  const seeds = Array.from({ length: 200 }, (_, i) => i);
  const replies = await Promise.all(
    seeds.map((seed) =>
      model.complete(asking(`Prompt ${rng.int(1_000_000)}`, { seed, temperature: (seed % 4) / 2 })),
    ),
  );
  const lengths = replies.map(({ text }) => {
    expect(() => parseReply(text, ACTIONS)).not.toThrow();
    return text.length;
  });
  expect(Math.max(...lengths)).toBeLessThanOrEqual(longestReply(ACTIONS));
  // The schema is not only met by its smallest value.
  expect(new Set(replies.map(({ text }) => text)).size).toBeGreaterThan(50);
});

test('equal requests give equal replies, other seeds others', async () => {
  const first = await model.complete(asking('When?'));
  const again = await model.complete(asking('When?'));
  const other = await model.complete(asking('When?', { seed: 4 }));
  expect(again.text).toBe(first.text);
  expect(other.text).not.toBe(first.text);
});

// A product of more rows may differ in its last bit, and of random weights' near ties one may then fall the other way.
test('replies of sequences in parallel are those given alone', async () => {
  const prompts = Array.from({ length: 12 }, (_, i) =>
    freely(`Prompt ${i}: ${'word '.repeat(i * 7)}`, { seed: i }),
  );
  const together = await Promise.all(prompts.map((prompt) => model.complete(prompt)));
  const alone: Completion[] = [];
  for (const prompt of prompts) alone.push(await model.complete(prompt));
  const equal = together.filter((reply, at) => reply.text === alone[at]?.text);
  expect(equal.length).toBeGreaterThanOrEqual(prompts.length - 2);
});

test('a shared start of prompts is evaluated once', async () => {
  const preamble = 'The same instructions for every span. '.repeat(10);
  const first = await single.complete(asking(`${preamble}A`));
  const second = await single.complete(asking(`${preamble}B`));
  const same = await single.complete(asking(`${preamble}B`));
  expect(first.usage.cachedPromptTokens).toBe(0);
  // All but the last letter, the end of the message and the assistant's beginning: control tokens and line ends too.
  const evaluated = second.usage.promptTokens - second.usage.cachedPromptTokens;
  expect(evaluated).toBe('B'.length + 3 + 'assistant\n'.length);
  // Of a prompt known in full, the last token is evaluated for what follows it.
  expect(same.usage.cachedPromptTokens).toBe(same.usage.promptTokens - 1);
  expect(same.text).toBe(second.text);
});

test('a streamed reply arrives in pieces that make up the reply', async () => {
  const pieces: string[] = [];
  const quiet = await model.complete(freely('Stream'));
  const reply = await model.complete(freely('Stream', { onText: (text) => pieces.push(text) }));
  expect(reply.text).toBe(quiet.text);
  expect(pieces.join('')).toBe(reply.text);
  expect(reply.text).not.toContain('q');
  // Coalesced: far fewer pieces than tokens.
  expect(pieces.length).toBeLessThanOrEqual(2 + reply.usage.durationMs / 100);
});

test('a prompt and reply beyond the context are refused with the numbers', async () => {
  const error = await failure(model.complete(asking('x'.repeat(1900), { maxTokens: 100 })));
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.details).toMatchObject({ reason: 'prompt-too-long', contextTokens: 2048 });
  expect(error.details?.['promptTokens']).toBeGreaterThan(1948);
});

test('a reply that fills the context ends there and spoils nothing', async () => {
  const schema = { type: 'string', minLength: 1990, maxLength: 1999 } as const;
  const messages = [{ role: 'user', content: '' }] as const;
  const long = { messages, schema, temperature: 1, seed: 1 };
  const promptTokens = 1 + 'user\n'.length + 2 + 1 + 'assistant\n'.length;
  const error = await failure(single.complete({ ...long, maxTokens: 2048 - promptTokens }));
  expect(error.details).toMatchObject({ reason: 'cut-reply' });
  const over = await failure(single.complete({ ...long, maxTokens: 2049 - promptTokens }));
  expect(over.details).toEqual({ reason: 'prompt-too-long', promptTokens, contextTokens: 2048 });
  expect((await single.complete(asking('After'))).text).toBe((await model.complete(asking('After'))).text);
});

test('a cut reply is an error of its own, a reply that just fits is not', async () => {
  const whole = await model.complete(asking('Cut'));
  const tokens = whole.usage.completionTokens;
  const cut = await failure(model.complete(asking('Cut', { maxTokens: tokens - 1 })));
  expect(cut.code).toBe('UNAVAILABLE');
  expect(cut.details).toEqual({ reason: 'cut-reply', completionTokens: tokens - 1, maxTokens: tokens - 1 });
  expect((await model.complete(asking('Cut', { maxTokens: tokens }))).text).toBe(whole.text);
});

test('a schema the grammar cannot express is refused', async () => {
  // As a caller without types would.
  const schema = { type: 'number' } as unknown as ReplySchema;
  expect((await failure(model.complete(asking('1', { schema })))).details).toMatchObject({
    reason: 'schema',
  });
});

test('a cancelled request frees its sequence', async () => {
  const controller = new AbortController();
  const schema = { type: 'string', minLength: 1500, maxLength: 1500 } as const;
  const endless = asking('Endless', { schema, maxTokens: 1900, signal: controller.signal });
  const work = failure(single.complete({ ...endless, onText: () => controller.abort() }));
  expect((await work).code).toBe('CANCELLED');
  expect((await single.complete(asking('Next'))).text).toBe((await model.complete(asking('Next'))).text);
  const aborted = failure(single.complete(asking('Never', { signal: AbortSignal.abort() })));
  expect((await aborted).code).toBe('CANCELLED');
});

test('killed in the middle of replies, another process gives the same ones', async () => {
  const processes = watchedProcesses();
  const changes: ModelChange[] = [];
  const killed = await LlamaLanguageModel.create({
    ...CPU,
    sequences: 2,
    startProcess: processes.start,
    onChange: (change) => changes.push(change),
  });
  try {
    const requests = [freely('Kill one'), freely('Kill two', { seed: 8 })] as const;
    const expected = await Promise.all(requests.map((request) => model.complete(request)));
    for (let round = 1; round <= 2; round += 1) {
      const pieces: string[] = [];
      const pid = processes.latestPid();
      const replies = await Promise.all([
        killed.complete({
          ...requests[0],
          onText: (text) => {
            if (pieces.push(text) === 1) process.kill(pid, 'SIGKILL');
          },
        }),
        killed.complete(requests[1]),
      ]);
      expect(replies.map((reply) => reply.text)).toEqual(expected.map((reply) => reply.text));
      expect(pieces.join('')).toBe(replies[0].text);
      expect(processes.started.length).toBe(1 + round);
    }
    expect(changes.filter((change) => change.kind === 'restarting').length).toBe(2);
  } finally {
    await killed.dispose();
  }
});

test.skipIf(process.platform === 'win32')('a process that stands still is replaced', async () => {
  const processes = watchedProcesses();
  const changes: ModelChange[] = [];
  const stopped = await LlamaLanguageModel.create({
    ...CPU,
    startProcess: processes.start,
    watch: { silenceMs: 15_000 },
    onChange: (change) => changes.push(change),
  });
  try {
    process.kill(processes.latestPid(), 'SIGSTOP');
    const reply = await stopped.complete(asking('Hang'));
    expect(reply.text).toBe((await model.complete(asking('Hang'))).text);
    expect(changes.map((change) => change.message)).toContainEqual(
      expect.stringContaining('stopped answering'),
    );
  } finally {
    await stopped.dispose();
  }
});

test('no model process outlives the process that started it', async () => {
  const owner = fork(new URL('./fixtures/modelOwner.ts', import.meta.url), [path], { execArgv: [] });
  const [pid] = (await once(owner, 'message')) as [number];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const isAlive = (): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  for (let i = 0; i < 200 && isAlive(); i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAlive()).toBe(false);
});

test('files that cannot chat are refused before a process is started', async () => {
  const { start, started } = watchedProcesses();
  const create = (file: string, contextTokens?: number): Promise<AppError> =>
    failure(LlamaLanguageModel.create({ ...CPU, path: file, contextTokens, startProcess: start }));
  const embedder = join(folder.path, 'embedder.gguf');
  writeTinyGguf(embedder, { isEmbeddingModel: true });
  expect((await create(embedder)).details).toEqual({ reason: 'embedding-model' });
  const base = join(folder.path, 'base.gguf');
  writeTinyGguf(base, { chatTemplate: null });
  expect((await create(base)).details).toEqual({ reason: 'no-chat-template' });
  expect((await create(path, 4096)).details).toMatchObject({ reason: 'context', trainedContextTokens: 2048 });
  const cut = join(folder.path, 'cut.gguf');
  writeTinyGguf(cut);
  truncateSync(cut, 200_000);
  expect((await create(cut)).code).toBe('CORRUPT_DATA');
  expect(started.length).toBe(0);
});

test('a reasoning template is answered without its thoughts', async () => {
  const file = join(folder.path, 'thinking.gguf');
  const template =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + message['content'] + '<|im_end|>' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n<think>\\n' }}{% endif %}";
  writeTinyGguf(file, { chatTemplate: template });
  const thinking = await LlamaLanguageModel.create({ ...CPU, path: file });
  try {
    // Under a schema it cannot think; freely it thinks until its tokens are used up, and nothing of that is shown.
    parseReply((await thinking.complete(asking('Think'))).text, ACTIONS);
    const pieces: string[] = [];
    const onText = (text: string): void => void pieces.push(text);
    const cut = await failure(thinking.complete(freely('Think', { maxTokens: 5, onText })));
    expect(cut.details).toMatchObject({ reason: 'cut-reply' });
    expect(pieces).toEqual([]);
  } finally {
    await thinking.dispose();
  }
});
