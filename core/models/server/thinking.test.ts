import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PieceFeed } from './pieceFeed.ts';
import { stripThinking, ThinkingFilter } from './thinking.ts';

test.each([
  ['<think>hm</think>\n\nyes', 'yes'],
  ['\n<think>\nhm\n</think>\n<think>again</think> yes', 'yes'],
  ['<think></think>', ''],
  ['<think>never ends', ''],
  ['  yes ', '  yes '],
  ['<thin', '<thin'],
  ['It wrote <think>hm</think>', 'It wrote <think>hm</think>'],
  // The template began the section in the prompt.
  ['hm, so\n</think>\nyes', 'yes'],
  ['{"text":"a </think> tag"}', '{"text":"a </think> tag"}'],
])('%j is %j', (reply, expected) => {
  expect(stripThinking(reply)).toBe(expected);
});

const reply = fc
  .array(fc.constantFrom('<think>', '</think>', '<', 'think>', '</', ' ', '\n', 'word', 'é', '{'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

test('the filter lets the same through however a reply is split', () => {
  fc.assert(
    fc.property(reply, fc.integer({ min: 1, max: 5 }), (text, length) => {
      const whole = new ThinkingFilter();
      const expected = whole.push(text) + whole.end();
      const split = new ThinkingFilter();
      let found = '';
      for (let at = 0; at < text.length; at += length) found += split.push(text.slice(at, at + length));
      expect(found + split.end()).toBe(expected);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('a second attempt goes on where the first stopped, and is silent when it differs', () => {
  const heard: string[] = [];
  const feed = new PieceFeed((text) => void heard.push(text));
  for (const piece of ['The ', 'cat']) feed.push(piece);
  feed.restart();
  for (const piece of ['The', ' cat sat', ' down']) feed.push(piece);
  expect(heard).toEqual(['The ', 'cat', ' sat', ' down']);
  feed.restart();
  feed.push('A dog sat down, and that is another story');
  feed.end();
  expect(heard).toHaveLength(4);
});
