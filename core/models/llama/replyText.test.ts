import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleText } from './replyText.ts';

const PLAIN = { startsThinking: false, stop: [], isDone: true };

test.each([
  ['<think>so\nthen</think>\n\nYes', 'Yes'],
  ['\n<think></think>Yes', 'Yes'],
  ['<think>cut off', ''],
  ['No <think>at the start</think>', 'No <think>at the start</think>'],
  ['Yes', 'Yes'],
])('of %j the reply is %j', (written, text) => {
  expect(visibleText(written, PLAIN)).toEqual({ text, isStopped: false });
});

test('a section the prompt opened ends where it is closed', () => {
  const options = { ...PLAIN, startsThinking: true };
  expect(visibleText('so then</think> Yes', options).text).toBe('Yes');
  expect(visibleText('so then', options).text).toBe('');
});

test('the earliest stop text ends the reply', () => {
  expect(visibleText('one. two; three', { ...PLAIN, stop: [';', '.'] })).toEqual({
    text: 'one',
    isStopped: true,
  });
  expect(visibleText('<think>a;b</think>c', { ...PLAIN, stop: [';'] })).toEqual({
    text: 'c',
    isStopped: false,
  });
});

test('what could become a stop text or a tag is held back until it is known', () => {
  const growing = { ...PLAIN, stop: ['END'], isDone: false };
  expect(visibleText('the E', growing).text).toBe('the ');
  expect(visibleText('the Ex', growing).text).toBe('the Ex');
  expect(visibleText('<thi', growing).text).toBe('');
  expect(visibleText('<this', growing).text).toBe('<this');
});

test('what is shown while it grows is always a start of the whole', () => {
  const part = fc.constantFrom('<think>', '</think>', 'a', ' ', 'EN', 'END', 'D', '<');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, startsThinking) => {
      const options = { startsThinking, stop: ['END'] };
      const whole = visibleText(parts.join(''), { ...options, isDone: true }).text;
      for (let i = 0; i <= parts.length; i += 1)
        expect(whole).toContain(visibleText(parts.slice(0, i).join(''), { ...options, isDone: false }).text);
    }),
    { seed: 3 },
  );
});
