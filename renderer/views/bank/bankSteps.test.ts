import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bankLines, type BankLine, type VersionSummary } from './bankLines.ts';
import { spanNames, spanOf, versionAtStep, versionSpans } from './bankSteps.ts';

/** A line whose versions, from 1 on, were made at these places. */
function lineMadeAt(places: readonly (number | null)[]): BankLine {
  const versions = places.map((step, at): VersionSummary => ({
    version: at + 1,
    hash: '0'.repeat(64),
    parentVersion: at === 0 ? null : at,
    cause: at === 0 ? 'seed' : 'decision',
    runId: 'a',
    stage: null,
    step,
    decisionIds: [],
    note: '',
    createdAtMs: at,
    skillCount: 4,
  }));
  const [line] = bankLines(versions);
  if (line === undefined) throw new Error('A line has a version at least.');
  return line;
}

const shown = (line: BankLine): unknown[] =>
  versionSpans(line).map(({ version, from, until }) => [version.version, from, until]);

test('a version is in force until the next one is made', () => {
  expect(shown(lineMadeAt([null, 10, 20]))).toEqual([
    [1, 0, 10],
    [2, 10, 20],
    [3, 20, Infinity],
  ]);
});

test('a version made outside training, or behind the one before, begins where the line stood', () => {
  expect(shown(lineMadeAt([0, 10, null, 7, 12]))).toEqual([
    [1, 0, 10],
    [2, 10, 10],
    [3, 10, 10],
    [4, 10, 12],
    [5, 12, Infinity],
  ]);
});

test('the latest version of a place is the one in force there', () => {
  const spans = versionSpans(lineMadeAt([null, 10, 10, 20]));
  const at = (place: number): number | undefined => versionAtStep(spans, place)?.version.version;
  expect([0, 9, 10, 19, 20, 1000].map(at)).toEqual([1, 1, 3, 3, 4, 4]);
  expect(versionAtStep([], 5)).toBeNull();
});

test('every place of a line has the one version whose span it lies in', () => {
  const places = fc.array(fc.option(fc.nat(50)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(places, fc.nat(60), (made, place) => {
      const spans = versionSpans(lineMadeAt(made));
      // A line of a run begins with it.
      const first = spans[0]?.from ?? 0;
      const within = spans.filter(({ from, until }) => from <= place && place < until);
      expect(within).toEqual(place < first ? [] : [versionAtStep(spans, place)]);
    }),
    { seed: 1 },
  );
});

test('a span ends where the curve ends', () => {
  const spans = versionSpans(lineMadeAt([null, 10, 30]));
  expect(spanOf(spans, 2, 20)).toEqual({ from: 10, until: 20 });
  expect(spanOf(spans, 3, 20)).toEqual({ from: 20, until: 20 });
  expect(spanOf(spans, 9, 20)).toBeNull();
  expect(spanOf(spans, null, 20)).toBeNull();
});

test('versions that stand together share a name', () => {
  const spans = versionSpans(lineMadeAt([null, 10, 10]));
  expect(spanNames(spans.slice(1, 2))).toBe('v2');
  expect(spanNames(spans)).toBe('v1 to v3');
});
