import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelRecord } from '../../contract/model.ts';
import type { Client } from '../../contract/rpc.ts';
import { reply } from '../../models/server/fixtures/testServer.ts';
import { systemClock } from '../../shared/clock.ts';
import { Workspace } from '../../store/workspace.ts';
import { CHAT, serverRecord, startScriptedServer } from '../models/fixtures/scriptedServer.ts';
import { tinyRecord } from '../models/fixtures/tinyRecord.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

// What is remembered by language models: one that a script plays behind a server, and llama.cpp itself.

const SPACE = 'work';
let folder: string;
let studio: Studio | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-remember-'));
});
afterEach(async () => {
  await studio?.close();
  studio = null;
  rmSync(folder, { recursive: true, force: true });
});

async function openWith(executor: ModelRecord): Promise<Client> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  workspace.models.put(executor);
  workspace.settings.set({ ...workspace.settings.get(), modelRoles: { executor: executor.id } });
  await workspace.close();
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  return studio.connect();
}

const remember = (client: Client, text: string, skill: string) =>
  client.call('memory.remember', {
    space: SPACE,
    text,
    date: '2024-05-08',
    skills: [skill],
    runId: null,
    author: 'test',
  });

test(
  'a model inserts, updates and deletes; each change keeps what it came from',
  { timeout: 120_000 },
  async () => {
    const server = await startScriptedServer();
    try {
      const client = await openWith(serverRecord(server));
      const acts = (...actions: unknown[]): void => server.on(CHAT, reply(JSON.stringify({ actions })));
      acts({ type: 'insert', text: 'Ada works at the bakery', skill: 'insert' });
      const { inserted, spans } = await remember(client, 'Ada: I work at the bakery.', 'insert');
      expect(spans).toMatchObject([{ failure: null, skills: ['insert'] }]);
      expect(inserted).toMatchObject([{ text: 'Ada works at the bakery', origin: { skill: 'insert' } }]);
      const id = inserted[0]?.id ?? '';

      acts({ type: 'update', memory: id, text: 'Ada manages the bakery', skill: 'update' });
      const { updated } = await remember(client, 'Ada: At the bakery I am the manager now.', 'update');
      expect(updated).toMatchObject([
        {
          id,
          text: 'Ada manages the bakery',
          origin: { skill: 'update', author: 'test' },
          history: [{ text: 'Ada works at the bakery', origin: { skill: 'insert' } }],
        },
      ]);

      // Not of the selected skill's type, and of a memory that nobody showed it: neither happens.
      acts(
        { type: 'insert', text: 'Something else', skill: 'delete' },
        { type: 'delete', memory: 'm99', skill: 'delete' },
      );
      expect(await remember(client, 'Ada: The bakery has closed.', 'delete')).toMatchObject({
        inserted: [],
        updated: [],
        deletedIds: [],
      });
      acts({ type: 'delete', memory: id, skill: 'delete' });
      expect(await remember(client, 'Ada: I left the bakery.', 'delete')).toMatchObject({ deletedIds: [id] });
      await expect(client.call('memory.get', { memoryId: id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    } finally {
      await studio?.close();
      studio = null;
      await server.close();
    }
  },
);

test('llama.cpp itself executes skills on a text', { timeout: 180_000 }, async () => {
  const client = await openWith(tinyRecord(folder, 'chat'));
  const done = await remember(client, 'Ada: I work at the bakery.', 'insert');
  // Random weights: nonsense, but of the form that was asked for.
  expect(done.spans).toMatchObject([{ failure: null, skills: ['insert'] }]);
  for (const { origin } of done.inserted) expect(origin).toMatchObject({ skill: 'insert', author: 'test' });
});
