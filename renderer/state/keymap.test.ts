import { expect, test } from 'vitest';
import { Keymap, keysOf } from './keymap.ts';

function press(keymap: Keymap, ...keys: string[]): boolean[] {
  return keys.map((key) => keymap.press({ key, ctrlKey: false, metaKey: false, altKey: false }));
}

function listen(keymap: Keymap, ...ids: Parameters<Keymap['on']>[0][]): string[] {
  const ran: string[] = [];
  for (const id of ids) keymap.on(id, () => ran.push(id));
  return ran;
}

test('a single key and a sequence of two', () => {
  const keymap = new Keymap();
  const ran = listen(keymap, 'go.runs', 'review.reject');
  expect(press(keymap, 'r', 'g', 'r')).toEqual([true, true, true]);
  expect(ran).toEqual(['review.reject', 'go.runs']);
});

test('a key that does not go on with a sequence counts for itself', () => {
  const keymap = new Keymap();
  const ran = listen(keymap, 'go.runs', 'review.approve');
  press(keymap, 'g', 'a');
  expect(ran).toEqual(['review.approve']);
  press(keymap, 'g', 'g', 'r');
  expect(ran).toEqual(['review.approve', 'go.runs']);
});

test('with a modifier, unknown, or without a handler: not ours', () => {
  const keymap = new Keymap();
  const ran = listen(keymap, 'review.approve');
  expect(keymap.press({ key: 'a', ctrlKey: true, metaKey: false, altKey: false })).toBe(false);
  expect(press(keymap, 'q', 'Enter', 'x')).toEqual([false, false, false]);
  expect(ran).toEqual([]);
});

test('capitals are other keys', () => {
  const keymap = new Keymap();
  const ran = listen(keymap, 'review.approve', 'review.apply');
  press(keymap, 'A');
  expect(ran).toEqual(['review.apply']);
});

test('the latest handler answers; when it goes, the one before does', () => {
  const keymap = new Keymap();
  const ran: string[] = [];
  keymap.on('run.new', () => ran.push('first'));
  const stop = keymap.on('run.new', () => ran.push('second'));
  press(keymap, 'n');
  stop();
  press(keymap, 'n');
  expect(ran).toEqual(['second', 'first']);
});

test('the menu runs commands by id; an unknown one does nothing', () => {
  const keymap = new Keymap();
  const ran = listen(keymap, 'bank.export');
  expect(keymap.run('bank.export')).toBe(true);
  expect(keymap.run('bank.explode')).toBe(false);
  expect(ran).toEqual(['bank.export']);
});

test('hints show the keys that are handled', () => {
  expect(keysOf('go.review')).toEqual(['g', 'v']);
});

test('a command of a part that is not shown shows it, and runs once when it is handled', () => {
  const shown: string[] = [];
  const keymap = new Keymap((id) => shown.push(id) > 0);
  expect(keymap.run('bank.import')).toBe(true);
  expect(shown).toEqual(['bank.import']);
  const ran: string[] = [];
  keymap.on('bank.import', () => ran.push('first'));
  keymap.on('bank.import', () => ran.push('second'));
  expect(ran).toEqual(['first']);
});

test('a command that no part of the page handles is forgotten', () => {
  const keymap = new Keymap();
  expect(keymap.run('bank.import')).toBe(false);
  expect(listen(keymap, 'bank.import')).toEqual([]);
});
