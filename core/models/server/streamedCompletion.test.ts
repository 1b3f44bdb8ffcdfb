import { describe, expect, test } from 'vitest';
import type { CompletionRequest } from '../languageModel.ts';
import type { Connected } from './fixtures/testConnection.ts';
import { ask, bodies, CHAT_PATH, JUDGED, openModel, SCHEMA } from './fixtures/testModel.ts';
import { chunk, cutStream, event, eventsOf, reply, stream, USAGE, type Step } from './fixtures/testServer.ts';

describe('a streamed reply', () => {
  const PIECES = ['<think>h', 'm</think>\n', 'Zoë says ', '“ja” 🎉', '.'];
  const TEXT = 'Zoë says “ja” 🎉.';

  async function streamed(
    steps: readonly Step[],
    more: Partial<CompletionRequest> = {},
  ): Promise<{ heard: string[]; opened: Connected; result: unknown }> {
    const opened = await openModel({ idleTimeoutMs: 200 });
    opened.server.on(CHAT_PATH, ...steps);
    const heard: string[] = [];
    const onText = (text: string): void => void heard.push(text);
    const result = await opened.model.complete(ask({ onText, ...more })).catch((error: unknown) => error);
    return { heard, opened, result };
  }

  test.each([1, 3, 7, Infinity])('is the same in writes of %d bytes', async (bytesAtOnce) => {
    const { heard, opened, result } = await streamed([stream(eventsOf(PIECES), bytesAtOnce)]);
    expect(result).toMatchObject({
      text: TEXT,
      usage: { promptTokens: 12, cachedPromptTokens: 5, completionTokens: 3 },
    });
    expect(heard.join('')).toBe(TEXT);
    expect(heard.length).toBeGreaterThan(1);
    expect(bodies(opened)[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  test('may have CRLF, comments, reasoning and no [DONE]', async () => {
    const events = [
      ': processing\r\n\r\n',
      chunk({ reasoning_content: 'hm' }).replaceAll('\n', '\r\n'),
      chunk({ content: 'Yes' }).replaceAll('\n', '\r\n'),
      chunk({}, 'stop'),
      event({ choices: [], usage: USAGE }),
    ];
    const { heard, result } = await streamed([stream(events)]);
    expect(result).toMatchObject({ text: 'Yes', usage: { promptTokens: 12 } });
    expect(heard).toEqual(['Yes']);
  });

  test('is checked against its schema', async () => {
    const good = await streamed([stream(eventsOf(['{"score":0.5,', '"why":"half"}']))], { schema: SCHEMA });
    expect(good.result).toMatchObject({ text: JUDGED });
    const bad = await streamed([stream(eventsOf(['Half.']))], { schema: SCHEMA });
    expect(bad.result).toMatchObject({ details: { reason: 'bad-reply' } });
  });

  test.each<[string, Step]>([
    ['breaks off', cutStream(eventsOf(['Zoë says '], { finishReason: null }).slice(0, -2))],
    ['ends early', stream(eventsOf(['Zoë says '], { finishReason: null }).slice(0, -2))],
    ['is done too soon', stream(eventsOf(['Zoë says '], { finishReason: null }))],
  ])('that %s is sent for again, and no piece is heard twice', async (_, cut) => {
    const { heard, opened, result } = await streamed([cut, stream(eventsOf(PIECES))]);
    expect(result).toMatchObject({ text: TEXT });
    expect(heard.join('')).toBe(TEXT);
    expect(opened.waits).toHaveLength(1);
    const failed = await streamed([cut]);
    expect(failed.result).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'cut-stream', attempts: 3 },
    });
  });

  test('that stops midway and hangs is sent for again', async () => {
    const stuck: Step = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'Zoë' }));
    };
    const { heard, result } = await streamed([stuck, stream(eventsOf(PIECES))]);
    expect(result).toMatchObject({ text: TEXT });
    expect(heard.join('')).toBe(TEXT);
  });

  test('that was cut at its limit is an error', async () => {
    const { result } = await streamed([stream(eventsOf(['We'], { finishReason: 'length' }))]);
    expect(result).toMatchObject({ details: { reason: 'cut-reply' } });
  });

  test('with an error in it fails as the error would', async () => {
    const busy = event({ error: { message: 'no slot', code: 503, type: 'unavailable_error' } });
    const long = event({
      error: { code: 400, type: 'exceed_context_size_error', n_prompt_tokens: 9, n_ctx: 8 },
    });
    const { result, opened } = await streamed([stream([busy]), stream([long])]);
    expect(result).toMatchObject({
      details: { reason: 'prompt-too-long', promptTokens: 9, contextTokens: 8 },
    });
    expect(opened.waits).toHaveLength(1);
  });

  test('of text that is not JSON is a bad reply', async () => {
    const { result } = await streamed([stream(['data: {"choices\n\n'])]);
    expect(result).toMatchObject({ details: { reason: 'bad-reply' } });
  });

  test('may come whole from a server that does not stream', async () => {
    const { heard, result } = await streamed([reply('<think>hm</think>Yes')]);
    expect(result).toMatchObject({ text: 'Yes' });
    expect(heard).toEqual(['Yes']);
  });

  test('whose listener fails is not sent for again', async () => {
    const { opened, result } = await streamed([stream(eventsOf(PIECES))], {
      onText: () => {
        throw new Error('listener');
      },
    });
    expect(result).toMatchObject({ message: 'listener' });
    expect(opened.server.requests).toHaveLength(1);
  });
});
