import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleDecision, sampleProposal } from './sampleRecords.ts';
import { fixedClock } from './testFolder.ts';
import { Workspace } from './workspace.ts';

// https://www.sqlite.org/fileformat2.html#walformat
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_SIZE_OFFSET = 8;
const COMMITS = 8;

interface Recording {
  database: Buffer;
  marker: Buffer;
  wal: Buffer;
  frameBytes: number;
  /** Size of the log once each commit was acknowledged. */
  sizes: number[];
}

/** A workspace's files as a power cut would find them after each of some commits. */
async function record(): Promise<Recording> {
  const folder = join(root, 'recorded');
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  const path = join(folder, 'studio.db');
  await workspace.checkpointWal();
  const database = readFileSync(path);
  const sizes: number[] = [];
  for (let index = 0; index < COMMITS; index += 1) {
    workspace.transaction(() => {
      workspace.proposals.put(sampleProposal({ id: `p${index}`, pattern: 'x'.repeat(index * 900) }));
      workspace.decisions.append(sampleDecision({ id: `d${index}`, proposalId: `p${index}` }));
      workspace.events.append({ type: 'proposal.decided', runId: null, ids: { decision: `d${index}` } });
    });
    sizes.push(statSync(`${path}-wal`).size);
  }
  const wal = readFileSync(`${path}-wal`);
  const marker = readFileSync(join(folder, 'workspace.json'));
  expect(readFileSync(path).equals(database)).toBe(true);
  await workspace.close();
  return {
    database,
    marker,
    wal,
    frameBytes: FRAME_HEADER_BYTES + wal.readUInt32BE(PAGE_SIZE_OFFSET),
    sizes,
  };
}

let recording: Recording;
let root: string;
let count = 0;

/** Opens a copy with this log and gives the decisions in it. */
async function decisionsWith(wal: Uint8Array, database = recording.database): Promise<string[]> {
  count += 1;
  const folder = join(root, String(count));
  mkdirSync(folder);
  writeFileSync(join(folder, 'studio.db'), database);
  writeFileSync(join(folder, 'studio.db-wal'), wal);
  writeFileSync(join(folder, 'workspace.json'), recording.marker);
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  try {
    expect(workspace.verify()).toEqual({ ok: true, brokenAt: null, tampered: [] });
    const decisions = workspace.decisions.list().map((decision) => decision.id);
    expect(workspace.proposals.list().map((proposal) => proposal.id)).toEqual(
      decisions.map((id) => id.replace('d', 'p')),
    );
    expect(workspace.events.list({ type: 'proposal.decided' })).toHaveLength(decisions.length);
    return decisions;
  } finally {
    await workspace.close();
  }
}

const firstDecisions = (number: number): string[] =>
  Array.from({ length: number }, (_, index) => `d${index}`);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'memskill-wal-'));
  recording = await record();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the write-ahead log lost right after the workspace was made takes nothing of the schema with it', async () => {
  const folder = join(root, 'new');
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  const database = readFileSync(join(folder, 'studio.db'));
  await workspace.close();
  expect(await decisionsWith(new Uint8Array(), database)).toEqual([]);
});

describe('the write-ahead log cut', () => {
  test('anywhere in its header leaves the workspace as before', async () => {
    for (const cut of [0, 1, 16, WAL_HEADER_BYTES - 1, WAL_HEADER_BYTES]) {
      expect(await decisionsWith(recording.wal.subarray(0, cut))).toEqual([]);
    }
  });

  test('at every frame boundary and inside every frame keeps exactly the transactions wholly before the cut', async () => {
    const { wal, frameBytes, sizes } = recording;
    const frames = (wal.length - WAL_HEADER_BYTES) / frameBytes;
    expect(Number.isInteger(frames)).toBe(true);
    expect(sizes.at(-1)).toBe(wal.length);
    expect(new Set(sizes).size).toBe(COMMITS);
    for (let frame = 0; frame < frames; frame += 1) {
      const start = WAL_HEADER_BYTES + frame * frameBytes;
      for (const inside of [1, FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + 2048, frameBytes - 1, frameBytes]) {
        const cut = start + inside;
        const expected = firstDecisions(sizes.filter((size) => size <= cut).length);
        expect(await decisionsWith(wal.subarray(0, cut)), `cut at byte ${cut}`).toEqual(expected);
      }
    }
  });

  test('or torn, a sector of any frame being rubbish, keeps exactly the transactions before that frame', async () => {
    const { wal, frameBytes, sizes } = recording;
    for (let start = WAL_HEADER_BYTES; start < wal.length; start += frameBytes) {
      const torn = Buffer.from(wal);
      torn.fill(0x5a, start + FRAME_HEADER_BYTES + 512, start + FRAME_HEADER_BYTES + 1024);
      const expected = firstDecisions(sizes.filter((size) => size <= start).length);
      expect(await decisionsWith(torn), `torn in the frame at ${start}`).toEqual(expected);
    }
  });
});
