import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROPOSAL_STATES } from '../contract/proposal.ts';
import { contentHash } from '../shared/contentHash.ts';
import {
  sampleBankVersion,
  sampleCluster,
  sampleDecision,
  sampleHardCase,
  sampleProposal,
  sampleReplay,
  sampleRun,
} from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function openTest(folder = makeTestFolder()): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** Another program at the database: no triggers of ours are off, but nothing of our code is in between. */
function rawSql(workspace: Workspace, sql: string): void {
  const raw = new DatabaseSync(join(workspace.folderPath, 'studio.db'));
  try {
    raw.exec(sql);
  } finally {
    raw.close();
  }
}

describe('records', () => {
  test('of every kind come back as they were, over a reopening', async () => {
    const folder = makeTestFolder();
    const first = await openTest(folder);
    first.runs.put(sampleRun());
    first.hardCases.put(sampleHardCase());
    first.clusters.put(sampleCluster());
    first.proposals.put(sampleProposal());
    first.replays.put(sampleReplay());
    first.decisions.append(sampleDecision());
    first.bankVersions.append(sampleBankVersion());
    await first.close();
    const again = await openTest(folder);
    expect(again.runs.require('run-1')).toEqual(sampleRun());
    expect(again.hardCases.require('case-1')).toEqual(sampleHardCase());
    expect(again.clusters.require('cluster-1')).toEqual(sampleCluster());
    expect(again.proposals.require('proposal-1')).toEqual(sampleProposal());
    expect(again.replays.require('replay-1')).toEqual(sampleReplay());
    expect(again.decisions.require('decision-1')).toEqual(sampleDecision());
    expect(again.bankVersions.require(0)).toEqual(sampleBankVersion());
  });

  test('with any text in them come back as they were', async () => {
    const workspace = await openTest();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (pattern, rootCause) => {
        const proposal = sampleProposal({ pattern, rootCause });
        workspace.proposals.put(proposal);
        expect(workspace.proposals.get('proposal-1')).toEqual(proposal);
      }),
      { seed: 1, numRuns: 100 },
    );
    const odd = sampleProposal({ pattern: 'a\u0000b \ud800 \u2028', id: "'; DROP TABLE runs; --" });
    workspace.proposals.put(odd);
    expect(workspace.proposals.require(odd.id)).toEqual(odd);
  });

  test('are replaced in place, deleted, counted, and missing by name', async () => {
    const { runs } = await openTest();
    for (const id of ['b', 'a', 'c']) runs.put(sampleRun({ id }));
    runs.put(sampleRun({ id: 'a', status: 'finished' }));
    expect(runs.list().map((run) => `${run.id} ${run.status}`)).toEqual([
      'b running',
      'a finished',
      'c running',
    ]);
    expect(runs.count({ status: 'running' })).toBe(2);
    runs.delete('b');
    runs.delete('never there');
    expect(runs.get('b')).toBeNull();
    expect(runs.count()).toBe(2);
    expect(() => runs.require('b')).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: 'There is no run b in this workspace: check the id.',
      }),
    );
  });

  test('are selected, sorted and limited as an array would be', async () => {
    const { proposals } = await openTest();
    const all = Array.from({ length: 40 }, (_, index) =>
      sampleProposal({
        id: `p${index}`,
        runId: index % 3 === 0 ? null : `run-${index % 3}`,
        stage: index % 4,
        state: PROPOSAL_STATES[index % PROPOSAL_STATES.length]!,
        createdAtMs: (index * 7) % 11,
      }),
    );
    for (const proposal of all) proposals.put(proposal);
    const states = fc.subarray([...PROPOSAL_STATES]);
    fc.assert(
      fc.property(
        states,
        fc.constantFrom(null, 'run-1', 'run-2'),
        fc.boolean(),
        fc.nat(50),
        (wanted, runId, isDescending, limit) => {
          const sign = isDescending ? -1 : 1;
          const expected = all
            .map((proposal, index) => ({ proposal, index }))
            .filter(({ proposal }) => wanted.includes(proposal.state) && proposal.runId === runId)
            .sort((a, b) => sign * (a.proposal.createdAtMs - b.proposal.createdAtMs || a.index - b.index))
            .slice(0, limit)
            .map(({ proposal }) => proposal.id);
          const where = { state: wanted, runId };
          const found = proposals.list({ where, orderBy: 'createdAtMs', isDescending, limit });
          expect(found.map((proposal) => proposal.id)).toEqual(expected);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
    expect(proposals.list({ where: { stage: 2 } })).toHaveLength(10);
  });

  test('cannot be filtered by what is not a column', async () => {
    const { proposals } = await openTest();
    // The type forbids it; a caller that builds a filter dynamically must not get everything instead.
    const where = { pattern: 'x' } as object;
    expect(() => proposals.list({ where })).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('that break their schema are refused with the key path, and nothing is written', async () => {
    const { hardCases, runs } = await openTest();
    expect(() => hardCases.put(sampleHardCase({ score: 1.5 }))).toThrow(
      expect.objectContaining({ code: 'INTERNAL', details: { keyPath: 'score' } }),
    );
    expect(() => hardCases.put(sampleHardCase({ score: Number.NaN }))).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(() => runs.put(sampleRun({ config: { rate: Number.NaN } }))).toThrow(
      'run run-1 has the number NaN at key rate, which JSON cannot hold.',
    );
    expect(hardCases.count() + runs.count()).toBe(0);
  });

  test('damaged in the file are CORRUPT_DATA with table, id and key path', async () => {
    const workspace = await openTest();
    workspace.hardCases.put(sampleHardCase());
    rawSql(workspace, "UPDATE hardCases SET body = json_set(body, '$.chain.spans', json('[{\"date\":3}]'))");
    expect(() => workspace.hardCases.list()).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_DATA',
        details: expect.objectContaining({
          table: 'hardCases',
          key: 'case-1',
          keyPath: 'chain.spans.0.spanIndex',
        }) as unknown,
      }),
    );
    rawSql(workspace, 'UPDATE hardCases SET body = substr(body, 1, 20)');
    expect(() => workspace.hardCases.get('case-1')).toThrow(
      expect.objectContaining({ code: 'CORRUPT_DATA' }),
    );
  });
});

