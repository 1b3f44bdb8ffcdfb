import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterSchema, type Diagnosis, type HardCase } from '../contract/hardCase.ts';
import type { Embedder } from '../memory/embedder.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import { createRng } from '../shared/rng.ts';
import { markBadCase, unmarkBadCase } from './badCase.ts';
import { mergeClusters, refreshCluster, renameCluster, splitCluster } from './clusterEdits.ts';
import { clusterCases, type ClusteringOptions } from './clustering.ts';
import { contentStems } from './contentWords.ts';

/** Word counts in 16 hashed places, normalised: questions with the same words are near. */
const embedder: Embedder = {
  id: 'test-words-16',
  dimension: 16,
  embed: (texts) =>
    Promise.resolve(
      texts.map((text) => {
        const vector = new Float32Array(16);
        for (const stem of contentStems(text)) {
          const place = Number.parseInt(sha256Hex(stem).slice(0, 4), 16) % 16;
          vector[place] = (vector[place] ?? 0) + 1;
        }
        const norm = Math.hypot(...vector) || 1;
        return vector.map((value) => value / norm);
      }),
    ),
};

const options: ClusteringOptions = {
  embedder,
  runId: 'run',
  stage: 2,
  maxClusters: 5,
  casesPerCluster: 3,
  seed: 42,
};

function hardCase(
  at: number,
  question: string,
  diagnosis: Diagnosis,
  over: Partial<HardCase> = {},
): HardCase {
  return {
    id: `case-${at}`,
    runId: 'run',
    traceId: 't',
    questionId: `t_${String(at).padStart(3, '0')}`,
    question,
    golds: ['gold'],
    category: 4,
    prediction: '',
    score: 0,
    judge: null,
    attempts: [],
    failCount: 1,
    step: 0,
    bankHash: 'h',
    diagnosis,
    chain: { evidence: [], spans: [], needed: null, retrieved: [] },
    ...over,
  };
}

const TOPICS = ['camping trip', 'camping tent', 'camping fire', 'camping lake', 'camping trail'];
const cases = [
  ...TOPICS.map((topic, at) =>
    hardCase(at, `When did she take the ${topic}?`, 'stored_weak', { category: 2 }),
  ),
  ...TOPICS.map((topic, at) => hardCase(at + 10, `Who joined the ${topic}?`, 'not_stored')),
];

