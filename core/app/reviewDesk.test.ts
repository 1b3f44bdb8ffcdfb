import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallInput, CallOutput } from '../contract/calls.ts';
import type { BankChange } from '../contract/proposal.ts';
import type { Client } from '../contract/rpc.ts';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

// A reviewer's desk on a real run in manual mode. The tests build on each other, in this order.

let folder: string;
let studio: Studio;
let client: Client;
let runId = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-desk-'));
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  client = studio.connect();
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a run in manual mode waits with proposals of its designer', async () => {
  const config = { dataset: 'sample', outerEpochs: 2, innerEpochs: 2, batchSize: 4, review: 'manual' };
  runId = (await client.call('runs.start', { config, name: null, isContinue: false })).id;
  expect(await client.call('runs.wait', { runId })).toMatchObject({ status: 'waiting' });
});

const propose = (change: BankChange, reason = '') => client.call('bank.propose', { runId, change, reason });

const approve = (proposalId: string) =>
  client.call('review.decide', {
    proposalId,
    verdict: 'approve',
    revision: null,
    reason: '',
    edit: null,
    source: 'app',
  });

const nothing: CallInput<'review.preview'> = { runId: null, staged: null };

test('with nothing approved there is nothing to preview', async () => {
  await expect(client.call('review.preview', nothing)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'Nothing is approved for the current bank; approve a proposal first.',
  });
});

test('the rewards of a run add up from its questions, and leave bad ones out', async () => {
  const rows = await client.call('runs.metrics', { runId, fromStep: 0 });
  const [bad] = await client.call('cases.list', { runId, category: null, diagnosis: null, limit: 1 });
  const caseId = required(bad, 'a hard case').id;
  expect(await client.call('runs.rescored', { runId })).toEqual([]);
  await client.call('cases.markBad', { caseId, isBad: true });
  const rescored = await client.call('runs.rescored', { runId });
  expect(rescored.map(({ step }) => step)).toEqual(rows.map(({ step }) => step));
  const before = rows.map(({ values }) => required(values['reward/mean'], 'reward'));
  rescored.forEach(({ reward }, at) => expect(reward).toBeGreaterThanOrEqual(required(before[at], 'reward')));
  expect(rescored.map(({ reward }) => reward)).not.toEqual(before);
  await client.call('cases.markBad', { caseId, isBad: false });
  expect(await client.call('runs.rescored', { runId })).toEqual([]);
});

test('times rise from step to step, and each category has its reward', async () => {
  const rows = await client.call('runs.metrics', { runId, fromStep: 0 });
  const times = rows.map(({ values }) => required(values['time/elapsed_s'], 'time'));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(0);
  for (const { values } of rows) {
    expect(
      Object.keys(values).filter((name) => /^reward\/category_[1-5]$/u.test(name)).length,
    ).toBeGreaterThan(0);
  }
});

test('a change of the reviewer’s own waits for review with its replay', async () => {
  const { skills } = await client.call('bank.get', { version: null });
  const pinned = required(
    skills.find(({ isPinned }) => isPinned),
    'a pinned skill',
  );
  const retire = { kind: 'retire', name: pinned.name } as const;
  await expect(propose(retire)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(`"${pinned.name}" is pinned`) as string,
  });
  const unpin = { kind: 'pin', name: pinned.name, isPinned: false } as const;
  const pin = await propose(unpin, 'not needed');
  expect(pin).toMatchObject({
    isStale: false,
    replay: null,
    cluster: null,
    proposal: {
      runId,
      state: 'ready',
      stage: null,
      revisions: [{ author: 'reviewer', reasoning: 'not needed' }],
    },
  });
  await expect(propose(unpin)).rejects.toMatchObject({
    message: `This change cannot be proposed: The same change waits already as proposal ${pin.proposal.id}.`,
  });
  await approve(pin.proposal.id);
  expect(await client.call('review.preview', nothing)).toEqual({ replay: null });
  const { version } = await client.call('review.apply', nothing);
  expect(version.skills.find(({ name }) => name === pinned.name)?.isPinned).toBe(false);

  // Pins are not part of the bank's hash: what else waits is as good as before.
  const retired = await propose(retire);
  expect(retired.proposal.state).toBe('ready');
  expect(retired.replay?.guard.count).toBeGreaterThan(0);
  expect(retired.replay?.affected.count).toBe(0);
});

test('two approved changes are seen together before they are applied, and applied as they were seen', async () => {
  const ready = await client.call('proposals.list', { runId, states: ['ready'] });
  const designed = required(
    ready.find(({ revisions: [first] }) => first?.author === 'designer'),
    'a proposal of the designer',
  );
  const own = required(
    ready.find(({ revisions: [first] }) => first?.author === 'reviewer'),
    'a proposal of the reviewer',
  );
  for (const { id } of [designed, own]) await approve(id);
  const staged = [designed, own].map(({ id }) => ({ proposalId: id, revision: 0 }));
  await expect(client.call('review.preview', { runId, staged: staged.slice(0, 1) })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('Other changes') as string,
  });

  const told: CallOutput<'review.replays'>[] = [];
  const stop = client.on('review.onReplays', (replays) => void told.push(replays));
  const { replay } = await client.call('review.preview', { runId, staged });
  stop();
  expect(replay?.proposalIds.toSorted()).toEqual([designed.id, own.id].toSorted());
  // Whoever waited was told how far it was, from the beginning to the end.
  expect(told[0]).toMatchObject([{ runId, proposalIds: replay?.proposalIds, done: 0 }]);
  expect(told.at(-1)).toEqual([]);
  const shares = told.flatMap((replays) => replays.map(({ done, total }) => done / total));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(await client.call('review.replays', {})).toEqual([]);
  expect(await client.call('review.preview', { runId, staged })).toEqual({ replay });
  const done = await client.call('review.apply', { runId, staged });
  expect(done.replay).toEqual(replay);
  expect(done.version).toMatchObject({ runId, hash: replay?.proposedHash, cause: 'decision', step: 2 });
  expect(Object.keys(done.version.statistics).length).toBeGreaterThan(0);
});