describe('append-only records', () => {
  test('are not replaced', async () => {
    const { bankVersions } = await openTest();
    bankVersions.append(sampleBankVersion());
    expect(() => bankVersions.append(sampleBankVersion({ note: 'other' }))).toThrow(
      expect.objectContaining({
        code: 'CONFLICT',
        message: 'There is a bank version 0 already, and it cannot be replaced.',
      }),
    );
    expect(bankVersions.list()).toEqual([sampleBankVersion()]);
  });

  test('have a latest one', async () => {
    const { bankVersions } = await openTest();
    expect(bankVersions.latest()).toBeNull();
    for (const version of [0, 1, 2, 10]) bankVersions.append(sampleBankVersion({ version }));
    expect(bankVersions.latest()?.version).toBe(10);
    expect(bankVersions.list({ where: { version: [1, 10] } }).map((one) => one.version)).toEqual([1, 10]);
  });

  test.each([
    "UPDATE decisions SET body = '{}'",
    'DELETE FROM decisions',
    'PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO decisions SELECT * FROM decisions',
    "UPDATE bankVersions SET hash = 'x'",
    'DELETE FROM bankVersions WHERE version = 0',
    "UPDATE events SET type = 'x'",
    'DELETE FROM events WHERE sequence = 1',
  ])('withstand %s', async (sql) => {
    const workspace = await openTest();
    workspace.proposals.put(sampleProposal());
    workspace.decisions.append(sampleDecision());
    workspace.bankVersions.append(sampleBankVersion());
    expect(() => rawSql(workspace, sql)).toThrow(/append-only/u);
    expect(workspace.verify()).toEqual({ ok: true, brokenAt: null, tampered: [] });
  });

  test('changed with the triggers off are found by key', async () => {
    const workspace = await openTest();
    workspace.proposals.put(sampleProposal());
    for (const id of ['d1', 'd2', 'd3', 'd4']) workspace.decisions.append(sampleDecision({ id }));
    rawSql(
      workspace,
      `DROP TRIGGER decisionsForbidsUPDATE; DROP TRIGGER decisionsForbidsDELETE;
       UPDATE decisions SET body = replace(body, 'approve', 'reject') WHERE id = 'd2';
       DELETE FROM decisions WHERE id = 'd3';
       INSERT INTO decisions (id, proposalId, verdict, source, createdAtMs, body)
         SELECT 'd5', proposalId, verdict, source, createdAtMs, body FROM decisions WHERE id = 'd1'`,
    );
    expect(workspace.verify()).toEqual({
      ok: false,
      brokenAt: null,
      tampered: ['decisions/d2', 'decisions/d3', 'decisions/d5'],
    });
  });

  test('need what they refer to by the end of the transaction', async () => {
    const workspace = await openTest();
    expect(() => workspace.decisions.append(sampleDecision())).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
    workspace.transaction(() => {
      workspace.decisions.append(sampleDecision());
      workspace.proposals.put(sampleProposal());
    });
    expect(workspace.decisions.list({ where: { proposalId: 'proposal-1' } })).toEqual([sampleDecision()]);
    expect(() => workspace.proposals.delete('proposal-1')).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
    expect(workspace.proposals.count()).toBe(1);
  });

  test('of any id verify', async () => {
    const workspace = await openTest();
    workspace.proposals.put(sampleProposal());
    workspace.decisions.append(sampleDecision({ id: 'decision of Zoë, the 2nd' }));
    expect(workspace.verify()).toEqual({ ok: true, brokenAt: null, tampered: [] });
  });

  test('and their event are written together or not at all', async () => {
    const workspace = await openTest();
    expect(() =>
      workspace.transaction(() => {
        workspace.bankVersions.append(sampleBankVersion({ hash: contentHash('gone') }));
        throw new Error('later failure');
      }),
    ).toThrow('later failure');
    expect(workspace.bankVersions.latest()).toBeNull();
    expect(workspace.events.list()).toEqual([]);
  });
});