describe('clusterCases', () => {
  test('15.2#37 groups by what failed, not by topic alone, and names it', async () => {
    const clusters = await clusterCases(cases, { ...options, maxClusters: 2 });
    expect(clusters.map((cluster) => [cluster.name, cluster.diagnosisShares])).toEqual([
      ['when did ... (camping) / stored in part', { stored_weak: 1 }],
      ['who joined ... (camping) / not stored', { not_stored: expect.closeTo(1, 12) as number }],
    ]);
    expect(clusters.map(({ caseIds }) => caseIds.length)).toEqual([5, 5]);
    for (const cluster of clusters) expect(clusterSchema.parse(cluster)).toEqual(cluster);
  });

  test('the number of clusters follows the silhouette', async () => {
    const thirds = ['Where is the red kite?', 'Why was the boat late?', 'Which soup did they cook?'].flatMap(
      (question, group) =>
        [0, 1, 2, 3].map((at) =>
          hardCase(group * 10 + at, question, (['not_stored', 'not_used', 'stored_weak'] as const)[group]!),
        ),
    );
    expect((await clusterCases(thirds, options)).map(({ caseIds }) => caseIds.length)).toEqual([4, 4, 4]);
  });

  test('no cases, one case, two cases, cases all alike', async () => {
    expect(await clusterCases([], options)).toEqual([]);
    expect((await clusterCases(cases.slice(0, 1), options)).map(({ name }) => name)).toEqual([
      'When did she take the camping trip? / stored in part',
    ]);
    expect(await clusterCases(cases.slice(0, 2), options)).toHaveLength(2);
    const alike = [0, 1, 2, 3].map((at) => hardCase(at, 'Same words?', 'not_used'));
    expect((await clusterCases(alike, options)).map(({ caseIds }) => caseIds.length)).toEqual([4]);
  });

  test('representatives: one nearest the centre, then the hardest; 15.2#37 not only the hardest', async () => {
    const odd = hardCase(7, 'When did he repaint grandmother velvet curtain?', 'stored_weak', {
      category: 2,
      failCount: 9,
    });
    const group = [...cases.slice(0, 5), odd];
    const [cluster] = await clusterCases(group, { ...options, maxClusters: 1, casesPerCluster: 2 });
    expect(cluster!.representativeIds).toHaveLength(2);
    expect(cluster!.representativeIds[0]).not.toBe(odd.id);
    expect(cluster!.representativeIds[1]).toBe(odd.id);
  });

  test('15.5#64 case ids, which differ from run to run, do not order the clusters', async () => {
    const otherIds = cases.map((one, at) => ({ ...one, id: `other-${String(99 - at)}` }));
    const questionsOf = async (given: readonly HardCase[]) => {
      const questions = new Map(given.map(({ id, questionId }) => [id, questionId]));
      return (await clusterCases(given, options)).map(({ name, caseIds }) => [
        name,
        caseIds.map((id) => questions.get(id)),
      ]);
    };
    expect(await questionsOf(otherIds)).toEqual(await questionsOf(cases));
  });

  test('15.1#25 ids are content hashes of run, stage and members', async () => {
    const ids = async (over: Partial<ClusteringOptions>) =>
      (await clusterCases(cases, { ...options, ...over })).map(({ id }) => id);
    expect(await ids({})).toEqual(await ids({}));
    expect(await ids({ stage: 3 })).not.toEqual(await ids({}));
    expect(await ids({ runId: 'other' })).not.toEqual(await ids({}));
  });

  test('cases a person called bad are left out', async () => {
    const [bad, ...rest] = cases;
    const clusters = await clusterCases([markBadCase(bad!), ...rest], options);
    expect(clusters.flatMap(({ caseIds }) => caseIds)).not.toContain(bad!.id);
  });

  test('an aborted signal stops it', async () => {
    await expect(clusterCases(cases, { ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('laws: a partition; the order of the cases does not matter; shares sum to 1', async () => {
    const one = fc.record({
      question: fc.constantFrom('When was it?', 'Who came along?', 'Which boat sank?', 'Where is the cat?'),
      diagnosis: fc.constantFrom<Diagnosis>('not_stored', 'stored_weak', 'not_used'),
      category: fc.constantFrom(1, 2, 4),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 1, maxLength: 14 }),
        fc.nat(1000),
        async (list, shuffle) => {
          const some = list.map(({ question, diagnosis, category }, at) =>
            hardCase(at, question, diagnosis, { category }),
          );
          const clusters = await clusterCases(some, options);
          expect(clusters.flatMap(({ caseIds }) => caseIds).sort()).toEqual(some.map(({ id }) => id).sort());
          expect(await clusterCases(createRng(shuffle).shuffle(some), options)).toEqual(clusters);
          expect(new Set(clusters.map(({ name }) => name)).size).toBe(clusters.length);
          for (const { diagnosisShares } of clusters) {
            expect(Object.values(diagnosisShares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
          }
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });
});

describe("a reviewer's edits", () => {
  const two = clusterCases(cases, { ...options, maxClusters: 2 });

  test('merge joins, split undoes it, and nothing given changes', async () => {
    const [a, b] = await two;
    const before = structuredClone([a, b]);
    const merged = mergeClusters([a!, b!], cases, 'camping');
    expect(merged).toMatchObject({ name: 'camping', severity: 1 });
    expect(merged.caseIds).toEqual([...a!.caseIds, ...b!.caseIds]);
    expect(merged.diagnosisShares.stored_weak).toBeCloseTo(0.5, 12);
    expect(merged.representativeIds.slice(0, 2)).toEqual([a!.representativeIds[0], b!.representativeIds[0]]);
    const [kept, moved] = splitCluster(merged, { caseIds: b!.caseIds, name: 'who' }, cases);
    expect([kept.id, moved.id]).toEqual([a!.id, b!.id]);
    expect(kept.diagnosisShares).toEqual({ stored_weak: 1 });
    expect([a, b]).toEqual(before);
  });

  test('rename keeps the id', async () => {
    const [a] = await two;
    expect(renameCluster(a!, ' trips ')).toEqual({ ...a!, name: 'trips' });
    expect(() => renameCluster(a!, '  ')).toThrow('name is empty');
  });

  test('a bad case stays a member but counts for nothing; taken back, the cluster is as it was', async () => {
    const [a] = await two;
    const id = a!.representativeIds[0]!;
    const harder = cases.map((one) => ({ ...one, score: one.id === id ? 0.8 : 0.5 }));
    const before = refreshCluster(a!, harder, 3);
    expect(before.severity).toBeCloseTo((0.2 + 4 * 0.5) / 5, 12);
    const marked = harder.map((one) => (one.id === id ? markBadCase(one) : one));
    const without = refreshCluster(before, marked, 3);
    expect(without).toMatchObject({ id: a!.id, caseIds: a!.caseIds, severity: 0.5 });
    expect(Object.keys(without.diagnosisShares)).toEqual(['stored_weak']);
    expect(without.diagnosisShares.stored_weak).toBeCloseTo(1, 12);
    expect(without.representativeIds).toHaveLength(before.representativeIds.length);
    expect(without.representativeIds).not.toContain(id);
    const back = refreshCluster(without, marked.map(unmarkBadCase), 3);
    expect([back.severity, back.diagnosisShares]).toEqual([before.severity, before.diagnosisShares]);
  });

  test('a cluster of bad cases only says nothing, until one of them is taken back', async () => {
    const [a] = await two;
    const none = refreshCluster(a!, cases.map(markBadCase), 3);
    expect(none).toEqual({ ...a, representativeIds: [], severity: 0, diagnosisShares: {} });
    const [first, ...rest] = cases.filter(({ id }) => a!.caseIds.includes(id)).map(markBadCase);
    const back = refreshCluster(none, [unmarkBadCase(first!), ...rest], 3);
    expect(back.representativeIds).toEqual([first!.id]);
    expect(back.diagnosisShares).toEqual({ stored_weak: 1 });
  });

  test('impossible edits are refused by name', async () => {
    const [a, b] = await two;
    expect(() => mergeClusters([a!], cases)).toThrow('at least two clusters');
    expect(() => mergeClusters([a!, { ...b!, stage: 9 }], cases)).toThrow('another run or stage');
    expect(() => splitCluster(a!, { caseIds: [b!.caseIds[0]!], name: 'x' }, cases)).toThrow(
      'is not in cluster',
    );
    expect(() => splitCluster(a!, { caseIds: a!.caseIds, name: 'x' }, cases)).toThrow('some but not all');
    expect(() => mergeClusters([a!, b!], cases.slice(1))).toThrow('is not among the hard cases');
  });
});
