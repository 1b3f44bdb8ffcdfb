import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../contract/rpc.ts';
import { readOwner } from './lock.ts';
import { connectToOwner } from './ownerSocket.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

const OWNER = fileURLToPath(new URL('./testOwner.ts', import.meta.url));

function startOwner(folder: string): ChildProcessByStdio<null, Readable, null> {
  const child = spawn(process.execPath, [OWNER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  return child;
}

async function firstLine(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const [text] = (await once(child.stdout, 'data')) as [string];
  return text.trim();
}

async function ask(transport: Transport, text: string): Promise<string> {
  const answer = new Promise<string>((resolve) => transport.onMessage(resolve));
  transport.send(text);
  return answer;
}

async function openTest(folder: string): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock(77) });
  onTestFinished(() => workspace.close());
  return workspace;
}

test('of processes that ask together exactly one becomes the owner, the others learn its process id', async () => {
  const folder = makeTestFolder();
  for (let round = 0; round < 3; round += 1) {
    const children = Array.from({ length: 5 }, () => startOwner(folder));
    const answers = await Promise.all(children.map(firstLine));
    const winner = children[answers.indexOf('open')]!;
    const losers = answers.filter((answer) => answer !== 'open');
    expect(losers).toHaveLength(4);
    // A loser may look before the winner has said who it is.
    for (const answer of losers) expect([`CONFLICT ${winner.pid!}`, 'CONFLICT null']).toContain(answer);
    const exited = once(winner, 'exit');
    winner.kill('SIGKILL');
    await exited;
  }
});

test('after kill -9 of the owner the next one opens, on the stale files it left', async () => {
  const folder = makeTestFolder();
  const child = startOwner(folder);
  expect(await firstLine(child)).toBe('open');
  await expect(Workspace.open(folder, { clock: fixedClock() })).rejects.toMatchObject({
    code: 'CONFLICT',
    message:
      `The workspace ${folder} is open in process ${child.pid!}: ` +
      'close MemSkill Studio or the command that runs there and try again.',
  });
  const client = (await connectToOwner(folder))!;
  expect(await ask(client, 'echo')).toBe(`echo ${child.pid!}`);
  const closed = new Promise<void>((resolve) => client.onClose(resolve));
  // The kernel closes a dead process's files one after the other: its connections may end before its socket does.
  const exited = once(child, 'exit');
  client.send('die');
  await Promise.all([closed, exited]);
  expect(existsSync(join(folder, 'owner.sock'))).toBe(true);
  expect(await connectToOwner(folder)).toBeNull();
  const workspace = await openTest(folder);
  await workspace.serve((transport) => transport.onMessage(() => transport.send('mine')));
  const second = (await connectToOwner(folder))!;
  expect(await ask(second, 'anything')).toBe('mine');
  second.close();
});

test('within one process there is one owner too, a reader beside it, and a new owner after it', async () => {
  const folder = makeTestFolder();
  const owner = await openTest(folder);
  expect(readOwner(folder)).toEqual({ schemaVersion: 1, pid: process.pid, startedAtMs: 77, address: null });
  await expect(Workspace.open(folder, { clock: fixedClock() })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `The workspace ${folder} is open in this process already: use that one or close it first.`,
  });
  const reader = await Workspace.open(folder, { clock: fixedClock(), readOnly: true });
  expect(reader.runs.list()).toEqual([]);
  await reader.close();
  await owner.close();
  expect(existsSync(join(folder, 'owner.json'))).toBe(false);
  const next = await openTest(folder);
  await owner.close();
  expect(readOwner(folder)?.pid).toBe(process.pid);
  await expect(Workspace.open(folder, { clock: fixedClock() })).rejects.toMatchObject({ code: 'CONFLICT' });
  await next.close();
});

test('an owner file that was cut or is not one names nobody and hinders nobody', async () => {
  const folder = makeTestFolder();
  for (const text of ['', '{"pid":', '[]', '{"pid":"x"}']) {
    writeFileSync(join(folder, 'owner.json'), text);
    expect(readOwner(folder)).toBeNull();
    expect(await connectToOwner(folder)).toBeNull();
  }
  const workspace = await openTest(folder);
  expect(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  await workspace.close();
});
