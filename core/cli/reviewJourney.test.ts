import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { calls } from '../contract/calls.ts';
import { bankChangeSchema, type BankChange } from '../contract/proposal.ts';
import { runSchema, trainResultSchema, type TrainResult } from '../contract/run.ts';
import { apart, here, newFolder, removeFolder, SMALL_RUN } from './testProcess.ts';

// One reviewer's way through a run in the manual mode. The tests build on each other, in this order.

const proposals = calls['proposals.list'].output;
const detail = calls['proposals.get'].output;
const applied = calls['review.apply'].output;
const versions = calls['bank.versions'].output;
const { document, refusal, report } = here;
const nameOnly = z.array(z.looseObject({ id: z.string() }));

let folder = '';
let workspace: readonly ['--workspace', string] = ['--workspace', ''];
let trained: TrainResult;
/** The proposal that is applied, and one that stays open then. */
let first = '';
let second = '';

beforeAll(() => {
  folder = newFolder();
  workspace = ['--workspace', join(folder, 'work')];
});
afterAll(() => removeFolder(folder));

async function verdictsOn(id: string): Promise<string[]> {
  const { decisions } = await document(detail, 'proposals', id, ...workspace);
  expect(decisions.every((decision) => decision.source === 'cli')).toBe(true);
  return decisions.map((decision) => decision.verdict);
}

describe('a run in the manual mode', () => {
  test('saves at the end of a stage, says how many proposals wait, and exits 0', async () => {
    trained = await apart.document(
      trainResultSchema,
      'train',
      '--review',
      'manual',
      ...SMALL_RUN,
      ...workspace,
    );
    expect(trained).toMatchObject({ run: 'sample-1', status: 'waiting', bank: { version: 1, skills: 4 } });
    expect(trained.stages).toHaveLength(1);
    expect(trained.waiting).toBeGreaterThanOrEqual(2);
    expect(trained.metricsHash).toMatch(/^[0-9a-f]{64}$/u);
    expect(trained.seconds).toBeGreaterThan(0);
    expect(trained.peakMiB).toBeGreaterThan(50);
  });

  test('its proposals are ready, each with the replay and the evidence it is reviewed with', async () => {
    const list = await document(proposals, 'proposals', ...workspace);
    expect(list).toHaveLength(trained.waiting);
    expect(list.every((proposal) => proposal.state === 'ready' && !proposal.isStale)).toBe(true);
    [first, second] = [list[0]!.id, list[1]!.id];
    const card = await document(detail, 'proposals', first, ...workspace);
    expect(card.proposal.runId).toBe('sample-1');
    expect(card.replay!.overall.count).toBe(card.replay!.cases.length);
    expect(card.replay!.affected.count).toBeGreaterThan(0);
    expect(card.cluster!.caseIds.length).toBeGreaterThan(0);
    expect(card.cases.map((one) => one.id).toSorted()).toEqual(card.proposal.caseIds.toSorted());
    expect(card.diff.filter((skill) => skill.kind !== 'unchanged')).toHaveLength(1);
  });

  test('the card of a proposal shows change, replay with its interval, and cases with gold, old and new', async () => {
    const card = await apart.report('proposals', first, ...workspace);
    expect(card).toContain(`${first}  `);
    expect(card).toMatch(/^replay +cases +better +same +worse +mean +95 % interval$/mu);
    expect(card).toMatch(/^overall +\d+ /mu);
    expect(card).toMatch(/gold ".*" {2}old ".*" {2}new ".*"/u);
    expect(card).toContain('{+');
  });

  test('resumed without a verdict it waits on, unchanged', async () => {
    const again = await apart.document(trainResultSchema, 'train', '--resume', 'sample-1', ...workspace);
    expect(again).toMatchObject({
      status: 'waiting',
      waiting: trained.waiting,
      metricsHash: trained.metricsHash,
      bank: trained.bank,
    });
  });
});

