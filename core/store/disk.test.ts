import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { writeFileAtomic, writeFileAtomicSync } from './atomicFile.ts';
import { sampleDecision, sampleProposal, sampleRun } from './sampleRecords.ts';
import { mountObstacle, mountTestDisk, remountReadOnly } from './testDisk.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

const needs = mountObstacle === null ? '' : ` (skipped, mounting a disk is not permitted: ${mountObstacle})`;

async function openTest(folder: string, readOnly = false): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock(), readOnly });
  onTestFinished(() => workspace.close());
  return workspace;
}

function fill(folder: string): string {
  const path = join(folder, 'filler');
  for (let size = 4096 * 64; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
  return path;
}

describe.skipIf(mountObstacle !== null)(`a full disk${needs}`, () => {
  test('leaves the old file whole and no temporary one', async () => {
    const disk = mountTestDisk(256);
    const path = join(disk, 'bank.json');
    writeFileAtomicSync(path, 'old');
    const tooBig = 'x'.repeat(400_000);
    const failure = {
      code: 'UNAVAILABLE',
      message: `Cannot write ${path}: the disk is full: free some space and try again.`,
    };
    expect(() => writeFileAtomicSync(path, tooBig)).toThrow(expect.objectContaining(failure));
    await expect(writeFileAtomic(path, tooBig)).rejects.toMatchObject(failure);
    expect(readdirSync(disk)).toEqual(['bank.json']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  test('loses no committed decision, keeps transactions whole, and ends when there is space', async () => {
    const disk = mountTestDisk(1536);
    const folder = join(disk, 'work');
    const workspace = await openTest(folder);
    const committed: string[] = [];
    const commit = (index: number): void => {
      const id = `d${index}`;
      workspace.transaction(() => {
        workspace.proposals.put(sampleProposal({ id: `p${index}`, pattern: 'x'.repeat(9000) }));
        workspace.decisions.append(sampleDecision({ id, proposalId: `p${index}` }));
      });
      committed.push(id);
    };
    const failure: unknown = (() => {
      for (let index = 0; index < 1000; index += 1) {
        try {
          commit(index);
        } catch (error) {
          return error;
        }
      }
      return null;
    })();
    expect(failure).toMatchObject({ code: 'UNAVAILABLE' });
    expect((failure as AppError).message).toContain('disk is full: free some space');
    expect(committed.length).toBeGreaterThan(10);
    const stored = (): string[] => workspace.decisions.list().map((decision) => decision.id);
    expect(stored()).toEqual(committed);
    expect(workspace.proposals.count()).toBe(committed.length);
    expect(workspace.verify().ok).toBe(true);

    await workspace.close();
    const again = await openTest(folder);
    expect(again.decisions.list().map((decision) => decision.id)).toEqual(committed);
    expect(again.verify().ok).toBe(true);
    expect(again.listSetAside()).toEqual([]);
  });

  test('from the start says so, and the workspace opens once there is space', async () => {
    const disk = mountTestDisk(1024);
    const folder = join(disk, 'work');
    mkdirSync(folder);
    const filler = fill(disk);
    await expect(openTest(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    rmSync(filler);
    const workspace = await openTest(folder);
    workspace.runs.put(sampleRun());
    expect(workspace.runs.count()).toBe(1);
  });

  test('hit in the middle of a transaction that goes on regardless commits nothing', async () => {
    const disk = mountTestDisk(1024);
    const workspace = await openTest(join(disk, 'work'));
    workspace.runs.put(sampleRun({ id: 'before' }));
    const filler = fill(disk);
    const failures: unknown[] = [];
    expect(() =>
      workspace.transaction(() => {
        for (let index = 0; index < 2000; index += 1) {
          try {
            // Larger than the page cache together, so that pages must be written before the commit.
            workspace.runs.put(sampleRun({ id: `r${index}`, name: 'x'.repeat(9000) }));
          } catch (error) {
            failures.push(error);
          }
        }
      }),
    ).toThrow(AppError);
    expect(failures[0]).toMatchObject({ code: 'UNAVAILABLE' });
    expect(failures.at(-1)).toMatchObject({ code: 'INTERNAL' });
    expect(workspace.runs.list().map((run) => run.id)).toEqual(['before']);
    rmSync(filler);
    workspace.runs.put(sampleRun({ id: 'after' }));
    expect(workspace.runs.count()).toBe(2);
  });
});

describe.skipIf(mountObstacle !== null)(`a read-only disk${needs}`, () => {
  test('cannot be opened for writing, and says why; it can be looked at', async () => {
    const disk = mountTestDisk(1024);
    const folder = join(disk, 'work');
    const workspace = await openTest(folder);
    workspace.runs.put(sampleRun());
    await workspace.close();
    remountReadOnly(disk);
    const before = readdirSync(folder);
    await expect(openTest(folder)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `Cannot write ${folder}: the disk is read-only: choose a folder on a writable disk.`,
    });
    await expect(openTest(join(disk, 'new'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const reader = await openTest(folder, true);
    expect(reader.runs.list()).toEqual([sampleRun()]);
    expect(readdirSync(folder)).toEqual(before);
  });
});

test('a workspace path that is a file is UNAVAILABLE by name', async () => {
  const path = join(makeTestFolder(), 'file');
  writeFileSync(path, 'mine');
  await expect(openTest(path)).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { path } });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});
