import { expect, test } from 'vitest';
import { connect, failureOf } from './fixtures/testConnection.ts';
import { answer, refuse } from './fixtures/testServer.ts';
import { findContextTokens, listServerModels } from './serverModels.ts';

const VLLM = answer({
  object: 'list',
  data: [{ id: 'qwen', object: 'model', max_model_len: 32_768 }, { id: 'lora' }],
});
const LLAMA = answer({ object: 'list', data: [{ id: 'tiny.gguf', meta: { n_ctx_train: 131_072 } }] });

test('the list has each model’s name, and its context where the server tells', async () => {
  const { server, connection } = await connect();
  server.on('/v1/models', VLLM);
  expect(await listServerModels(connection)).toEqual([
    { name: 'qwen', contextTokens: 32_768 },
    { name: 'lora', contextTokens: null },
  ]);
  server.on('/v1/models', answer({ object: 'list', data: null }));
  expect(await listServerModels(connection)).toEqual([]);
});

test.each([answer({ models: [] }), answer([]), answer({ data: [{ name: 'x' }] })])(
  'what is no list is a bad reply (%#)',
  async (step) => {
    const { server, connection } = await connect();
    server.on('/v1/models', step);
    expect(await failureOf(listServerModels(connection))).toMatchObject({ details: { reason: 'bad-reply' } });
  },
);

test('a context comes from vLLM’s list', async () => {
  const { server, connection } = await connect();
  server.on('/v1/models', VLLM);
  expect(await findContextTokens(connection, 'qwen')).toBe(32_768);
  expect(server.requestsTo('/props')).toEqual([]);
});

test('a context comes from the slot of a llama-server, not from the training of its model', async () => {
  const { server, connection } = await connect();
  server.on('/v1/models', LLAMA);
  server.on('/props', answer({ total_slots: 4, default_generation_settings: { n_ctx: 2048 } }));
  expect(await findContextTokens(connection, 'tiny.gguf')).toBe(2048);
});

test.each([
  ['that knows neither call', refuse(404, ''), refuse(404, '')],
  ['whose router has no model loaded', LLAMA, answer({ default_generation_settings: { n_ctx: 0 } })],
  ['like LM Studio', VLLM, answer({ error: 'Unexpected endpoint or method. (GET /props)' })],
])('there is none of a server %s', async (_, models, props) => {
  const { server, connection, waits } = await connect();
  server.on('/v1/models', models);
  server.on('/props', props);
  expect(await findContextTokens(connection, 'other')).toBeNull();
  expect(waits).toEqual([]);
});

test('a server that is in trouble is not taken for one that does not tell', async () => {
  const { server, connection } = await connect();
  server.on('/v1/models', refuse(401, ''));
  expect(await failureOf(findContextTokens(connection, 'qwen'))).toMatchObject({
    details: { reason: 'unauthorised' },
  });
});
