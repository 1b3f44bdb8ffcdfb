import { expect, test } from 'vitest';
import { countTokens } from '../../datasets/tokens.ts';
import { connect, failureOf } from './fixtures/testConnection.ts';
import { answer, refuse, type Step } from './fixtures/testServer.ts';
import { estimateTokens, TokenCounter } from './tokenCounter.ts';

const VLLM: Step = (response, request) => {
  const { prompt } = request.body as { prompt?: string };
  const step =
    prompt === undefined
      ? refuse(422, { detail: 'prompt is required' })
      : answer({ count: prompt.length, max_model_len: 4096, tokens: [] });
  return step(response, request);
};
const LLAMA: Step = (response, request) => {
  const { content = '' } = request.body as { content?: string };
  return answer({ tokens: Array.from(content, (_, i) => i) })(response, request);
};

test.each([
  ['vLLM', VLLM, 2],
  ['llama-server', LLAMA, 3],
])('%s counts; its way of asking is found once', async (_, step, requests) => {
  const { server, connection } = await connect();
  server.on('/tokenize', step);
  const counter = new TokenCounter(connection, 'm');
  expect(counter.isEstimate).toBeNull();
  expect(await counter.count('hello')).toBe(5);
  expect(await counter.count('hi')).toBe(2);
  expect(await counter.count('')).toBe(0);
  expect(counter.isEstimate).toBe(false);
  expect(server.requests).toHaveLength(requests);
});

test.each([
  ['that does not know the call', refuse(404, ''), 1],
  ['that answers anything with good cheer', answer({ ok: true }), 1],
  ['like LM Studio', answer({ error: 'Unexpected endpoint or method. (POST /tokenize)' }), 1],
])('a server %s is asked no more, and tokens are estimated', async (_, step) => {
  const { server, connection } = await connect();
  server.on('/tokenize', step);
  const counter = new TokenCounter(connection, 'm');
  expect(await counter.count('abc abc 12')).toBe(estimateTokens('abc abc 12'));
  expect(counter.isEstimate).toBe(true);
  await counter.count('more');
  expect(server.requests).toHaveLength(2);
});

test('a server that cannot be reached is an error and no estimate', async () => {
  const { server, connection } = await connect({ attempts: 1 });
  server.on('/tokenize', refuse(500, ''));
  const counter = new TokenCounter(connection, 'm');
  expect(await failureOf(counter.count('x'))).toMatchObject({ details: { reason: 'server-error' } });
  server.on('/tokenize', VLLM);
  expect(await counter.count('x')).toBe(1);
});

test('a text beyond the context is estimated where the server refuses to count it', async () => {
  const { server, connection } = await connect();
  server.on(
    '/tokenize',
    refuse(400, { error: { message: "This model's maximum context length is 9 tokens" } }),
  );
  const counter = new TokenCounter(connection, 'm');
  expect(await counter.count('word')).toBe(2);
});

test.each([
  ['abc', 1],
  ['abc def', 3],
  ['2024', 4],
  ['中文', 4],
  ['да', 3],
  ['', 0],
])('the estimate of %j is %d', (text, tokens) => {
  expect(estimateTokens(text)).toBe(tokens);
});

test.each([
  'Caroline went to the LGBTQ support group on 7 May 2023 and said that it was "powerful"; Melanie painted a sunrise.',
  'Ich habe gestern im Zug nach München ein Buch über die Geschichte der Donaudampfschifffahrt gelesen.',
  'Вчера мы ездили на дачу и сажали картошку, а потом пили чай.',
  '昨天我和朋友去了北京的故宫博物院，天气很好，我们拍了很多照片。',
  '어제 친구와 함께 서울에 있는 박물관에 갔다.',
  '{"actions":[{"type":"insert","text":"Anna moved to Paris on 2023-05-07.","skill":"s-12"}]}',
  '  - [ ] call +49 30 1234567 (https://example.org/a?b=c&d=1)\n\t\t* 3.14159 == pi\n',
])('the estimate is above the count of a tokenizer, and not by more than three times: %s', (text) => {
  const ratio = estimateTokens(text) / countTokens(text);
  expect(ratio).toBeGreaterThanOrEqual(1);
  expect(ratio).toBeLessThan(3);
});
