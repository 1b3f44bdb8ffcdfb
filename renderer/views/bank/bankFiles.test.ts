import { BANK_FILE_LIMITS } from '../../../core/contract/skill.ts';
import { expect, test } from 'vitest';
import { fileRefusal, toBase64 } from './bankFiles.ts';

test('an empty or too large file is refused before it is read', () => {
  expect(fileRefusal({ name: 'a.json', size: 1 })).toBeNull();
  expect(fileRefusal({ name: 'a.json', size: BANK_FILE_LIMITS.sizeBytes })).toBeNull();
  expect(fileRefusal({ name: 'a.json', size: BANK_FILE_LIMITS.sizeBytes + 1 })).toBe(
    'a.json has 8.1 MiB, and at most 8 MiB are read; choose a bank that was exported.',
  );
  expect(fileRefusal({ name: 'a.json', size: 0 })).toBe('a.json is empty; choose a bank that was exported.');
});

test.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 393_215, 393_216, 393_217, 1_000_001])(
  'base64 of %i bytes is that of the whole',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) % 256);
    expect(await toBase64(new Blob([bytes]))).toBe(Buffer.from(bytes).toString('base64'));
  },
);
