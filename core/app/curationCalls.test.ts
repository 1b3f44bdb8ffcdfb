import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { runConfigSchema } from '../config/schema.ts';
import type { Client } from '../contract/rpc.ts';
import { startLine } from '../evolution/bankHistory.ts';
import { systemClock } from '../shared/clock.ts';
import { seedSkills } from '../skills/seeds.ts';
import { sampleCluster, sampleHardCase, sampleProposal, sampleRun } from '../store/sampleRecords.ts';
import { Workspace } from '../store/workspace.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

// What a reviewer does to hard cases and clusters, as calls on a workspace with two clusters of an earlier stage.

let folder: string;
let client: Client;
let studio: Studio;

const IDS = ['a', 'b', 'c', 'd', 'e'] as const;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'memskill-curation-'));
  const workspace = await Workspace.open(folder, { clock: systemClock });
  const config = runConfigSchema.parse({ casesPerCluster: 2 });
  workspace.runs.put(sampleRun({ status: 'paused', config: { ...config } }));
  startLine(workspace, {
    runId: 'run-1',
    from: { seeds: seedSkills({ skipNoop: false }) },
    clock: systemClock,
  });
  IDS.forEach((id, at) => {
    const diagnosis = id === 'a' ? 'not_used' : 'not_stored';
    workspace.hardCases.put(sampleHardCase({ id, questionId: `q-${id}`, score: at / 10, diagnosis }));
  });
  const cluster = (id: string, caseIds: readonly string[]) =>
    sampleCluster({ id, name: `about ${id}`, caseIds: [...caseIds], representativeIds: caseIds.slice(0, 2) });
  workspace.clusters.put(cluster('one', ['a', 'b', 'c']));
  // "gone" was answered since.
  workspace.clusters.put(cluster('two', ['gone', 'd', 'e']));
  workspace.clusters.put(cluster('old', ['gone']));
  const asked = (id: string, clusterId: string, caseIds: readonly string[]) =>
    workspace.proposals.put(sampleProposal({ id, clusterId, caseIds: [...caseIds], state: 'parked' }));
  asked('p1', 'one', ['a']);
  asked('p2', 'two', ['d', 'gone']);
  asked('p3', 'one', ['b', 'c']);
  const scores = (step: number, values: readonly number[]) =>
    workspace.questionScores.put({
      runId: 'run-1',
      step,
      episodes: [{ questionIds: ['q-a', 'q-b', 'q-solved'], scores: [...values] }],
    });
  scores(0, [0, 0.5, 1]);
  scores(1, [0.3, 0, 0]);
  await workspace.close();
  studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  client = studio.connect();
});

const clusterNames = async (): Promise<string[]> =>
  (await client.call('clusters.list', { runId: 'run-1' })).map(({ name }) => name);

const clusterOf = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    (await client.call('proposals.list', { runId: null, states: [] })).map(({ id, clusterId }) => [
      id,
      clusterId,
    ]),
  );

async function journal(): Promise<[string, Record<string, string | number>][]> {
  await studio.close();
  const workspace = await Workspace.open(folder, { clock: systemClock, readOnly: true });
  const events = workspace.events.list({ runId: 'run-1' });
  await workspace.close();
  // The first one is the start of the run's line.
  return events.slice(1).map(({ type, ids }) => [type, ids]);
}

test('renamed, a cluster stays where and what it is', async () => {
  const renamed = await client.call('clusters.rename', { clusterId: 'one', name: ' dogs ' });
  expect(renamed).toMatchObject({ id: 'one', name: 'dogs', caseIds: ['a', 'b', 'c'] });
  expect(await clusterNames()).toEqual(['dogs', 'about two', 'about old']);
  await expect(client.call('clusters.rename', { clusterId: 'none', name: 'x' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await journal()).toEqual([['cluster.renamed', { cluster: 'one' }]]);
});

test('merged, the new cluster takes the place of the old ones, also in the proposals', async () => {
  const merged = await client.call('clusters.merge', { clusterIds: ['one', 'two'], name: null });
  expect(merged).toMatchObject({
    name: 'about one',
    caseIds: ['a', 'b', 'c', 'd', 'e'],
    representativeIds: ['a', 'd'],
    severity: (1 + 0.9 + 0.8 + 0.7 + 0.6) / 5,
  });
  expect(merged.diagnosisShares.not_used).toBeCloseTo(0.2, 12);
  expect(await clusterNames()).toEqual(['about old', 'about one']);
  expect(await clusterOf()).toEqual({ p1: merged.id, p2: merged.id, p3: merged.id });
  expect(await journal()).toEqual([
    ['cluster.merged', { cluster: 'one', into: merged.id }],
    ['cluster.merged', { cluster: 'two', into: merged.id }],
  ]);
});

test('a merge that cannot be leaves everything as it was, and says why', async () => {
  const merge = (clusterIds: string[]) => client.call('clusters.merge', { clusterIds, name: null });
  await expect(merge(['one', 'one'])).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'Merging takes at least two clusters, not 1: choose more.',
  });
  await expect(merge(['one', 'old'])).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'All cases of cluster "about old" were answered since it was made; choose one with open cases.',
  });
  expect(await clusterNames()).toEqual(['about one', 'about two', 'about old']);
  expect(await clusterOf()).toEqual({ p1: 'one', p2: 'two', p3: 'one' });
});

