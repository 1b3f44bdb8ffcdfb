import type { OpenDialogOptions } from 'electron';
import { expect, test } from 'vitest';
import { createDialogFiles } from './dialogFiles.ts';

function setUp(...answers: readonly string[][]) {
  const shown: OpenDialogOptions[] = [];
  const left = [...answers];
  const showOpenDialog = async (options: OpenDialogOptions) => {
    shown.push(options);
    const filePaths = left.shift() ?? [];
    return { canceled: filePaths.length === 0, filePaths };
  };
  return { files: createDialogFiles(showOpenDialog), shown };
}

const request = { title: 'Choose a data file', extensions: ['json'] } as const;

test('a chosen file is an id and a name to the page, and its path only here', async () => {
  const { files, shown } = setUp(['/home/ana/data/mine.json'], ['/home/ana/data/mine.json']);
  const first = await files.choose(request);
  const second = await files.choose(request);
  expect(first!.id).toMatch(/^[\w-]{22}$/u);
  expect(first!.name).toBe('mine.json');
  expect(second!.id).not.toBe(first!.id);
  expect(files.resolve(first!.id)).toBe('/home/ana/data/mine.json');
  expect(shown[0]).toEqual({
    title: 'Choose a data file',
    properties: ['openFile'],
    filters: [{ name: 'Files', extensions: ['json'] }],
  });
});

test('thinking better of it is no error', async () => {
  expect(await setUp([]).files.choose(request)).toBeNull();
});

test('ids that were not given out and listings are refused', async () => {
  const { files } = setUp();
  expect(() => files.resolve('/etc/passwd')).toThrow(
    'No file was chosen under the id /etc/passwd: choose the file again.',
  );
  await expect(files.list(null)).rejects.toMatchObject({ code: 'CONFLICT' });
});
