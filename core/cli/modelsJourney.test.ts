import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { calls } from '../contract/calls.ts';
import { judgeWarning } from '../contract/judgeWarning.ts';
import { writeTinyGguf } from '../models/fixtures/tinyGguf.ts';
import { answer, reply, TestServer } from '../models/server/fixtures/testServer.ts';
import { apart, here, makeFolder, memskillHere, startMemskillWith } from './testProcess.ts';

// Models by hand: a tiny file that the real llama.cpp loads, and a server that stands in for an inference server.

const models = calls['models.list'].output;
const model = calls['models.test'].output;

interface Place {
  readonly chat: string;
  readonly folder: string;
  readonly at: readonly ['--workspace', string];
}

function place(): Place {
  const folder = makeFolder();
  const chat = join(folder, 'tiny.gguf');
  writeTinyGguf(chat);
  return { chat, folder, at: ['--workspace', join(folder, 'work')] };
}

/** Several processes, each with a model process, on a machine that does other things besides. */
const JOURNEY_TIMEOUT_MS = 180_000;

test(
  'a file is added, tried, given a role, verified and removed',
  { timeout: JOURNEY_TIMEOUT_MS },
  async () => {
    const { chat, at } = place();
    const added = await apart.document(model, 'models', 'add', chat, '--name', 'Mine', ...at);
    expect(added).toMatchObject({ name: 'Mine', purpose: 'chat', test: null, problem: null });
    const { id } = added;
    expect(await apart.report('models', 'test', id, ...at)).toMatch(
      /^Mine works\.\n {2}loaded in .* s\n {2}reads .* tokens\/s\n {2}writes .* tokens\/s\n/u,
    );
    expect(await apart.report('models', 'assign', 'executor', id, ...at)).toBe(
      `The executor of new runs is ${id}.\n`,
    );
    const warning = `memskill: ${judgeWarning(id)}\n`;
    expect(await memskillHere('models', 'assign', 'judge', id, ...at)).toEqual({
      status: 0,
      stdout: `The judge of new runs is ${id}.\n`,
      stderr: warning,
    });
    const [listed] = await apart.document(models, 'models', ...at);
    expect(listed).toMatchObject({
      id,
      roles: ['executor', 'judge'],
      fit: { totalBytes: { basis: 'measured' } },
    });
    expect(listed!.test!.generatedTokensPerSecond).toBeGreaterThan(0);
    expect(await here.report('models', 'list', ...at)).toMatch(
      new RegExp(`^model .*\\n${id}  Mine  chat  executor, judge .* tiny\\.gguf\\n$`, 'u'),
    );
    expect(await here.report('models', 'verify', id, ...at)).toBe('Mine is byte for byte what was added.\n');
    expect(await here.refusal(1, 'models', 'remove', id, ...at)).toBe(
      'Mine is the executor of new runs; assign another model or the built-in engine first.',
    );
    expect(await memskillHere('models', 'assign', 'all', id, ...at)).toEqual({
      status: 0,
      stdout: `${id} is executor, answerer, judge, designer of new runs.\n`,
      stderr: warning,
    });
    expect(await here.report('models', 'assign', 'all', 'builtin', ...at)).toBe(
      'The built-in engine plays every role of new runs.\n',
    );
    expect(await here.document(z.unknown(), 'models', 'remove', id, ...at)).toEqual({ removed: id });
    expect(await here.report('models', ...at)).toContain('No models yet; the built-in engine needs none.');
  },
);

test('the plan for several models on one GPU', { timeout: JOURNEY_TIMEOUT_MS }, async () => {
  const { chat, folder, at } = place();
  const plan = calls['models.plan'].output;
  expect(await here.report('models', 'plan', ...at)).toMatch(/^No model file serves a role yet; /u);
  const other = join(folder, 'other.gguf');
  writeTinyGguf(other, { seed: 2 });
  const first = await here.document(model, 'models', 'add', chat, '--name', 'One', ...at);
  const second = await here.document(model, 'models', 'add', other, '--name', 'Two', ...at);
  await here.report('models', 'assign', 'executor', first.id, ...at);
  await here.report('models', 'assign', 'designer', second.id, ...at);
  // Each process takes a quarter of a GiB for the GPU's library alone.
  const small = ['--memory-gib', '0.4'];
  expect(await here.report('models', 'plan', ...small, ...at)).toMatch(
    /^GPU memory that models may take: 377 MiB\nmodel .*\nOne +executor, answerer, judge +by turns +25\d MiB \(estimated\) +1\.0 s \(estimated\) +1\nTwo +designer +by turns .* 1\nA stage of 400 episodes loads models 2 times: about 2 s \(estimated\), if none work at the same time\.\n$/u,
  );
  expect(await here.document(plan, 'models', 'plan', ...small, ...at)).toMatchObject({
    device: { kind: 'gpu' },
    turns: [[first.id], [second.id]],
    loadsPerStage: 2,
  });
  expect(await here.report('models', 'plan', '--memory-gib', '8', ...at)).toContain(
    'All stay loaded; nothing is loaded again.',
  );
  expect(await here.document(plan, 'models', 'plan', ...at)).toMatchObject({ turns: { length: 1 } });
  expect(await here.refusal(2, 'models', 'plan', '--memory-gib', 'lots', ...at)).toContain(
    '--memory-gib takes',
  );
});

test('the machine, and what is recommended for it', async () => {
  const { at } = place();
  const devices = await here.document(calls['models.devices'].output, 'models', 'devices', ...at);
  expect(devices.ramBytes).toBeGreaterThan(0);
  const list = await here.document(calls['models.recommended'].output, 'models', 'recommended', ...at);
  expect(list.length).toBeGreaterThan(0);
  expect(await here.report('models', 'recommended', ...at)).toContain('fetches one over the network');
});