describe('verdicts', () => {
  test('can be given, taken back and given again; every word is kept', async () => {
    const decide = async (...verdict: string[]): Promise<string> =>
      (await document(detail, 'review', second, ...verdict, ...workspace)).proposal.state;
    expect(await decide('--park')).toBe('parked');
    expect(await decide('--retract')).toBe('ready');
    expect(await decide('--reject', 'says what insert says already')).toBe('rejected');
    expect(await decide('--retract')).toBe('ready');
    expect(await decide('--approve', '--reason', 'good')).toBe('approved');
    expect(await decide('--retract')).toBe('ready');
    expect(await verdictsOn(second)).toEqual(['park', 'retract', 'reject', 'retract', 'approve', 'retract']);
  });

  test('a verdict that makes no sense now is refused in one sentence and not recorded', async () => {
    expect(await refusal(1, 'review', second, '--retract', ...workspace)).toContain('is ready');
    expect(await verdictsOn(second)).toHaveLength(6);
  });

  test('a comment brings another draft, or the reason why not; it is replayed again', async () => {
    const card = await document(
      detail,
      'review',
      second,
      '--redraft',
      'Only for events that are already over.',
      ...workspace,
    );
    const last = card.proposal.revisions.at(-1)!;
    expect(card.proposal.revisions).toHaveLength(2);
    expect(last.response).not.toBeNull();
    expect(card.proposal.state).toBe('ready');
    expect(card.replay!.proposalIds).toEqual([second]);
    expect(await report('proposals', second, ...workspace)).toContain(`designer ${last.response!}`);
  });

  test('a reviewer’s own text: written to a file, changed, given back; it is the text that is decided on', async () => {
    const file = join(folder, 'change.json');
    expect(await report('proposals', second, '--write-change', file, ...workspace)).toContain(file);
    const change = bankChangeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    writeFileSync(file, JSON.stringify(withDescription(change, 'Words of the reviewer.')));
    const card = await document(detail, 'review', second, '--edit', file, ...workspace);
    const last = card.proposal.revisions.at(-1)!;
    expect(card.proposal.state).toBe('edited');
    expect(last.author).toBe('reviewer');
    expect(JSON.stringify(last.change)).toContain('Words of the reviewer.');
    expect(card.decisions.at(-1)).toMatchObject({
      verdict: 'edit',
      revision: card.proposal.revisions.length - 1,
    });
    await document(detail, 'review', second, '--retract', ...workspace);
  });

  test.each([
    ['{"kind":"add"', 'change.json'],
    ['{"kind":"add","skill":{"name":"Bad Name"}}', 'skill.name'],
    ['{"kind":"rollback","toVersion":0}', 'kind'],
  ])('a file with %s is refused with its name or key path, nothing is recorded', async (text, where) => {
    const count = (await verdictsOn(second)).length;
    const file = join(folder, 'change.json');
    writeFileSync(file, text);
    expect(await refusal(1, 'review', second, '--edit', file, ...workspace)).toContain(where);
    expect(await verdictsOn(second)).toHaveLength(count);
  });
});

describe('applying', () => {
  test('nothing approved: exit 1 with what to do', async () => {
    expect(await refusal(1, 'review', '--apply', ...workspace)).toContain('approve a proposal');
  });

  test('what is approved makes one version, with its decision and replay', async () => {
    const before = await document(versions, 'bank', 'list', ...workspace);
    const { decisions } = await document(detail, 'review', first, '--approve', ...workspace);
    const done = await apart.document(applied, 'review', '--apply', ...workspace);
    const after = await document(versions, 'bank', 'list', ...workspace);
    expect(done.proposalIds).toEqual([first]);
    expect(done.version.decisionIds).toEqual([decisions.at(-1)!.id]);
    expect(done.replay!.proposalIds).toEqual([first]);
    expect(after).toHaveLength(before.length + 1);
    expect(after.at(-1)).toMatchObject({
      version: done.version.version,
      cause: 'decision',
      parentVersion: 1,
      runId: 'sample-1',
    });
    const [run] = await document(z.array(runSchema), 'runs', ...workspace);
    expect(run).toMatchObject({ bankVersion: done.version.version, status: 'waiting' });
  });

  test('an applied proposal is over: not stale, listed with --all only, undone by rollback alone', async () => {
    const open = await document(nameOnly, 'proposals', ...workspace);
    expect(open.map((one) => one.id)).not.toContain(first);
    const all = await document(proposals, 'proposals', '--all', ...workspace);
    expect(all.find((one) => one.id === first)).toMatchObject({ state: 'applied', isStale: false });
    expect(await refusal(1, 'review', first, '--retract', ...workspace)).toContain('rolling the bank back');
  });

  test('a proposal left open is stale: shown so, cannot be approved, can be rebased and replayed', async () => {
    const list = await document(proposals, 'proposals', ...workspace);
    expect(list.find((one) => one.id === second)).toMatchObject({ isStale: true });
    expect(await report('proposals', ...workspace)).toContain('stale');
    expect(await apart.refusal(1, 'review', second, '--approve', ...workspace)).toContain(
      'rebase it or discard it',
    );
    const rebased = await document(detail, 'review', second, '--rebase', ...workspace);
    expect(rebased).toMatchObject({ isStale: false, proposal: { state: 'ready', baseVersion: 2 } });
    expect(rebased.replay!.baseHash).toBe(rebased.proposal.baseHash);
  });

  test('the run goes on with the new bank once nothing waits, and finishes', async () => {
    const open = await document(nameOnly, 'proposals', ...workspace);
    for (const { id } of open) await report('review', id, '--reject', 'enough for now', ...workspace);
    const finished = await document(trainResultSchema, 'train', '--resume', 'sample-1', ...workspace);
    expect(finished).toMatchObject({ run: 'sample-1', status: 'finished', waiting: 0, bank: { version: 2 } });
    expect(finished.stages.map((stage) => stage.bankVersion)).toEqual([1, 2]);
    expect(finished.metricsHash).not.toBe(trained.metricsHash);
    const again = await document(trainResultSchema, 'train', '--resume', 'sample-1', ...workspace);
    expect(again).toMatchObject({ status: 'finished', metricsHash: finished.metricsHash });
  });
});

/** The same change with another description. */
function withDescription(change: BankChange, description: string): BankChange {
  if (change.kind === 'add') return { ...change, skill: { ...change.skill, description } };
  if (change.kind === 'refine') return { ...change, changes: { ...change.changes, description } };
  return expect.unreachable(`a designer drafted a ${change.kind}`);
}
