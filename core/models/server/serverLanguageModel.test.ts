import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { ReplySchema } from '../replySchema.ts';
import { BAD_REPLIES_AT_FIRST, BAD_REPLIES_IN_A_ROW } from './badReplies.ts';
import { connect, failureOf, NOW_MS, type Connected } from './fixtures/testConnection.ts';
import { ask, bodies, CHAT_PATH, JUDGED, openModel, SCHEMA } from './fixtures/testModel.ts';
import { answer, cutStream, event, hang, refuse, reply, stream, type Step } from './fixtures/testServer.ts';
import { ServerLanguageModel } from './serverLanguageModel.ts';

function formatsOf(connected: Connected): unknown[] {
  return bodies(connected).map((body) => (body['response_format'] as { type?: string } | undefined)?.type);
}

describe('a model', () => {
  test('is named by its server and name', async () => {
    const { connection, model } = await openModel();
    expect(model.id).toBe(`server:${connection.base}#qwen`);
  });

  test.each<[string, number | undefined, Step, object]>([
    ['the options', 1000, refuse(404, ''), { contextTokens: 1000, contextSource: 'option' }],
    [
      'the server',
      undefined,
      answer({ data: [{ id: 'm', max_model_len: 32 }] }),
      { contextTokens: 32, contextSource: 'server' },
    ],
    ['neither', undefined, answer({ data: [] }), { contextTokens: 4096, contextSource: 'default' }],
  ])('has its context from %s', async (_, contextTokens, models, expected) => {
    const { server, connection } = await connect();
    server.on('/v1/models', models);
    expect(await ServerLanguageModel.create({ connection, model: 'm', contextTokens })).toMatchObject(
      expected,
    );
  });

  test.each([0, -1, 1.5, NaN])('has no context of %d tokens', async (contextTokens) => {
    const { connection } = await connect();
    const work = ServerLanguageModel.create({
      connection,
      model: 'm',
      contextTokens,
    });
    expect(await failureOf(work)).toMatchObject({
      code: 'INVALID_INPUT',
      details: { path: 'contextTokens' },
    });
  });
});

