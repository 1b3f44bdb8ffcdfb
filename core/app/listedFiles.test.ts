import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FileListing } from '../contract/application.ts';
import { AppError } from '../shared/errors.ts';
import type { FileAccess } from './fileAccess.ts';
import { createListedFiles } from './listedFiles.ts';

interface Disk {
  readonly folder: string;
  readonly files: FileAccess;
}

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x'.repeat(7));
}

/** Two folders that may be looked at, and what lies around them. */
function makeDisk(): Disk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'memskill-listed-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of [
    'work/exports/bank.json',
    'work/b10.json',
    'work/b9.json',
    'work/.env',
    'work/.git/config',
    'data/a/deep/c.json',
    'outside/secret.json',
    'workshop/secret.json',
  ])
    write(join(folder, path));
  symlinkSync(join(folder, 'outside'), join(folder, 'work', 'way out'));
  symlinkSync(join(folder, 'outside/secret.json'), join(folder, 'work', 'secret.json'));
  symlinkSync(join(folder, 'work/.git'), join(folder, 'work', 'git'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'work', 'dangling'));
  symlinkSync('loop', join(folder, 'work', 'loop'));
  symlinkSync(join(folder, 'work/exports'), join(folder, 'work', 'also exports'));
  const files = createListedFiles(
    [
      { name: 'Workspace', path: join(folder, 'work') },
      { name: 'my data', path: join(folder, 'data') },
      { name: 'gone', path: join(folder, 'gone') },
    ],
    { path: join(folder, 'work', 'exports'), name: 'exports' },
  );
  return { folder, files };
}

function shown({ entries }: FileListing): string[] {
  return entries.map(
    ({ id, name, isFolder, sizeBytes }) => `${id} ${name}${isFolder ? '/' : ''} ${sizeBytes}`,
  );
}

const refused = { code: 'INVALID_INPUT' };

