import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffBanks, diffSkill, diffText, type DiffPart } from './diff.ts';
import { revealHidden } from './hiddenCharacters.ts';
import { seedSkills } from './seeds.ts';

const spell = (parts: readonly DiffPart[], without: DiffPart['kind']): string =>
  parts
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join('');

describe('diffText', () => {
  test('is word by word and keeps white space and punctuation', () => {
    expect(diffText('Keep every item short.', 'Keep each item short, and\nspecific.')).toEqual([
      { kind: 'same', text: 'Keep ' },
      { kind: 'removed', text: 'every' },
      { kind: 'added', text: 'each' },
      { kind: 'same', text: ' item short' },
      { kind: 'added', text: ', and\nspecific' },
      { kind: 'same', text: '.' },
    ]);
  });

  test('shows what cannot be seen, tag characters with the letter they spell', () => {
    const after = 'store facts\u{200b}\u{202e}\u{e0041}';
    expect(diffText('store facts', after).filter(({ kind }) => kind === 'added')).toEqual([
      expect.objectContaining({ text: expect.stringContaining('⟨U+200B⟩⟨U+202E⟩⟨U+E0041 A⟩') as unknown }),
    ]);
  });

  test('texts with nothing in common are one replaced by the other, also when they are long', () => {
    const long = (word: string): string => Array.from({ length: 1400 }, (_, i) => `${word}${i}`).join(' ');
    const parts = diffText(long('a'), long('b'));
    expect(parts.map(({ kind }) => kind)).toEqual(['removed', 'added']);
    expect(spell(parts, 'added')).toBe(long('a'));
  });

  test('removed and same parts spell the text before, added and same parts the text after', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '\n', '.', ',', 'é', '\u{200b}', '😀'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const parts = diffText(before, after);
        expect(spell(parts, 'added')).toBe(revealHidden(before));
        expect(spell(parts, 'removed')).toBe(revealHidden(after));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('skills and banks', () => {
  const [insert, update, remove] = seedSkills({ skipNoop: true });

  test('only fields that differ are listed', () => {
    const changed = { ...insert!, type: 'update' as const, isPinned: false };
    expect(diffSkill(insert!, changed)).toEqual({
      name: 'insert',
      kind: 'changed',
      fields: [
        {
          field: 'type',
          parts: [
            { kind: 'removed', text: 'insert' },
            { kind: 'added', text: 'update' },
          ],
        },
        {
          field: 'isPinned',
          parts: [
            { kind: 'removed', text: 'true' },
            { kind: 'added', text: 'false' },
          ],
        },
      ],
    });
    expect(diffSkill(insert!, { ...insert! })).toEqual({ name: 'insert', kind: 'unchanged', fields: [] });
  });

  test('a bank diff lists the skills after in their order, then those that are gone', () => {
    const added = { ...insert!, name: 'pets' };
    const diffs = diffBanks(
      [insert!, update!, remove!],
      [added, { ...update!, description: 'New.' }, insert!],
    );
    expect(diffs.map(({ name, kind }) => [name, kind])).toEqual([
      ['pets', 'added'],
      ['update', 'changed'],
      ['insert', 'unchanged'],
      ['delete', 'removed'],
    ]);
    expect(diffs[0]!.fields.map(({ field }) => field)).toEqual([
      'description',
      'instruction',
      'type',
      'isPinned',
    ]);
    expect(diffs[3]!.fields.every(({ parts }) => parts.every(({ kind }) => kind === 'removed'))).toBe(true);
  });
});
