import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MemoryFilter, MemoryHit } from '../../contract/memory.ts';
import type { Client } from '../../contract/rpc.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

const ANY = { from: null, to: null, skill: null };
const SPACE = 'work';

let folder: string;
let studio: Studio;
let client: Client;

const open = async (): Promise<void> => {
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  client = studio.connect();
};
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'memskill-live-')));
  await open();
});
afterEach(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

const note = (
  text: string,
  date: string | null = null,
): { text: string; date: string | null; source: null } => ({
  text,
  date,
  source: null,
});

async function add(...notes: ReturnType<typeof note>[]): Promise<string[]> {
  const { added } = await client.call('memory.add', { space: SPACE, memories: notes, author: 'test' });
  return added.map(({ id }) => id);
}

async function search(query: string, filter: Partial<MemoryFilter> = {}, limit = 5): Promise<MemoryHit[]> {
  return client.call('memory.search', { space: SPACE, query, limit, filter: { ...ANY, ...filter } });
}

/** Files of the workspace in which the text stands, whatever the case of its letters. */
function filesWith(text: string): string[] {
  const wanted = text.toLowerCase();
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').toLowerCase().includes(wanted));
}

test('finds by meaning and by words, with filters, and says where a memory comes from', async () => {
  const [graz, dentist] = await add(
    note('Ada moved to Graz', '2024-03-02'),
    note('Ben sees a dentist', '2024-05-08'),
  );
  const [best] = await search('Where did Ada move?');
  expect(best).toMatchObject({ memory: { id: graz, space: SPACE }, vectorRank: 1, textRank: 1 });
  expect((await search('Where did Ada move?', { from: '2024-05-01', to: '2024-05-31' }))[0]?.memory.id).toBe(
    dentist,
  );
  expect(await search('Ada', { skill: 'insert' })).toEqual([]);
  expect(await client.call('memory.get', { memoryId: graz ?? '' })).toMatchObject({
    text: 'Ada moved to Graz',
    origin: { skill: 'note', author: 'test', date: '2024-03-02', bankVersion: null },
    history: [],
  });
  expect(await add(note('ada  moved to graz'))).toEqual([]);
  await expect(add(note('...'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(client.call('memory.stats', { space: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what is forgotten is in no byte of the workspace', async () => {
  const notes = Array.from({ length: 40 }, (_, n) => note(`The plan ${n} is about gardening in week ${n}`));
  await add(...notes);
  const [secret] = await add(note('The code word is Xylqovarine'));
  await client.call('memory.compact', { space: SPACE });
  expect(filesWith('xylqov').length).toBeGreaterThan(1);
  expect((await search('Xylqovarine'))[0]?.memory.id).toBe(secret);

  expect(await client.call('memory.forget', { memoryIds: [secret ?? '', 'm999'] })).toEqual({
    forgotten: [secret],
    erasing: [SPACE],
  });
  expect((await search('Xylqovarine')).map(({ memory }) => memory.id)).not.toContain(secret);
  expect(await client.call('memory.erased', { space: SPACE })).toMatchObject({ isErasing: false });
  expect(filesWith('xylqov')).toEqual([]);
  expect((await search('gardening in week 7'))[0]?.memory.text).toBe(
    'The plan 7 is about gardening in week 7',
  );

  const [other] = await add(note('Another Xylqovarine'));
  expect(other).not.toBe(secret);
  expect(await client.call('memory.forgetSpace', { space: SPACE })).toEqual({ memories: 41 });
  expect([...filesWith('xylqov'), ...filesWith('gardening')]).toEqual([]);
  expect(await client.call('memory.spaces', {})).toEqual([]);
});

test('a rebuilt index, and one whose files are gone, find the same', async () => {
  await add(...Array.from({ length: 30 }, (_, n) => note(`Meeting ${n} was about topic ${n * 7}`)));
  const before = await search('topic 77');
  const stats = await client.call('memory.rebuild', { space: SPACE, withAssigned: false });
  expect(stats).toMatchObject({ space: { memories: 30, unindexed: 0 }, index: { rows: 30 } });
  expect((await search('topic 77'))[0]?.memory).toEqual(before[0]?.memory);
  await studio.close();
  rmSync(join(folder, 'memories.lance'), { recursive: true });
  await open();
  await client.call('memory.compact', { space: SPACE });
  expect((await search('topic 77'))[0]?.memory.text).toBe(before[0]?.memory.text);
});

test('an export goes into another space as it was, and twice adds nothing', async () => {
  await add(note('Ada moved to Graz', '2024-03-02'), note('Ben sees a dentist'));
  const page = await client.call('memory.export', { space: SPACE, after: null });
  expect(page.next).toBeNull();
  const into = { space: 'copy', memories: page.memories };
  expect(await client.call('memory.import', into)).toEqual({ added: 2, duplicates: 0 });
  expect(await client.call('memory.import', into)).toEqual({ added: 0, duplicates: 2 });
  expect(await client.call('memory.export', { space: 'copy', after: null })).toEqual(page);
});

test('remembers a text by skills, changes what it knows, and keeps the chain', async () => {
  const text = 'Ada: I started a new job at the bakery yesterday. My sister Ina lives in Linz.';
  const input = { space: SPACE, text, date: '2024-05-08', skills: null, runId: null, author: 'test' };
  const first = await client.call('memory.remember', input);
  expect(first).toMatchObject({ selectedBy: 'similarity', deletedIds: [] });
  expect(first.inserted.length).toBeGreaterThan(0);
  expect(first.inserted[0]?.origin).toMatchObject({
    bankVersion: 0,
    date: '2024-05-08',
    author: 'test',
    source: { start: 0, end: text.length },
  });
  expect((await client.call('memory.remember', input)).inserted).toEqual([]);
  await expect(client.call('memory.remember', { ...input, skills: ['nope'] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const selection = await client.call('memory.selectSkills', {
    text,
    memories: [],
    space: SPACE,
    runId: null,
    k: 2,
  });
  expect(selection).toMatchObject({ selectedBy: 'similarity', runId: null, bankVersion: 0 });
  expect(selection.skills.length).toBeGreaterThan(0);
}, 30_000);

test('what was forgotten and not erased before the workspace closed is erased when it opens', async () => {
  const [secret] = await add(note('The code word is Xylqovarine'), note('Gardening is on Tuesday'));
  await client.call('memory.compact', { space: SPACE });
  await studio.close();
  // As a process leaves it that is killed between the two.
  const workspace = await Workspace.open(folder, { clock: systemClock });
  workspace.transaction(() => {
    workspace.liveMemories.delete(secret ?? '');
    workspace.memorySpaces.update({ ...workspace.memorySpaces.require(SPACE), isErasing: true });
  });
  await workspace.close();
  expect(filesWith('xylqov').length).toBeGreaterThan(0);
  await open();
  await client.call('memory.erased', { space: SPACE });
  expect(filesWith('xylqov')).toEqual([]);
  expect((await search('When is gardening?'))[0]?.memory.text).toBe('Gardening is on Tuesday');
});

test('of several forgotten at once, while others are added, nothing is left, and the others are found', async () => {
  const ids = await add(...Array.from({ length: 60 }, (_, n) => note(`Xylqovarine number ${n} is ready`)));
  await client.call('memory.compact', { space: SPACE });
  for (const id of ids.slice(0, 5)) await client.call('memory.forget', { memoryIds: [id] });
  await add(note('Ada moved to Graz'));
  await client.call('memory.forget', { memoryIds: ids.slice(5) });
  await client.call('memory.erased', { space: SPACE });
  expect(filesWith('xylqov')).toEqual([]);
  expect((await search('Where did Ada move?'))[0]?.memory.text).toBe('Ada moved to Graz');
  expect(await client.call('memory.compact', { space: SPACE })).toMatchObject({ index: { rows: 1 } });
});

test('a file of a space goes through a page and comes back as it was; one with a broken line adds nothing', async () => {
  await add(note('Ada moved to Graz', '2024-03-02'), note('Ben sees a dentist'));
  const { text, memories, next } = await client.call('memory.exportLines', { space: SPACE, after: null });
  expect({ memories, next }).toEqual({ memories: 2, next: null });
  const take = (content: string, space: string | null) =>
    client.call('memory.importFile', {
      space,
      fileName: 'work.jsonl',
      base64: Buffer.from(content).toString('base64'),
    });
  expect(await take(text, 'copy')).toEqual({ space: 'copy', added: 2, duplicates: 0 });
  expect(await take(text, null)).toEqual({ space: SPACE, added: 0, duplicates: 2 });
  const copied = await client.call('memory.exportLines', { space: 'copy', after: null });
  expect(copied.text.split('\n').slice(1)).toEqual(text.split('\n').slice(1));
  await expect(take(`${text}{"text":""}\n`, 'broken')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('work.jsonl, line 4') as string,
  });
  expect((await client.call('memory.spaces', {})).map(({ name }) => name)).toEqual([SPACE, 'copy']);
});
