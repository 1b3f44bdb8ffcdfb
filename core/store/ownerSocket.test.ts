import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClient, serve } from '../contract/rpc.ts';
import type { Handlers, Transport } from '../contract/rpc.ts';
import { AppError } from '../shared/errors.ts';
import { readOwner } from './lock.ts';
import { connectToOwner } from './ownerSocket.ts';
import { sampleRun } from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function serveTest(
  onClient: (transport: Transport) => void,
  folder = makeTestFolder(),
): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  onTestFinished(() => workspace.close());
  await workspace.serve(onClient);
  return workspace;
}

async function connectTest(workspace: Workspace): Promise<Transport> {
  const transport = (await connectToOwner(workspace.folderPath))!;
  onTestFinished(() => transport.close());
  return transport;
}

const echo = (transport: Transport): void => transport.onMessage((text) => transport.send(text));

/** Sends texts and gives as many received ones. */
async function roundTrip(transport: Transport, texts: readonly string[]): Promise<string[]> {
  const received: string[] = [];
  return new Promise((resolve) => {
    if (texts.length === 0) resolve(received);
    transport.onMessage((text) => {
      received.push(text);
      if (received.length === texts.length) resolve(received);
    });
    for (const text of texts) transport.send(text);
  });
}

describe('messages', () => {
  test('of any text arrive whole and in order, line separators and long ones too', async () => {
    const workspace = await serveTest(echo);
    const texts = fc.array(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(texts, async (sent) => {
        const transport = (await connectToOwner(workspace.folderPath))!;
        expect(await roundTrip(transport, sent)).toEqual(sent);
        transport.close();
      }),
      { seed: 1, numRuns: 40 },
    );
    const odd = ['"a\u2028b\u2029c"', '', `"${'ä'.repeat(500_000)}"`, '"😀"', '1'];
    expect(await roundTrip(await connectTest(workspace), odd)).toEqual(odd);
  });

  test('with a line break in them are refused', async () => {
    const transport = await connectTest(await serveTest(echo));
    expect(() => transport.send('{\n}')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('sent before anybody listens are kept', async () => {
    const listening = Promise.withResolvers<Transport>();
    const transport = await connectTest(await serveTest((end) => listening.resolve(end)));
    transport.send('early');
    const end = await listening.promise;
    transport.send('later');
    const received = new Promise<string[]>((resolve) => {
      const texts: string[] = [];
      end.onMessage((text) => {
        texts.push(text);
        if (texts.length === 2) resolve(texts);
      });
    });
    expect(await received).toEqual(['early', 'later']);
  });
});

describe('a connection', () => {
  test('that ends tells both sides, and later messages go nowhere', async () => {
    const served = Promise.withResolvers<Transport>();
    const workspace = await serveTest((end) => {
      end.onMessage(() => undefined);
      served.resolve(end);
    });
    const transport = await connectTest(workspace);
    const end = await served.promise;
    const ended = new Promise<void>((resolve) => end.onClose(resolve));
    transport.close();
    await ended;
    end.send('too late');
    await new Promise<void>((resolve) => end.onClose(resolve));
    transport.send('too late');

    const other = await connectTest(workspace);
    const otherEnded = new Promise<void>((resolve) => other.onClose(resolve));
    other.onMessage(() => undefined);
    await workspace.close();
    await otherEnded;
    expect(await connectToOwner(workspace.folderPath)).toBeNull();
  });

  test('of a peer that sends something else is ended, the others go on', async () => {
    const workspace = await serveTest((transport) =>
      transport.onMessage((text) => {
        if (text === 'rubbish') throw new AppError('INVALID_INPUT', 'Not a message.');
        transport.send(text);
      }),
    );
    const good = await connectTest(workspace);
    const raw = connect(readOwner(workspace.folderPath)!.address!);
    const closed = once(raw, 'close');
    raw.resume();
    raw.write('rubbish\n');
    await closed;
    expect(await roundTrip(good, ['fine'])).toEqual(['fine']);
  });
});

test('the contract’s client and server work over it: results, errors, the end', async () => {
  const workspace = await serveTest((transport) => {
    // Only the calls made below are answered; the contract's own tests cover the rest.
    const handlers = {
      'runs.list': async () => workspace.runs.list(),
      'runs.get': async ({ runId }: { runId: string }) => workspace.runs.require(runId),
    } as unknown as Handlers;
    serve(transport, handlers);
  });
  workspace.runs.put(sampleRun());
  const client = createClient(await connectTest(workspace));
  expect(await client.call('runs.list', {})).toEqual([sampleRun()]);
  await expect(client.call('runs.get', { runId: 'none' })).rejects.toMatchObject({
    name: 'AppError',
    code: 'NOT_FOUND',
    details: { table: 'runs', key: 'none' },
  });
  const pending = client.call('runs.list', {});
  await workspace.close();
  await expect(pending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

describe.skipIf(process.platform === 'win32')('the socket', () => {
  test('is the owner’s alone, in the workspace', async () => {
    const workspace = await serveTest(echo);
    const path = join(workspace.folderPath, 'owner.sock');
    expect(readOwner(workspace.folderPath)?.address).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('of a path too long for one lies in a private temporary folder, unless that is open to others', async () => {
    const folder = join(makeTestFolder(), 'long'.repeat(40));
    mkdirSync(folder);
    const workspace = await serveTest(echo, folder);
    const { address } = readOwner(folder)!;
    onTestFinished(() => rmSync(dirname(address!), { recursive: true, force: true }));
    expect(Buffer.byteLength(address!)).toBeLessThan(104);
    expect(statSync(dirname(address!)).mode & 0o777).toBe(0o700);
    expect(await roundTrip(await connectTest(workspace), ['hello'])).toEqual(['hello']);

    await workspace.close();
    chmodSync(dirname(address!), 0o777);
    await expect(serveTest(echo, folder)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('belongs to somebody else') as unknown,
    });
  });
});
