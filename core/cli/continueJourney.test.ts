import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calls } from '../contract/calls.ts';
import { trainResultSchema } from '../contract/run.ts';
import { here, makeFolder, SMALL_RUN } from './testProcess.ts';

const { document } = here;
const detail = calls['proposals.get'].output;

test('--continue trains on while proposals wait; staged together they make one version, replayed together', async () => {
  const workspace = ['--workspace', join(makeFolder(), 'work')] as const;
  const trained = await document(trainResultSchema, 'train', '--continue', ...SMALL_RUN, ...workspace);
  expect(trained).toMatchObject({ status: 'finished', bank: { version: 1, skills: 4 } });
  expect(trained.stages).toHaveLength(2);
  expect(trained.waiting).toBeGreaterThanOrEqual(2);

  const waiting = await document(calls['proposals.list'].output, 'proposals', ...workspace);
  const ids = waiting.slice(0, 2).map((proposal) => proposal.id);
  for (const id of ids) {
    const card = await document(detail, 'review', id, '--approve', ...workspace);
    expect(card.proposal.state).toBe('approved');
  }
  const done = await document(calls['review.apply'].output, 'review', '--apply', ...workspace);
  expect(done.proposalIds.toSorted()).toEqual(ids.toSorted());
  expect(done.version).toMatchObject({ version: 2, parentVersion: 1, runId: 'sample-1' });
  expect(done.version.decisionIds).toHaveLength(2);
  expect(done.replay!.proposalIds.toSorted()).toEqual(ids.toSorted());
  expect(done.replay!.proposedHash).toBe(done.version.hash);
});
