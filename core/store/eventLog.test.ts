import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contentHash, sha256Hex } from '../shared/contentHash.ts';
import { GENESIS_HASH, eventId } from './eventLog.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function openTest(folder = makeTestFolder(), clock = fixedClock(5000)): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock });
  onTestFinished(() => workspace.close());
  return workspace;
}

async function withEvents(count: number): Promise<Workspace> {
  const workspace = await openTest();
  workspace.transaction(() => {
    for (let index = 1; index <= count; index += 1) {
      workspace.events.append({
        type: 'stage.ended',
        runId: `run-${index % 2}`,
        ids: { stage: index, bank: `b${index}` },
      });
    }
  });
  return workspace;
}

test('an event carries the hash of the one before and of itself', async () => {
  const clock = fixedClock(5000);
  const { events } = await openTest(makeTestFolder(), clock);
  const first = events.append({ type: 'run.started', runId: 'r1', ids: { seed: 42 } });
  clock.nowMs = 6000;
  const second = events.append({ type: 'stage.ended', runId: null, ids: {} });
  const unsigned = { type: 'run.started', runId: 'r1', ids: { seed: 42 }, sequence: 1, atMs: 5000 };
  expect(first).toEqual({
    ...unsigned,
    previousHash: GENESIS_HASH,
    hash: contentHash({ ...unsigned, previousHash: GENESIS_HASH }),
  });
  expect(second).toMatchObject({ sequence: 2, atMs: 6000, previousHash: first.hash });
  expect(events.list()).toEqual([first, second]);
  expect(events.count()).toBe(2);
  expect(events.verify()).toEqual({ ok: true, brokenAt: null });
});

test('events are listed by run, by type, after one, and up to a number', async () => {
  const { events } = await withEvents(10);
  const sequences = (query: Parameters<typeof events.list>[0]): number[] =>
    events.list(query).map((one) => one.sequence);
  expect(sequences({ runId: 'run-0' })).toEqual([2, 4, 6, 8, 10]);
  expect(sequences({ runId: 'run-0', after: 4, limit: 2 })).toEqual([6, 8]);
  expect(sequences({ type: 'stage.begun' })).toEqual([]);
});

describe('an event cannot hold text', () => {
  test.each([
    ['a sentence', { note: 'Caroline went to the shelter' }],
    ['an empty string', { note: '' }],
    ['a long word', { note: 'a'.repeat(129) }],
    ['a line break', { note: 'a\nb' }],
    ['letters beyond ids', { note: 'Grüße' }],
    ['NaN', { score: Number.NaN }],
    ['a key that is text', { 'she said': 1 }],
  ])('%s', async (_, ids) => {
    const { events } = await openTest();
    expect(() => events.append({ type: 'x.y', runId: null, ids })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(events.list()).toEqual([]);
  });

  test('and a foreign id becomes one that fits, the same each time', async () => {
    const { events } = await openTest();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const id = eventId(text);
        expect(eventId(id)).toBe(id);
        expect(events.append({ type: 'x.y', runId: id, ids: { trace: id } }).ids).toEqual({ trace: id });
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(eventId('conv-26_3')).toBe('conv-26_3');
    expect(eventId('my trace')).toBe(`sha256:${sha256Hex('my trace')}`);
  });
});

describe('verification finds', () => {
  /** Changes rows as somebody with another SQLite program would who dropped the triggers first. */
  async function tamper(count: number, sql: string): Promise<number | null> {
    const workspace = await withEvents(count);
    const raw = new DatabaseSync(join(workspace.folderPath, 'studio.db'));
    raw.exec('DROP TRIGGER eventsForbidsUPDATE; DROP TRIGGER eventsForbidsDELETE');
    raw.exec(sql);
    raw.close();
    const report = workspace.events.verify();
    expect(report.ok).toBe(report.brokenAt === null);
    return report.brokenAt;
  }

  test.each([
    ['a changed type', "UPDATE events SET type = 'stage.begun' WHERE sequence = 3", 3],
    ['a changed run', 'UPDATE events SET runId = NULL WHERE sequence = 1', 1],
    ['changed ids', "UPDATE events SET ids = replace(ids, 'b4', 'b5') WHERE sequence = 4", 4],
    ['a changed time', 'UPDATE events SET atMs = atMs + 1 WHERE sequence = 5', 5],
    ['a changed hash', "UPDATE events SET hash = replace(hash, 'a', 'b') WHERE sequence = 2", 2],
    ['ids that are not JSON', "UPDATE events SET ids = '{' WHERE sequence = 2", 2],
    ['a removed event', 'DELETE FROM events WHERE sequence = 3', 3],
    ['a removed first event', 'DELETE FROM events WHERE sequence = 1', 1],
    ['removed last events', 'DELETE FROM events WHERE sequence > 4', 5],
    ['all events removed', 'DELETE FROM events', 1],
    [
      'two swapped events',
      'UPDATE events SET sequence = -2 WHERE sequence = 2; UPDATE events SET sequence = 2 WHERE sequence = 3; ' +
        'UPDATE events SET sequence = 3 WHERE sequence = -2',
      2,
    ],
  ])('%s', async (_, sql, brokenAt) => {
    expect(await tamper(6, sql)).toBe(brokenAt);
  });

  test('nothing in an empty log', async () => {
    expect((await openTest()).events.verify()).toEqual({ ok: true, brokenAt: null });
  });

  test('one byte of one event changed in the file itself', async () => {
    const workspace = await withEvents(50);
    const { folderPath } = workspace;
    await workspace.close();
    const path = join(folderPath, 'studio.db');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"bank":"b33"', 0, 'latin1');
    expect(at).toBeGreaterThan(0);
    bytes.write('c', at + 8, 'latin1');
    writeFileSync(path, bytes);
    const again = await openTest(folderPath);
    expect(again.events.verify()).toEqual({ ok: false, brokenAt: 33 });
  });
});