test('models of a server, whose key stays in the environment', async () => {
  const { at } = place();
  const server = await TestServer.start();
  onTestFinished(() => server.close());
  server.on('/v1/models', answer({ data: [{ id: 'qwen', max_model_len: 4096 }] }));
  server.on('/v1/chat/completions', reply('A story', { finishReason: 'length' }));
  const base = `${server.origin}/v1`;
  expect(await here.report('models', 'server-models', base, ...at)).toBe('model  context\nqwen      4096\n');
  const { status, stdout, stderr } = await startMemskillWith(
    { STUDIO_TEST_KEY: 'secret-word' },
    ...['models', 'add-server', base, 'qwen', '--key-variable', 'STUDIO_TEST_KEY', '--json'],
    ...at,
  ).ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { id } = model.parse(JSON.parse(stdout));
  expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer secret-word');
  const asked = server.requests.length;
  const listed = await here.report('models', ...at);
  expect(listed).toContain('The environment variable STUDIO_TEST_KEY with the key of the server is not set');
  expect(listed).not.toContain('secret-word');
  expect(server.requests).toHaveLength(asked);
  expect(await here.refusal(1, 'models', 'test', id, ...at)).toContain('STUDIO_TEST_KEY');
  expect(await here.refusal(1, 'models', 'add-server', base, 'llama', ...at)).toContain(
    'does not offer "llama"; choose one of its models: qwen.',
  );
});

test('bad input is said in one sentence with the remedy, and nothing is kept', async () => {
  const { chat, folder, at } = place();
  const file = join(folder, 'x.gguf');
  const refused = (...args: string[]): Promise<string> => here.refusal(1, 'models', ...args, ...at);
  expect(await refused('add', file)).toMatch(
    /x\.gguf cannot be opened .*; check its path and permissions\./u,
  );
  writeFileSync(file, 'PK\u0003\u0004 and so on');
  expect(await refused('add', file)).toMatch(
    /is not a GGUF file .*; choose a file whose name ends in \.gguf/u,
  );
  writeTinyGguf(file);
  truncateSync(file, 200_000);
  expect(await refused('add', file)).toMatch(/x\.gguf is cut off: .*; download or copy the model again\./u);
  writeTinyGguf(file, { chatTemplate: null });
  expect(await refused('add', file)).toContain('choose an instruction-tuned model');
  expect(await refused('add', 'http://somewhere.invalid/model.gguf')).toContain(
    'use one that starts with https',
  );
  expect(await refused('test', 'gguf:none')).toContain('There is no model gguf:none');
  expect(await refused('assign', 'judge', 'gguf:none')).toContain('There is no model gguf:none');
  expect(await refused('download', 'huge')).toContain('There is no recommended model "huge"');
  expect(await refused('server-models', 'http://127.0.0.1:9/v1')).toContain(
    'start it or correct its address',
  );
  expect(await here.document(models, 'models', ...at)).toEqual([]);

  writeTinyGguf(file, { isEmbeddingModel: true });
  const embedding = await here.document(model, 'models', 'add', file, ...at);
  expect(await refused('assign', 'executor', embedding.id)).toContain(
    'is an embedding model and cannot be the executor; assign it as embedder, and a chat model here.',
  );
  expect((await here.document(model, 'models', 'add', chat, ...at)).id).not.toBe(embedding.id);
  truncateSync(file, 100_000);
  expect(await here.report('models', ...at)).toContain(`${embedding.id}: The file x.gguf is damaged`);
  expect(await refused('test', embedding.id)).toContain('x.gguf is cut off');
});

test(
  'a server that answers in prose pauses a run, which goes on once it answers as asked',
  { timeout: JOURNEY_TIMEOUT_MS },
  async () => {
    const { at } = place();
    const server = await TestServer.start();
    onTestFinished(() => server.close());
    server.on('/v1/models', answer({ data: [{ id: 'qwen', max_model_len: 8192 }] }));
    server.on('/v1/chat/completions', reply('There is nothing to store, I think.'));
    const { id } = await here.document(model, 'models', 'add-server', `${server.origin}/v1`, 'qwen', ...at);
    await here.report('models', 'assign', 'executor', id, ...at);
    const short = ['--outer-epochs', '1', '--inner-epochs', '1', '--batch-size', '1', '--designer', 'none'];
    const paused = await memskillHere('train', '--engine', 'llm', ...short, ...at);
    expect(paused).toMatchObject({ status: 0, stderr: `memskill: ${judgeWarning('qwen')}\n` });
    expect(paused.stdout).toMatch(
      /\nNone of the last \d+ replies of qwen at .* was the JSON that was asked for: start the server .*\.\nRun sample-1: paused /u,
    );
    expect(paused.stdout).toContain('Paused; go on with "memskill train --resume sample-1 ');

    server.on('/v1/chat/completions', reply('{"actions":[]}'));
    expect(await here.report('train', '--resume', 'sample-1', ...at)).toContain('Run sample-1: finished ');
  },
);

test.each([
  [['models', 'fly'], /^models takes list, add, .*, not "fly"\.$/u],
  [['models', 'add'], /^Usage: memskill models add FILE\|URL \[--name NAME\]\.$/u],
  [
    ['models', 'assign', 'cook', 'x'],
    /^"cook" is no role; use one of executor, answerer, judge, designer, embedder, all\.$/u,
  ],
])('%j is wrong usage', async (args, message) => {
  expect(await here.refusal(2, ...args)).toMatch(message);
});
