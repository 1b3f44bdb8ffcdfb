import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { sourcePlatform } from '../app/platform.ts';
import { Studio } from '../app/studio.ts';
import { createClient, type Client, type Transport } from '../contract/rpc.ts';
import { systemClock } from '../shared/clock.ts';
import { serveWorkspace, type ServedWorkspace } from './serveWorkspace.ts';
import { makePageFolder, openPage } from './testPage.ts';

// The whole application behind the web host, on its built-in engine, as two pages see it.

const CONFIG = { dataset: 'sample', outerEpochs: 2, innerEpochs: 4, batchSize: 2, review: 'auto', seed: 42 };

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-serve-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function serveIt(
  workspaceDir: string,
  options: { readonly pageFolder?: string; readonly port?: number; readonly folders?: string[] } = {},
): Promise<ServedWorkspace> {
  return serveWorkspace({
    workspaceDir,
    folders: [],
    pageFolder: makePageFolder(),
    port: 0,
    platform: sourcePlatform,
    clock: systemClock,
    ...options,
  });
}

function transportOf(socket: WebSocket): Transport {
  return {
    send: (text) => socket.send(text),
    onMessage: (listener) => void socket.on('message', (data: Buffer) => listener(data.toString())),
    onClose: (listener) => void socket.once('close', () => listener()),
    close: () => socket.close(),
  };
}

async function openClient(url: string): Promise<Client> {
  const { host, origin, hash } = new URL(url);
  return createClient(
    transportOf(await openPage({ address: host, origin, token: hash.slice('#token='.length) })),
  );
}

/** Whether the workspace can be owned, as another process would find. */
async function expectFree(folder: string): Promise<Studio> {
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(() => studio.close());
  return studio;
}

test('two pages hear of one run; closing pauses it and gives the workspace back', async () => {
  const folder = makeFolder();
  const served = await serveIt(folder);
  const [first, second] = [await openClient(served.url), await openClient(served.url)];
  expect(await first.call('application.get', {})).toMatchObject({
    shell: 'browser',
    fileChoice: 'listing',
    electronVersion: null,
    workspace: folder,
  });
  const heard = [first, second].map(
    (client) =>
      new Promise<string>((resolve) => {
        client.on('runs.onProgress', (progress) => {
          if (progress.step >= 1) resolve(progress.runId);
        });
      }),
  );
  const { id } = await first.call('runs.start', { config: CONFIG, name: null, isContinue: false });
  expect(await Promise.all(heard)).toEqual([id, id]);
  const waiting = second.call('runs.wait', { runId: id });
  await served.close();
  expect(
    await waiting.then(
      ({ status }) => status,
      (error: unknown) => error,
    ),
  ).toBe('paused');
  await expect(first.call('runs.list', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const studio = await expectFree(folder);
  expect(await studio.connect().call('runs.get', { runId: id })).toMatchObject({ status: 'paused' });
});

test('files are offered from the workspace and the folders named at the start, and nowhere else', async () => {
  const folder = makeFolder();
  const data = join(makeFolder(), 'my data');
  mkdirSync(data);
  const served = await serveIt(folder, { folders: [data] });
  const client = await openClient(served.url);
  const { entries } = await client.call('files.list', { folderId: null });
  expect(entries.map(({ name, isFolder }) => ({ name, isFolder }))).toEqual([
    { name: 'my data', isFolder: true },
    { name: 'Workspace', isFolder: true },
  ]);
  await served.close();
});

test('a start that is refused says why and leaves the workspace free', async () => {
  const folder = makeFolder();
  const served = await serveIt(folder);
  await expect(serveIt(folder)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`The workspace ${folder} is open in`) as string,
  });
  const other = makeFolder();
  const port = Number(new URL(served.url).port);
  await expect(serveIt(other, { port })).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(serveIt(other, { pageFolder: other })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(serveIt(other, { folders: [join(other, 'absent')] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `There is no folder ${join(other, 'absent')} to choose files from: check its path.`,
  });
  await expectFree(other);
  await served.close();
});
