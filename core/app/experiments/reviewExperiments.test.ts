import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ExperimentInput, ExperimentResult } from '../../contract/experiment.ts';
import type { Client } from '../../contract/rpc.ts';
import { mean } from '../../shared/arithmetic.ts';
import { systemClock } from '../../shared/clock.ts';
import { sourcePlatform } from '../platform.ts';
import { Studio } from '../studio.ts';

// Experiments in which somebody decides, on the built-in engine with the bundled sample.

const CONFIG = { dataset: 'sample', outerEpochs: 2, innerEpochs: 3, batchSize: 2 } as const;

async function open(): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-experiment-'));
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return studio.connect();
}

const asked = (recipe: ExperimentInput['recipe']): ExperimentInput => ({
  recipe,
  config: { ...CONFIG },
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

async function measure(client: Client, recipe: ExperimentInput['recipe']): Promise<ExperimentResult> {
  const { id } = await client.call('experiment.start', asked(recipe));
  const { status } = await client.call('experiment.wait', { experimentId: id });
  expect(status).toBe('done');
  return client.call('experiment.get', { experimentId: id });
}

test('two designers are shown the same clusters first; the narrowed one proposes nothing but dates', async () => {
  const client = await open();
  const { arms, proposals, experiment } = await measure(client, { name: 'designers' });
  expect(arms.map(({ name }) => name)).toEqual([
    'built-in designer, simulated reviewer',
    'narrowed to dates, simulated reviewer',
  ]);
  const first = proposals.filter(({ scope }) => scope === 'first');
  expect(first).toHaveLength(2);
  for (const row of first) {
    expect(row).toMatchObject({ sharesClusters: true, clusters: first[0]?.clusters });
    expect(row.proposals).toBeGreaterThanOrEqual(row.accepted);
  }
  expect(first[0]?.clusters).toBeGreaterThan(0);
  expect(first[0]?.proposals).toBeGreaterThan(first[1]?.proposals ?? Number.NaN);
  expect(first[0]?.gain).not.toBeNull();
  expect(first[0]?.diversity).toBeGreaterThan(0);

  const runId = experiment.cells[1]?.runId ?? null;
  const drafted = (await client.call('proposals.list', { runId: null, states: [] })).filter(
    (one) => one.runId === runId,
  );
  for (const { pattern } of drafted.filter(({ clusterId }) => clusterId !== null))
    expect(pattern).toMatch(/\b(?:dates|times)\b/u);

  // A gain is over questions: of one proposal too its interval is as wide as they differ.
  const narrowed = proposals.find(({ arm, scope }) => scope === 'all' && arm.startsWith('narrowed'));
  const details = await Promise.all(
    drafted.map(({ id }) => client.call('proposals.get', { proposalId: id })),
  );
  const gains = details.flatMap(({ proposal, replay }) =>
    proposal.revisions[0]?.author === 'designer' ? (replay?.cases ?? []) : [],
  );
  expect(narrowed?.proposals).toBe(1);
  expect(narrowed?.gain?.mean).toBeCloseTo(mean(gains.map(({ oldScore, newScore }) => newScore - oldScore)));
  expect(narrowed?.gain?.interval[0]).toBeLessThan(narrowed?.gain?.interval[1] ?? Number.NaN);
});

test('a person: a finished run is compared with one that takes in everything, with its settings and seed', async () => {
  const client = await open();
  const { id: runId } = await client.call('runs.start', {
    config: { ...CONFIG, review: 'manual', seed: 7 },
    name: null,
    isContinue: false,
  });
  const compare = (): Promise<ExperimentResult> => measure(client, { name: 'review', runs: [runId] });
  expect(await client.call('runs.wait', { runId })).toMatchObject({ status: 'waiting' });
  await expect(compare()).rejects.toThrow(/waiting/u);

  for (const { id, state, revisions } of await client.call('proposals.list', { runId: null, states: [] })) {
    if (state !== 'ready') continue;
    await client.call('review.decide', {
      proposalId: id,
      verdict: 'reject',
      revision: revisions.length - 1,
      reason: 'not this time',
      edit: null,
      source: 'app',
    });
  }
  await client.call('runs.resume', { runId, isContinue: true });
  expect(await client.call('runs.wait', { runId })).toMatchObject({ status: 'finished' });

  const { arms, proposals, experiment } = await compare();
  expect(experiment.input).toMatchObject({ seeds: [7], config: { outerEpochs: 2, innerEpochs: 3 } });
  expect(experiment.cells.map((cell) => cell.runId === runId)).toEqual([false, true]);
  expect(arms.map(({ name, skills }) => [name, skills])).toEqual([
    ['auto: everything valid', expect.any(Number)],
    ["a person's decisions", 4],
  ]);
  const [auto, person] = proposals.filter(({ scope }) => scope === 'first');
  expect(person).toMatchObject({ proposals: auto?.proposals, accepted: 0, sharesClusters: true });
  expect(auto?.accepted).toBeGreaterThan(0);
});

test('without a recorded run a simulated reviewer stands in, and every arm of it says so', async () => {
  const client = await open();
  const { experiment } = await measure(client, { name: 'review', runs: [] });
  expect(experiment.arms.map(({ name, reviewer }) => [name, reviewer])).toEqual([
    ['auto: everything valid', 'none'],
    ['simulated reviewer, no person', 'simulated'],
  ]);
  const runId = experiment.cells[1]?.runId ?? '';
  const decided = (await client.call('proposals.list', { runId: null, states: [] })).filter(
    (one) => one.runId === runId && one.state !== 'discarded',
  );
  expect(decided.length).toBeGreaterThan(0);
  for (const { state } of decided) expect(['applied', 'rejected']).toContain(state);
  // Its decisions are nobody's: its run is no person's.
  await expect(client.call('experiment.start', asked({ name: 'review', runs: [runId] }))).rejects.toThrow(
    /No person decided/u,
  );
});