test('split, each proposal goes with most of its cases; merging the parts undoes it', async () => {
  const [kept, moved] = await client.call('clusters.split', {
    clusterId: 'one',
    caseIds: ['b', 'c'],
    name: 'cats',
  });
  expect(kept).toMatchObject({ name: 'about one', caseIds: ['a'], diagnosisShares: { not_used: 1 } });
  expect(moved).toMatchObject({ name: 'cats', caseIds: ['b', 'c'], representativeIds: ['b', 'c'] });
  expect(await clusterOf()).toEqual({ p1: kept?.id, p2: 'two', p3: moved?.id });
  const again = await client.call('clusters.merge', {
    clusterIds: [kept?.id ?? '', moved?.id ?? ''],
    name: 'about one',
  });
  expect(again.caseIds).toEqual(['a', 'b', 'c']);
  expect(await clusterOf()).toEqual({ p1: again.id, p2: 'two', p3: again.id });
  await expect(
    client.call('clusters.split', { clusterId: again.id, caseIds: ['a', 'b', 'c'], name: 'x' }),
  ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect((await journal())[0]).toEqual([
    'cluster.split',
    { cluster: 'one', kept: kept?.id, moved: moved?.id },
  ]);
});

test('a bad case counts for nothing until that is taken back', async () => {
  const before = await client.call('clusters.list', { runId: 'run-1' });
  expect(await client.call('runs.rescored', { runId: 'run-1' })).toEqual([]);

  const marked = await client.call('cases.markBad', { caseId: 'a', isBad: true });
  expect(marked).toMatchObject({ diagnosis: 'bad_case', formerDiagnosis: 'not_used' });
  const [one, two] = await client.call('clusters.list', { runId: 'run-1' });
  expect(one).toMatchObject({
    id: 'one',
    caseIds: ['a', 'b', 'c'],
    representativeIds: ['b', 'c'],
    diagnosisShares: { not_stored: 1 },
  });
  expect(one?.severity).toBeCloseTo(0.85, 12);
  expect(two).toEqual(before[1]);
  expect(await client.call('runs.rescored', { runId: 'run-1' })).toEqual([
    { step: 0, reward: 0.75 },
    { step: 1, reward: 0 },
  ]);

  const back = await client.call('cases.markBad', { caseId: 'a', isBad: false });
  expect(back.diagnosis).toBe('not_used');
  expect(back).not.toHaveProperty('formerDiagnosis');
  const [again] = await client.call('clusters.list', { runId: 'run-1' });
  expect(again?.severity).toBeCloseTo(0.9, 12);
  expect(again?.diagnosisShares.not_used).toBeCloseTo(1 / 3, 12);
  expect(await client.call('runs.rescored', { runId: 'run-1' })).toEqual([]);
  // Nothing is left to take back, so nothing is written.
  await client.call('cases.markBad', { caseId: 'a', isBad: false });
  expect(await journal()).toEqual([
    ['case.markedBad', { case: 'a' }],
    ['case.unmarkedBad', { case: 'a' }],
  ]);
});

test('every open case has a place, equal ones the same', async () => {
  const places = await client.call('cases.scatter', { runId: 'run-1' });
  expect(places.map(({ caseId }) => caseId)).toEqual([...IDS]);
  const [a, b, ...others] = places.map(({ x, y }) => [x, y]);
  // The cases differ in their diagnosis only: it is one direction, and all of what varies.
  for (const other of others) expect(other).toEqual(b);
  expect(Math.abs((a?.[0] ?? 0) - (b?.[0] ?? 0))).toBeCloseTo(Math.SQRT2, 9);
  expect(a?.[1]).toBeCloseTo(0, 9);
});
