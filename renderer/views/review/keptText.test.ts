import { expect, test } from 'vitest';
import { keptText, readValues } from './keptText.ts';

class MemoryStorage {
  readonly #kept = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#kept.set(key, text);
  }

  removeItem(key: string): void {
    this.#kept.delete(key);
  }
}

const REVISION = {
  change: { kind: 'retire', name: 'x' },
  author: 'designer',
  reasoning: '',
  response: null,
  createdAtMs: 5,
} as const;

test('a text is kept for one revision and one verdict until it is forgotten', () => {
  const storage = new MemoryStorage();
  const first = { id: 'p1', revisions: [REVISION] };
  const kept = keptText('edit', first, storage);
  kept.write('half a thought');
  expect(keptText('edit', first, storage).read()).toBe('half a thought');
  expect(keptText('reject', first, storage).read()).toBeNull();
  expect(keptText('edit', { id: 'p1', revisions: [REVISION, REVISION] }, storage).read()).toBeNull();
  expect(keptText('edit', { id: 'p1', revisions: [{ ...REVISION, createdAtMs: 6 }] }, storage).read()).toBe(
    null,
  );
  kept.forget();
  expect(kept.read()).toBeNull();
});

test('an edit that cannot be read is none', () => {
  expect(readValues('{"name":"a","type":"insert"}')).toEqual({ name: 'a', type: 'insert' });
  expect([null, '{', '{"name":1}', '{"color":"red"}'].map(readValues)).toEqual([null, null, null, null]);
});