describe('a completion', () => {
  test('sends what was asked for, and no more', async () => {
    const opened = await openModel();
    opened.server.on(CHAT_PATH, reply('Yes.'));
    expect(await opened.model.complete(ask())).toEqual({
      text: 'Yes.',
      usage: {
        promptTokens: 12,
        cachedPromptTokens: 5,
        completionTokens: 3,
        durationMs: expect.any(Number) as unknown,
      },
    });
    expect(bodies(opened)).toEqual([
      { model: 'qwen', messages: ask().messages, max_tokens: 64, temperature: 0, seed: 7 },
    ]);
  });

  test('sends the stop texts, and a seed that no server takes for a random one', async () => {
    const opened = await openModel();
    opened.server.on(CHAT_PATH, reply(''));
    await opened.model.complete(ask({ stop: ['\n'], seed: 2 ** 32 - 1 }));
    await opened.model.complete(ask({ stop: [], seed: -1 }));
    expect(bodies(opened)[0]).toMatchObject({ stop: ['\n'], seed: 0 });
    expect(bodies(opened)[1]).toMatchObject({ seed: 2 ** 32 - 2 });
    expect(bodies(opened)[1]).not.toHaveProperty('stop');
  });

  test('leaves the thinking out, in the text or beside it', async () => {
    const { server, model } = await openModel();
    server.on(
      CHAT_PATH,
      reply('<think>\nhm\n</think>\n\nYes.'),
      reply('No.', { reasoning: 'hm' }),
      reply(null, { reasoning: 'hm' }),
    );
    expect((await model.complete(ask())).text).toBe('Yes.');
    expect((await model.complete(ask())).text).toBe('No.');
    expect((await model.complete(ask())).text).toBe('');
  });

  test('takes the kept tokens from where an older llama-server counts them', async () => {
    const { server, model } = await openModel();
    const usage = { prompt_tokens: 12, completion_tokens: 3 };
    server.on(
      CHAT_PATH,
      answer({
        choices: [{ message: { content: 'x' }, finish_reason: 'stop' }],
        usage,
        timings: { cache_n: 9 },
      }),
    );
    expect((await model.complete(ask())).usage).toMatchObject({ promptTokens: 12, cachedPromptTokens: 9 });
  });

  test('is counted here when the server does not count', async () => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, reply('abcabc', { usage: null }));
    expect((await model.complete(ask())).usage).toMatchObject({
      // 'Be short.' 4, 'Is it?' 3, and 4 around each message.
      promptTokens: 15,
      cachedPromptTokens: 0,
      completionTokens: 2,
    });
    expect(model.estimatesTokens).toBe(true);
  });

  test('that was cut at its limit is an error', async () => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, reply('Well, it de', { finishReason: 'length' }));
    expect(await failureOf(model.complete(ask()))).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'cut-reply', maxTokens: 64, completionTokens: 3 },
    });
  });

  test.each(['content_filter', 'tool_calls', 'abort'])(
    'that ended with %s is no answer',
    async (finishReason) => {
      const { server, model } = await openModel();
      server.on(CHAT_PATH, reply('', { finishReason }));
      expect(await failureOf(model.complete(ask()))).toMatchObject({
        details: { reason: 'bad-reply', finishReason },
      });
    },
  );

  test.each([answer('not JSON'), answer({ choices: [] }), answer({ object: 'list' })])(
    'of another shape is a bad reply (%#)',
    async (step) => {
      const { server, model } = await openModel();
      server.on(CHAT_PATH, step);
      expect(await failureOf(model.complete(ask()))).toMatchObject({ details: { reason: 'bad-reply' } });
    },
  );

  test('of a model that the server does not have says so', async () => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, refuse(404, { error: { message: 'The model `qwen` does not exist.', code: 404 } }));
    expect(await failureOf(model.complete(ask()))).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'no-such-model' },
    });
  });

  test('with too long a prompt names both sizes', async () => {
    const { server, model } = await openModel();
    const told = { code: 400, type: 'exceed_context_size_error', n_prompt_tokens: 9000, n_ctx: 2048 };
    server.on(
      CHAT_PATH,
      refuse(400, { error: told }),
      refuse(400, { error: 'the input length exceeds the context length' }),
    );
    expect(await failureOf(model.complete(ask({ schema: SCHEMA })))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { reason: 'prompt-too-long', promptTokens: 9000, contextTokens: 2048 },
    });
    expect(await failureOf(model.complete(ask()))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { reason: 'prompt-too-long', promptTokens: 15, contextTokens: 8192 },
    });
    expect(server.requestsTo(CHAT_PATH)).toHaveLength(2);
  });

  test('takes the time of its last send', async () => {
    let nowMs = NOW_MS;
    // Each look at the clock finds it 10 ms further.
    const { server, connection } = await connect({}, { clock: { now: () => (nowMs += 10) } });
    const model = await ServerLanguageModel.create({ connection, model: 'qwen', contextTokens: 10 });
    server.on(CHAT_PATH, refuse(500, ''), reply('x'));
    expect((await model.complete(ask())).usage.durationMs).toBe(10);
  });

  test('ends with its signal', async () => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, hang());
    const controller = new AbortController();
    const failure = failureOf(model.complete(ask({ signal: controller.signal })));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    controller.abort();
    expect(await failure).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a reply to a schema', () => {
  test('is asked for by the server’s own grammar, and checked', async () => {
    const opened = await openModel();
    opened.server.on(CHAT_PATH, reply(`<think>{</think>\n${JUDGED}\n`));
    expect((await opened.model.complete(ask({ schema: SCHEMA }))).text).toBe(JUDGED);
    expect(bodies(opened)[0]).toMatchObject({
      messages: ask().messages,
      response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: SCHEMA } },
    });
  });

  test.each([
    ['prose', 'I think that it is half right.'],
    ['prose around it', `Here you are: ${JUDGED}`],
    ['another value', '{"score":0.7,"why":"x"}'],
    ['one property too few', '{"score":1}'],
    ['nothing', ''],
  ])('that is %s is a bad reply where the grammar was taken', async (_, content) => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, reply(content));
    expect(await failureOf(model.complete(ask({ schema: SCHEMA })))).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'bad-reply' },
    });
    expect(server.requestsTo(CHAT_PATH)).toHaveLength(1);
  });

  test('that is never given is the server’s fault after many in a row; one that is given starts anew', async () => {
    const { server, model } = await openModel();
    const asked = ask({ schema: SCHEMA });
    const reasons = async (count: number): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (let at = 0; at < count; at += 1) {
        const failure = await failureOf(model.complete(asked));
        found.push(failure instanceof AppError ? failure.details?.['reason'] : failure);
      }
      return found;
    };
    const almost = BAD_REPLIES_IN_A_ROW - 1;
    server.on(CHAT_PATH, reply('I think that it is half right.'));
    expect(await reasons(BAD_REPLIES_AT_FIRST)).toEqual([
      ...Array<string>(BAD_REPLIES_AT_FIRST - 1).fill('bad-reply'),
      'no-usable-reply',
    ]);
    server.on(CHAT_PATH, reply(JUDGED));
    await model.complete(asked);
    server.on(CHAT_PATH, reply('I think that it is half right.'));
    expect(await reasons(almost)).toEqual(Array<string>(almost).fill('bad-reply'));
    expect(await failureOf(model.complete(asked))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('start the server with support for JSON schemas') as string,
      details: { reason: 'no-usable-reply', replies: BAD_REPLIES_IN_A_ROW },
    });
  });

  test('that is cut again and again is the model that thinks too long, or the context', async () => {
    const { server, model } = await openModel();
    server.on(CHAT_PATH, reply('<think>Well, ', { finishReason: 'length' }));
    const asked = ask({ schema: SCHEMA });
    for (let bad = 1; bad < BAD_REPLIES_AT_FIRST; bad += 1)
      expect(await failureOf(model.complete(asked))).toMatchObject({ details: { reason: 'cut-reply' } });
    expect(await failureOf(model.complete(asked))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /came to its end within its limit of tokens: .*without thinking/u,
      ) as string,
      details: { reason: 'no-usable-reply', replies: BAD_REPLIES_AT_FIRST },
    });
  });

  test.each([400, 422])(
    'is asked for in plainer ways after status %d, which is remembered',
    async (status) => {
      const opened = await openModel();
      const { server, model, connection } = opened;
      const refusal = refuse(status, { error: { message: 'response_format is not supported' } });
      server.on(
        CHAT_PATH,
        refusal,
        refusal,
        reply(`Sure!\n\`\`\`json\n${JUDGED}\n\`\`\``),
        reply(`{"score":1,"why":""} ok?`),
      );
      expect((await model.complete(ask({ schema: SCHEMA }))).text).toBe(JUDGED);
      expect((await model.complete(ask({ schema: SCHEMA }))).text).toBe('{"score":1,"why":""}');
      expect(formatsOf(opened)).toEqual(['json_schema', 'json_object', undefined, undefined]);
      expect(connection.replyFormat).toBe('words');
      const prompts = bodies(opened).map((body) => JSON.stringify(body['messages']).includes('JSON Schema'));
      expect(prompts).toEqual([false, true, true, true]);
      const free = server.requestsTo(CHAT_PATH).length;
      server.on(CHAT_PATH, reply('free'));
      await model.complete(ask());
      expect(bodies(opened)[free]).toMatchObject({ messages: ask().messages });
    },
  );

  test('of any JSON is enough where the server holds to no schema, if it is of the schema', async () => {
    const opened = await openModel();
    const { server, model } = opened;
    server.on(
      CHAT_PATH,
      refuse(400, { error: 'json_schema?' }),
      reply(JUDGED),
      reply('{"score":2,"why":"x"}'),
    );
    expect((await model.complete(ask({ schema: SCHEMA }))).text).toBe(JUDGED);
    expect(await failureOf(model.complete(ask({ schema: SCHEMA })))).toMatchObject({
      details: { reason: 'bad-reply' },
    });
    expect(formatsOf(opened)).toEqual(['json_schema', 'json_object', 'json_object']);
  });

  test('that was on its way when another gave its form up does not take the form up again', async () => {
    const { server, model, connection } = await openModel();
    let answerFirst = (): void => undefined;
    const late: Step = (response, request) => {
      answerFirst = () => void reply(JUDGED)(response, request);
    };
    server.on(CHAT_PATH, late, refuse(400, { error: 'schema?' }), reply(JUDGED));
    const first = model.complete(ask({ schema: SCHEMA }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await model.complete(ask({ schema: SCHEMA }));
    answerFirst();
    await first;
    expect(connection.replyFormat).toBe('json_object');
  });

  test('that is refused in every way was refused for another reason: nothing is remembered', async () => {
    const opened = await openModel();
    const { server, model, connection } = opened;
    server.on(CHAT_PATH, refuse(400, { error: { message: 'temperature must be positive' } }));
    expect(await failureOf(model.complete(ask({ schema: SCHEMA })))).toMatchObject({
      message: expect.stringContaining('temperature must be positive') as unknown,
      details: { reason: 'server-error', status: 400 },
    });
    expect(formatsOf(opened)).toEqual(['json_schema', 'json_object', undefined]);
    expect(connection.replyFormat).toBe('json_schema');
  });

  test('is not asked for by a schema that a grammar cannot hold', async () => {
    const { server, model } = await openModel();
    // Wrong on purpose.
    const schema = { type: 'number' } as unknown as ReplySchema;
    expect(await failureOf(model.complete(ask({ schema })))).toMatchObject({ details: { reason: 'schema' } });
    expect(server.requests).toEqual([]);
  });
});

test('no key is in an error or an id of a model', async () => {
  const KEY = 'sk-a-secret-of-the-user';
  const { server, connection } = await connect({ attempts: 2 }, { apiKey: KEY });
  const model = await ServerLanguageModel.create({ connection, model: 'qwen', contextTokens: 10 });
  const shown = [model.id, inspect(model, { depth: 10, showHidden: true }), JSON.stringify(model)];
  const quoting = { error: { message: `${KEY}: maximum context length`, code: KEY } };
  for (const step of [
    refuse(400, quoting),
    refuse(422, `no ${KEY}`),
    cutStream([KEY]),
    stream([event(quoting)]),
  ]) {
    server.on(CHAT_PATH, step);
    const error = await failureOf(model.complete(ask({ schema: SCHEMA, onText: () => undefined })));
    shown.push(inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error));
  }
  expect(shown.filter((text) => text.includes(KEY))).toEqual([]);
});
