import { describe, expect, test, vi } from 'vitest';
import type { Embedder } from '../../memory/embedder.ts';
import { connect, failureOf, type Connected } from './fixtures/testConnection.ts';
import { answer, embeddings, hang, refuse } from './fixtures/testServer.ts';
import { ServerEmbedder } from './serverEmbedder.ts';

const PATH = '/v1/embeddings';

async function open(concurrency = 2): Promise<Connected & { embedder: Embedder }> {
  const connected = await connect({ concurrency });
  connected.server.on(
    PATH,
    embeddings(() => [3, 4, 0]),
  );
  return {
    ...connected,
    embedder: await ServerEmbedder.create({ connection: connected.connection, model: 'bge' }),
  };
}

function base64Of(numbers: readonly number[]): string {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, x] of numbers.entries()) bytes.writeFloatLE(x, i * 4);
  return bytes.toString('base64');
}

test('the dimension is asked for; the id names server and model', async () => {
  const { server, connection, embedder } = await open();
  expect(embedder.dimension).toBe(3);
  expect(embedder.id).toBe(`server:${connection.base}#bge`);
  expect(server.requests[0]?.body).toEqual({ model: 'bge', input: ['memory'], encoding_format: 'float' });
});

test('vectors are of length 1 and in the order of the texts, whatever the order of the answer', async () => {
  const { server, embedder } = await open();
  server.on(
    PATH,
    embeddings((text) => (text === 'a' ? [3, 4, 0] : [0, 0, 0.5])),
  );
  expect(await embedder.embed(['a', 'b', 'a'])).toEqual([
    Float32Array.of(0.6, 0.8, 0),
    Float32Array.of(0, 0, 1),
    Float32Array.of(0.6, 0.8, 0),
  ]);
});

test('vectors may come in base64', async () => {
  const { server, embedder } = await open();
  server.on(
    PATH,
    embeddings(() => base64Of([0, -2, 0])),
  );
  expect(await embedder.embed(['a'])).toEqual([Float32Array.of(0, -1, 0)]);
});

test('blank texts and zero vectors are zero; blank texts are not sent', async () => {
  const { server, embedder } = await open();
  server.on(
    PATH,
    embeddings(() => [0, 0, 0]),
  );
  expect(await embedder.embed(['', 'x', ' \n'])).toEqual(
    Array.from({ length: 3 }, () => new Float32Array(3)),
  );
  expect(server.requestsTo(PATH).at(-1)?.body).toMatchObject({ input: ['x'] });
  const before = server.requests.length;
  expect(await embedder.embed([])).toEqual([]);
  expect(server.requests).toHaveLength(before);
});

test('batches are bounded in texts and in characters, and go within the concurrency', async () => {
  const { server, embedder } = await open();
  server.on(
    PATH,
    embeddings((text) => [Number(text), 1, 0]),
  );
  const vectors = await embedder.embed(Array.from({ length: 100 }, (_, i) => String(i)));
  expect(vectors.map((vector) => Math.round(vector[0]! / vector[1]!))).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
  const sizes = (): number[] =>
    server.requestsTo(PATH).map(({ body }) => (body as { input: string[] }).input.length);
  expect(
    sizes()
      .slice(1)
      .sort((a, b) => a - b),
  ).toEqual([4, 32, 32, 32]);
  expect(server.mostAtOnce).toBeLessThanOrEqual(2);
  server.on(
    PATH,
    embeddings(() => [1, 0, 0]),
  );
  await embedder.embed(['x'.repeat(40_000), 'y'.repeat(40_000), 'z', 'w'.repeat(100_000)]);
  expect(
    sizes()
      .slice(5)
      .sort((a, b) => a - b),
  ).toEqual([1, 1, 2]);
});

describe('a bad reply is', () => {
  test.each([
    ['another dimension', embeddings(() => [1, 2])],
    ['no dimension', embeddings(() => [])],
    ['a number that is not finite', embeddings(() => base64Of([1, NaN, 0]))],
    ['a number beyond 32 bits', embeddings(() => [1e300, 0, 0])],
    ['half a number', embeddings(() => Buffer.alloc(6).toString('base64'))],
    ['no number', embeddings(() => [1, null, 0])],
    ['too few vectors', answer({ data: [] })],
    [
      'one vector twice',
      answer({
        data: [
          { index: 1, embedding: [1, 0, 0] },
          { index: 1, embedding: [1, 0, 0] },
        ],
      }),
    ],
    ['something else', answer({ embedding: [1, 2, 3] })],
  ])('%s', async (_, step) => {
    const { server, embedder } = await open();
    server.on(PATH, step);
    expect(await failureOf(embedder.embed(['a', 'b']))).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'bad-reply' },
    });
  });
});

test('a text beyond the model’s context is the caller’s fault', async () => {
  const { server, embedder } = await open();
  server.on(PATH, refuse(400, { error: { message: 'the input length exceeds the context length' } }));
  expect(await failureOf(embedder.embed(['a']))).toMatchObject({
    code: 'INVALID_INPUT',
    details: { reason: 'prompt-too-long' },
  });
});

test('a chat model’s server that cannot embed says so', async () => {
  const { server, connection } = await connect();
  server.on(PATH, refuse(501, { error: { code: 501, message: 'This server does not support embeddings.' } }));
  expect(await failureOf(ServerEmbedder.create({ connection, model: 'm' }))).toMatchObject({
    message: expect.stringContaining('does not support embeddings') as unknown,
    details: { reason: 'server-error' },
  });
});

test('a signal ends it', async () => {
  const { server, embedder } = await open();
  server.on(PATH, hang());
  const controller = new AbortController();
  const failure = failureOf(embedder.embed(['a'], controller.signal));
  await vi.waitFor(() => expect(server.requests).toHaveLength(2));
  controller.abort();
  expect(await failure).toMatchObject({ code: 'CANCELLED' });
});

test('after one batch has failed, the others are not sent', async () => {
  const { server, embedder } = await open(1);
  const good = embeddings(() => [1, 0, 0]);
  server.on(PATH, refuse(401, ''), good);
  const many = Array.from({ length: 320 }, (_, i) => `text ${i}`);
  expect(await failureOf(embedder.embed(many))).toMatchObject({ details: { reason: 'unauthorised' } });
  // Waits for its turn behind whatever is still to be sent.
  await embedder.embed(['next']);
  expect(server.requests.map(({ body }) => (body as { input: string[] }).input[0])).toEqual([
    'memory',
    'text 0',
    'next',
  ]);
});
