import { BANK_FILE_LIMITS } from '../contract/skill.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyPath, parseStrictJson } from './strictJson.ts';

function failure(source: Uint8Array | string): unknown {
  try {
    return parseStrictJson(source, 'bank.json');
  } catch (error) {
    return error;
  }
}

describe('parseStrictJson', () => {
  test.each([
    ['truncated JSON', '{"a": [1, 2', 'is not whole JSON', ''],
    ['nothing', '', 'is not whole JSON', ''],
    ['a key twice', '{"a": [{"b": 1, "c": {}, "b": 2}]}', 'is there twice', 'a[0].b'],
    ['a key twice, once in escapes', '{"skills": 1, "s\\u006bills": 2}', 'is there twice', 'skills'],
    ['__proto__', '{"a": {"b": [0, {"__proto__": {"x": 1}}]}}', 'not allowed', 'a.b[1].__proto__'],
    ['half a surrogate pair', '{"a": ["\\ud83d"]}', 'half a surrogate pair', 'a[0]'],
    [
      'deep nesting',
      '[[{"a":'.repeat(6) + '1' + '}]]'.repeat(6),
      'more than 16 levels',
      '[0][0].a[0][0].a[0][0].a',
    ],
  ])('refuses %s and names the place', (_, text, problem, path) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error).toHaveProperty('message', expect.stringMatching(/^The file bank\.json.* .*\.$/u));
    expect(error).toHaveProperty('message', expect.stringContaining(problem));
    expect((error as { details: { keyPath: string } }).details.keyPath).toContain(path);
  });

  test('refuses invalid UTF-8, a file over the limit, and nesting no stack could hold', () => {
    const message = (source: Uint8Array | string): unknown => (failure(source) as Error).message;
    expect(message(Uint8Array.of(0x22, 0xc3, 0x28, 0x22))).toBe(
      'The file bank.json is not UTF-8 text: save it as UTF-8.',
    );
    expect(message(' '.repeat(BANK_FILE_LIMITS.sizeBytes + 1))).toMatch(
      /^The file bank\.json has 8\.0 MiB, and at most 8 MiB/u,
    );
    expect(message('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toContain('more than 16 levels');
  });

  test('one key in two objects, and strings that look like structure, are no mistake', () => {
    const text = '{"a": {"k": "{\\"a\\": [,:]}"}, "b": {"k": "a"}, "c": ["a", "a"], "k\\"": 1}';
    expect(parseStrictJson(text, 'f')).toEqual(JSON.parse(text));
    expect(parseStrictJson(Buffer.from('\ufeff{"é": "😀"}'), 'f')).toEqual({ é: '😀' });
  });

  test('agrees with JSON.parse on everything JSON.stringify writes', () => {
    const value = fc
      .jsonValue({ maxDepth: 5, stringUnit: 'grapheme' })
      .filter((one) => !JSON.stringify(one).includes('__proto__'));
    fc.assert(
      fc.property(value, fc.nat(3), (one, indent) => {
        const text = JSON.stringify(one, null, indent);
        expect(parseStrictJson(text, 'f')).toEqual(JSON.parse(text));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('finds any key that is written twice', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(keys, fc.nat(), (names, pick) => {
        const entries = [...names, names[pick % names.length]!].map((name) => `${JSON.stringify(name)}:{}`);
        expect(failure(`[{${entries.join(',')}}]`)).toMatchObject({ code: 'INVALID_INPUT' });
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

test('key paths are written as one would in code', () => {
  expect(keyPath(['skills', 3, 'name'])).toBe('skills[3].name');
  expect(keyPath([0, 'a'])).toBe('[0].a');
  expect(keyPath([])).toBe('');
});
