import { describe, expect, test } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import { failureOf, isErrorBody, statusInside, TransientFailure } from './serverErrors.ts';

function failure(status: number, body: unknown): AppError | TransientFailure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return failureOf({
    server: 'http://host/v1',
    status,
    body: text,
    retryAfterMs: null,
    redact: (words) => words,
  });
}

describe('a prompt that is too long is told from other refusals, in the words of', () => {
  test.each([
    [
      'llama-server',
      400,
      {
        error: {
          code: 400,
          message:
            'request (4476 tokens) exceeds the available context size (4096 tokens), try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 4476,
          n_ctx: 4096,
        },
      },
      4476,
      4096,
    ],
    [
      'llama-server of 2024',
      400,
      {
        error: {
          code: 400,
          message: 'the request exceeds the available context size. try increasing the context size',
        },
      },
      null,
      null,
    ],
    [
      'llama-server, embeddings',
      500,
      {
        error: {
          code: 500,
          message: 'input (600 tokens) is too large to process. increase the physical batch size',
        },
      },
      600,
      null,
    ],
    [
      'vLLM',
      400,
      {
        object: 'error',
        message:
          "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in the messages, 6048 in the completion). Please reduce the length of the messages or completion.",
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
      568,
      6048,
    ],
    [
      'vLLM, by the limit of the reply',
      400,
      {
        error: {
          message:
            "'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 2048 tokens and your request has 1600 input tokens (500 > 2048 - 1600).",
          type: 'BadRequestError',
          code: 400,
        },
      },
      1600,
      2048,
    ],
    [
      'vLLM, by the prompt alone',
      400,
      {
        error: {
          message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
        },
      },
      5000,
      4096,
    ],
    [
      'vLLM of 2024',
      400,
      {
        object: 'error',
        message: 'max_tokens must be at least 1, got -186.',
        type: 'BadRequestError',
        code: 400,
      },
      null,
      null,
    ],
    [
      'Ollama',
      400,
      { error: { message: 'the input length exceeds the context length', type: 'api_error' } },
      null,
      null,
    ],
    ['Ollama of 2024', 400, { error: 'input length exceeds maximum context length' }, null, null],
    [
      'LM Studio',
      400,
      {
        error:
          'Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context length of only 7866 tokens, which is not enough.',
      },
      10136,
      7866,
    ],
    [
      'LM Studio, newer',
      400,
      {
        error:
          'The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input',
      },
      null,
      null,
    ],
    [
      'LM Studio, by its engine',
      400,
      { error: 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)' },
      15028,
      7424,
    ],
    [
      'OpenAI',
      400,
      {
        error: {
          message:
            "This model's maximum context length is 4097 tokens. However, your messages resulted in 6988 tokens.",
          code: 'context_length_exceeded',
        },
      },
      6988,
      4097,
    ],
  ])('%s', (_, status, body, promptTokens, contextTokens) => {
    expect(failure(status, body)).toMatchObject({
      code: 'INVALID_INPUT',
      details: { reason: 'prompt-too-long', promptTokens, contextTokens },
    });
  });

  test('no other refusal', () => {
    expect(
      failure(400, { error: { message: "'response_format.type' must be 'json_schema' or 'text'" } }),
    ).toMatchObject({
      code: 'UNAVAILABLE',
      details: { reason: 'server-error', status: 400 },
    });
  });
});

describe('each status', () => {
  test.each([
    [401, { error: { message: 'Incorrect API key provided: sk-1234.' } }, 'unauthorised'],
    [403, 'forbidden', 'unauthorised'],
    [
      404,
      { error: { message: 'model "x" not found, try pulling it first', type: 'api_error' } },
      'no-such-model',
    ],
    [
      404,
      { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', code: 404 },
      'no-such-model',
    ],
    [400, { error: { message: 'bad', code: 'model_not_found' } }, 'no-such-model'],
    [400, { error: 'No models loaded. Please load a model.' }, 'no-such-model'],
    [404, '<html>Not Found</html>', 'server-error'],
    [302, '', 'server-error'],
    [422, { detail: [{ msg: 'Field required' }] }, 'server-error'],
    [501, 'no', 'server-error'],
  ])('%d %j is %s, for good', (status, body, reason) => {
    const error = failure(status, body);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { reason, status } });
    expect(error.message).not.toContain('sk-1234');
  });

  test.each([
    [408, 'server-timeout'],
    [429, 'server-busy'],
    [503, 'server-busy'],
    [500, 'server-error'],
    [502, 'server-error'],
    [504, 'server-error'],
  ])('%d is %s and may be over soon', (status, reason) => {
    const error = failure(status, { error: { message: 'wait' } });
    expect(error).toBeInstanceOf(TransientFailure);
    expect(error).toMatchObject({ error: { code: 'UNAVAILABLE', details: { reason, status } } });
  });

  test('says which server, what it said in short, and what to do', () => {
    expect(failure(404, 'x').message).toBe(
      'The server at http://host/v1 does not offer this call (status 404): check its address, which often ends in /v1.',
    );
    expect(failure(418, ` tea\n${'pot '.repeat(100)}`).message).toMatch(
      /^.* \(status 418, "tea pot .{190,195}…"\): look at/u,
    );
  });
});

test('an error inside an answer of status 200 has the status it names', () => {
  const unknown = '{"error":"Unexpected endpoint or method. (POST /tokenize)"}';
  expect([isErrorBody(unknown), statusInside(unknown)]).toEqual([true, 404]);
  expect(statusInside('{"error":{"message":"no","code":400}}')).toBe(400);
  expect(statusInside('{"error":{"message":"no","code":null}}')).toBe(500);
  expect(isErrorBody('{"choices":[],"error":null}')).toBe(false);
});
