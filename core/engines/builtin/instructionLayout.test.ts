import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBullets,
  bulletsOf,
  newLines,
  replaceBullets,
  SECTIONS,
  setActionType,
  writeInstruction,
} from './instructionLayout.ts';

const guide = { title: 'T', purpose: 'P.', when: ['w1', 'w2'], how: ['h1'], constraints: ['c1'] };
const text = writeInstruction(guide, 'insert');

test('the layout of reference 3.2', () => {
  expect(text).toBe(
    'Skill: T\n\nPurpose: P.\n\nWhen to use:\n- w1\n- w2\n\nHow to apply:\n- h1\n\nConstraints:\n- c1\n\nAction type: INSERT only.',
  );
  for (const section of SECTIONS) expect(bulletsOf(text, section)).toEqual(guide[section]);
});

describe('edits', () => {
  test('bullets are added once, at the end of their section', () => {
    const longer = addBullets(text, 'how', ['h2', 'h1']);
    expect(longer).toBe(text.replace('- h1', '- h1\n- h2'));
    expect(addBullets(longer, 'how', ['h2'])).toBe(longer);
  });

  test('a missing section is added in its place', () => {
    expect(addBullets('Skill: T\n\nConstraints:\n- c\n\nAction type: INSERT only.', 'when', ['w'])).toBe(
      'Skill: T\n\nWhen to use:\n- w\n\nConstraints:\n- c\n\nAction type: INSERT only.',
    );
    expect(addBullets('Free words.', 'constraints', ['c'])).toBe('Free words.\n\nConstraints:\n- c');
  });

  test('the closing line follows the type', () => {
    expect(setActionType(text, 'update')).toBe(text.replace('INSERT', 'UPDATE'));
    expect(setActionType('Free words.', 'update')).toBe('Free words.\n\nAction type: UPDATE only.');
  });

  test('lines that are not bullets stay', () => {
    const mixed = text.replace('- h1', 'As follows.\n- h1');
    expect(replaceBullets(mixed, 'how', ['h9'])).toBe(mixed.replace('- h1', '- h9'));
  });

  test('new lines are those the base does not have', () => {
    expect(newLines(addBullets(text, 'when', ['w3']), text)).toEqual(['- w3']);
  });

  test('law: what is written into a section of any text is read back, and the other sections stay', () => {
    const bullet = fc
      .stringMatching(/^[a-z][a-z ]{0,11}[a-z]$/u)
      .filter((word) => !/purpose|constraint|action|how|when/u.test(word));
    const anyText = fc.oneof(
      fc.constant(text),
      fc.array(bullet, { maxLength: 4 }).map((lines) => lines.join('\n')),
    );
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom(...SECTIONS),
        fc.uniqueArray(bullet, { minLength: 1, maxLength: 4 }),
        (base, section, bullets) => {
          const edited = replaceBullets(base, section, bullets);
          expect(bulletsOf(edited, section)).toEqual(bullets);
          for (const other of SECTIONS)
            if (other !== section) expect(bulletsOf(edited, other)).toEqual(bulletsOf(base, other));
        },
      ),
      { seed: 1 },
    );
  });
});