describe('listing', () => {
  test('begins with the folders that are there, by name', async () => {
    const { files } = makeDisk();
    const top = await files.list(null);
    expect(top).toMatchObject({ folder: null, isCut: false });
    expect(shown(top)).toEqual(['1: my data/ 0', '0: Workspace/ 0']);
  });

  test('has folders first, numbers in order, links that stay inside, and nothing hidden', async () => {
    const { files } = makeDisk();
    const listing = await files.list('0:');
    expect(listing.folder).toEqual({ id: '0:', name: 'Workspace', parentId: null });
    expect(shown(listing)).toEqual([
      '0:also exports also exports/ 0',
      '0:exports exports/ 0',
      '0:b9.json b9.json 7',
      '0:b10.json b10.json 7',
    ]);
    expect(listing.entries.every(({ modifiedAtMs }) => modifiedAtMs > 0)).toBe(true);
  });

  test('goes down and up again', async () => {
    const { files, folder } = makeDisk();
    const deep = await files.list('1:a/deep');
    expect(deep.folder).toEqual({ id: '1:a/deep', name: 'deep', parentId: '1:a' });
    expect(shown(deep)).toEqual(['1:a/deep/c.json c.json 7']);
    expect(files.resolve('1:a/deep/c.json')).toBe(join(folder, 'data', 'a', 'deep', 'c.json'));
    expect((await files.list('1:a')).folder?.parentId).toBe('1:');
    expect(shown(await files.list('0:also exports'))).toEqual(['0:also exports/bank.json bank.json 7']);
  });

  test.each([
    '0:way out',
    '0:git',
    '0:..',
    '0:exports/..',
    '0:b9.json',
    '2:',
    '3:',
    '0:nowhere',
    'x',
    '',
    '0:loop',
  ])('of "%s" is NOT_FOUND', async (id) => {
    const { files } = makeDisk();
    await expect(files.list(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('ends after a thousand entries and says so', async () => {
    const { files, folder } = makeDisk();
    for (let index = 0; index < 1001; index += 1) write(join(folder, 'data', 'many', `f${index}`));
    mkdirSync(join(folder, 'data', 'many', 'zz'));
    const { entries, isCut } = await files.list('1:many');
    expect([entries.length, isCut, entries[0]?.name, entries[1]?.name, entries.at(-1)?.name]).toEqual([
      1000,
      true,
      'zz',
      'f0',
      'f998',
    ]);
    rmSync(join(folder, 'data', 'many', 'zz'), { recursive: true });
    rmSync(join(folder, 'data', 'many', 'f5'));
    expect(await files.list('1:many')).toMatchObject({ isCut: false });
  });

  test.skipIf(process.platform === 'win32')('leaves out what is no file', async () => {
    const { files, folder } = makeDisk();
    execFileSync('mkfifo', [join(folder, 'data', 'pipe')]);
    expect(shown(await files.list('1:'))).toEqual(['1:a a/ 0']);
    expect(() => files.resolve('1:pipe')).toThrow(expect.objectContaining(refused));
  });
});

describe('naming a file', () => {
  test.each([
    '0:../outside/secret.json',
    '0:exports/../../outside/secret.json',
    '0:way out/secret.json',
    '0:secret.json',
    '0:../workshop/secret.json',
    '0:.env',
    '0:.git/config',
    '0:git/config',
    '0:./b9.json',
    '0:/etc/passwd',
    '0:exports//bank.json',
    '0:exports/bank.json/',
    '0:b9.json\0',
    '0:exports\\bank.json',
    '0:..\\outside\\secret.json',
    '0:exports',
    '0:',
    '00:b9.json',
    '-1:b9.json',
    '3:b9.json',
    '0:gone.json',
    '0:dangling',
    '0:loop',
    '/etc/passwd',
    'file:///etc/passwd',
    'C:\\Windows\\win.ini',
    '',
  ])('"%s" is refused', (id) => {
    const { files } = makeDisk();
    expect(() => files.resolve(id)).toThrow(expect.objectContaining(refused));
  });

  test('what was offered and became a way out since is refused', async () => {
    const { files, folder } = makeDisk();
    expect(files.resolve('0:b9.json')).toBe(join(folder, 'work', 'b9.json'));
    rmSync(join(folder, 'work', 'b9.json'));
    symlinkSync(join(folder, 'outside', 'secret.json'), join(folder, 'work', 'b9.json'));
    expect(() => files.resolve('0:b9.json')).toThrow(
      new AppError(
        'INVALID_INPUT',
        '"0:b9.json" is no file that was offered here; choose the data file from the list.',
      ),
    );
    rmSync(join(folder, 'work', 'exports'), { recursive: true });
    symlinkSync(join(folder, 'outside'), join(folder, 'work', 'exports'));
    await expect(files.list('0:exports')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('no text whatever leads out of the folders, or to anything hidden', async () => {
    const { files, folder } = makeDisk();
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        '...',
        'exports',
        'way out',
        'secret.json',
        'git',
        'config',
        '.git',
        '.env',
      ),
      fc.constantFrom(
        'b9.json',
        'a',
        'deep',
        'c.json',
        'loop',
        'outside',
        'work',
        '%2e%2e',
        '..\\',
        '\0',
        folder,
      ),
      fc.string(),
    );
    const id = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom('0', '1', '2', '-1', '1e0', ''), fc.array(part, { maxLength: 6 }))
        .map(([root, parts]) => `${root}:${parts.join('/')}`),
    );
    const inside = (path: string): boolean =>
      ['work', 'data'].some((name) => path.startsWith(join(folder, name) + sep)) && !/[/\\]\./u.test(path);
    await fc.assert(
      fc.asyncProperty(id, async (text) => {
        let path: string | null = null;
        try {
          path = files.resolve(text);
        } catch (error) {
          expect(error).toMatchObject(refused);
        }
        expect(path === null || inside(path)).toBe(true);
        const listing = await files.list(text).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'NOT_FOUND' });
          return null;
        });
        for (const entry of listing?.entries ?? [])
          if (!entry.isFolder) expect(inside(files.resolve(entry.id))).toBe(true);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

test('there is no dialog', async () => {
  const { files } = makeDisk();
  expect(files.choice).toBe('listing');
  await expect(files.choose({ title: 'Data', extensions: [] })).rejects.toMatchObject({ code: 'CONFLICT' });
});
