import { expect, test } from 'vitest';
import type { BankVersion } from '../../../core/contract/skill.ts';
import {
  ancestorsOf,
  bankLines,
  comparedByDefault,
  lineOf,
  presentVersion,
  restoredBy,
  rollbackRefusal,
  standingOf,
  undoneBy,
  withVersion,
  type VersionSummary,
} from './bankLines.ts';

function version(number: number, values: Partial<VersionSummary> = {}): VersionSummary {
  return {
    version: number,
    hash: String(number).padStart(64, '0'),
    parentVersion: null,
    cause: 'seed',
    runId: null,
    stage: null,
    step: null,
    decisionIds: [],
    note: '',
    createdAtMs: number,
    skillCount: 4,
    ...values,
  };
}

/** The workspace's own line, one run with three versions, and one that starts from the first run's second. */
const SEEDS = version(0);
const A1 = version(1, { runId: 'a', hash: SEEDS.hash });
const A2 = version(2, { runId: 'a', parentVersion: 1, cause: 'decision' });
const B3 = version(3, { runId: 'b', parentVersion: 2, hash: A2.hash });
const A4 = version(4, { runId: 'a', parentVersion: 2, cause: 'decision' });
const ALL = [SEEDS, A1, A2, B3, A4];
const LINES = bankLines(ALL);
const [LINE_B, LINE_A, LINE_OWN] = LINES;

test('each run has its own line, newest first, and the line begun last comes first', () => {
  expect(LINES.map(({ runId, versions }) => [runId, ...versions.map((one) => one.version)])).toEqual([
    ['b', 3],
    ['a', 4, 2, 1],
    [null, 0],
  ]);
  expect(bankLines([])).toEqual([]);
  expect(lineOf(LINES, A1)).toBe(LINE_A);
  expect(lineOf([], A1)).toBeNull();
});

test('a version that was made just now is added once', () => {
  const { hash, stage, step, decisionIds, note, createdAtMs } = version(5);
  const made: BankVersion = {
    ...{ version: 5, parentVersion: 4, cause: 'rollback', runId: 'a' },
    ...{ hash, stage, step, decisionIds, note, createdAtMs },
    ...{ skills: [], lineage: {}, statistics: {} },
  };
  expect(withVersion(ALL, null)).toBe(ALL);
  expect(withVersion(ALL, made).map((one) => one.version)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(withVersion(ALL, made).at(-1)?.skillCount).toBe(0);
  expect(withVersion([...ALL, version(5)], made)).toHaveLength(6);
});

test('the present version is that of the chosen run, else the latest of all', () => {
  expect(presentVersion(LINES, { id: 'b' })).toBe(3);
  expect(presentVersion(LINES, { id: 'unknown' })).toBe(4);
  expect(presentVersion(LINES, null)).toBe(4);
  expect(presentVersion([], null)).toBeNull();
});

test('ancestors are followed across lines, and damaged parents end the chain', () => {
  expect(ancestorsOf(ALL, A4).map((one) => one.version)).toEqual([2, 1]);
  expect(ancestorsOf(ALL, B3).map((one) => one.version)).toEqual([2, 1]);
  expect(ancestorsOf(ALL, SEEDS)).toEqual([]);
  const circle = [version(0, { parentVersion: 1 }), version(1, { parentVersion: 0 })];
  expect(ancestorsOf(circle, version(2, { parentVersion: 1 })).map((one) => one.version)).toEqual([1, 0]);
});

test('a version is compared with its parent, one without with the first of all', () => {
  expect(ALL.map((one) => comparedByDefault(ALL, one))).toEqual([0, 0, 1, 2, 2]);
  expect(comparedByDefault(ALL, version(7, { runId: 'c' }))).toBe(0);
});

test('what a roll back undoes are the later versions of the line', () => {
  expect(undoneBy(LINE_A!, A1).map((one) => one.version)).toEqual([4, 2]);
  expect(undoneBy(LINE_A!, A4)).toEqual([]);
});

test('only an earlier version that the current one of the line was made from can be returned to', () => {
  expect(rollbackRefusal(ALL, LINE_A!, A1)).toBeNull();
  expect(rollbackRefusal(ALL, LINE_A!, A2)).toBeNull();
  expect(rollbackRefusal(ALL, LINE_A!, A4)).toBe('It is the current version.');
  expect(rollbackRefusal(ALL, LINE_B!, B3)).toBe('It is the current version.');
  const stray = version(5, { runId: 'a' });
  expect(rollbackRefusal([...ALL, stray], bankLines([...ALL, stray])[1]!, A4)).toBe(
    'The current version 5 was not made from it.',
  );
});

test("the workspace's own line can be rolled back only while no run came after it", () => {
  const own = [SEEDS, version(1, { parentVersion: 0, cause: 'import' })];
  expect(rollbackRefusal(own, bankLines(own)[0]!, SEEDS)).toBeNull();
  const followed = [...own, version(2, { runId: 'a', parentVersion: 1 })];
  expect(rollbackRefusal(followed, bankLines(followed)[1]!, SEEDS)).toBe(
    'No run uses this line any more, so there is nothing to roll back.',
  );
  expect(rollbackRefusal(ALL, LINE_OWN!, SEEDS)).toBe('It is the current version.');
});

test('a roll back restored the nearest earlier version of its line with the same skills', () => {
  const back = version(5, { runId: 'a', parentVersion: 4, cause: 'rollback', hash: A1.hash });
  const line = bankLines([...ALL, back])[1]!;
  expect(restoredBy(line, back)).toBe(1);
  expect(restoredBy(line, A4)).toBeNull();
  expect(restoredBy(line, { ...back, hash: 'f'.repeat(64) })).toBeNull();
});

test('changes are proposed for the latest version of a line', () => {
  expect(standingOf(LINES, A4)).toEqual({ kind: 'current', runId: 'a' });
  expect(standingOf(LINES, A2)).toEqual({ kind: 'past', current: 4 });
  expect(standingOf(LINES, SEEDS)).toEqual({ kind: 'past', current: null });
  expect(standingOf(bankLines([SEEDS]), SEEDS)).toEqual({ kind: 'current', runId: null });
});
