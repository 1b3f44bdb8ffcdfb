import { expect, test } from 'vitest';
import { diffLines } from './diffLines.ts';
import { formatSize, formatTable, points } from './table.ts';

test('columns are as wide as their widest cell, numbers to the right, no blanks at the end', () => {
  expect(
    formatTable(
      ['name', 'n', 'note'],
      [
        ['a', 1, ''],
        ['longer', 100, 'x'],
      ],
    ),
  ).toEqual(['name      n  note', 'a         1', 'longer  100  x']);
});

test('a column with a single word among numbers is text', () => {
  expect(formatTable(['v'], [[10], ['-']])).toEqual(['v', '10', '-']);
});

test('without rows there is the header alone', () => {
  expect(formatTable(['a', 'bc'], [])).toEqual(['a  bc']);
});

test.each([
  [0.1234, false, '12.3'],
  [0, false, '0.0'],
  [-0.5, false, '-50.0'],
  [0.5, true, '+50.0'],
  [0, true, '0.0'],
  [-0.0001, true, '0.0'],
  [-0.0001, false, '0.0'],
  [-0.012, true, '-1.2'],
])('%d in points (signed: %s) is %s', (fraction, isSigned, text) => {
  expect(points(fraction, isSigned)).toBe(text);
});

test('a diff marks what came and what went, and leaves out skills that stayed', () => {
  expect(
    diffLines([
      { name: 'insert', kind: 'unchanged', fields: [] },
      {
        name: 'pets',
        kind: 'changed',
        fields: [
          {
            field: 'instruction',
            parts: [
              { kind: 'same', text: 'Record ' },
              { kind: 'removed', text: 'cats' },
              { kind: 'added', text: 'pets' },
              { kind: 'same', text: '.' },
            ],
          },
        ],
      },
    ]),
  ).toEqual(['changed pets', '  instruction: Record [-cats-]{+pets+}.']);
});

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [2_497_281_120, '2.3 GiB'],
  [639_150_592, '610 MiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
