import { kmeans } from 'ml-kmeans';
import { DIAGNOSES, type Cluster, type HardCase } from '../contract/hardCase.ts';
import type { Embedder } from '../memory/embedder.ts';
import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';
import { isUsable } from './badCase.ts';
import { clusterName, distinctNames } from './clusterName.ts';
import { byDifficulty, diagnosisShares, mainDiagnosis, summarise } from './clusterSummary.ts';
import { distanceMatrix, silhouette } from './silhouette.ts';

export interface ClusteringOptions {
  readonly embedder: Embedder;
  readonly runId: string;
  readonly stage: number;
  readonly maxClusters: number;
  /** Representatives of each cluster. */
  readonly casesPerCluster: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Weights of the parts of a case's vector. Unit embeddings of unrelated questions lie sqrt(2) apart; one-hot parts that
 * differ lie weight x sqrt(2) apart. So another diagnosis separates as much as an unrelated question (what failed, not
 * what it was about, is what a skill can mend: 15.2 #37), and another category half as much (in square distance).
 */
const FEATURE_WEIGHTS = { question: 1, diagnosis: 1, category: Math.SQRT1_2 } as const;

/** k-means ends in local optima; the best of several starts is kept (the reference makes 10). */
const RESTARTS = 5;
const MAX_ITERATIONS = 100;

function oneHot<T>(value: T, values: readonly T[], weight: number): number[] {
  return values.map((candidate) => (candidate === value ? weight : 0));
}

/**
 * The vectors that cases are clustered by, one for each.
 *
 * @throws AppError CANCELLED by the signal.
 */
export async function caseFeatures(
  cases: readonly Pick<HardCase, 'question' | 'diagnosis' | 'category'>[],
  options: Pick<ClusteringOptions, 'embedder' | 'signal'>,
): Promise<number[][]> {
  const vectors = await options.embedder.embed(
    cases.map(({ question }) => question),
    options.signal,
  );
  const categories = [...new Set(cases.map(({ category }) => category))].sort((a, b) => a - b);
  return cases.map((hardCase, at) => [
    ...Array.from(required(vectors[at], 'question vector'), (value) => value * FEATURE_WEIGHTS.question),
    ...oneHot(hardCase.diagnosis, DIAGNOSES, FEATURE_WEIGHTS.diagnosis),
    ...oneHot(hardCase.category, categories, FEATURE_WEIGHTS.category),
  ]);
}

interface Grouping {
  readonly labels: readonly number[];
  readonly centres: readonly (readonly number[])[];
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, d) => sum + (value - (b[d] ?? 0)) ** 2, 0);
}

function inertia(points: readonly (readonly number[])[], { labels, centres }: Grouping): number {
  return points.reduce(
    (sum, point, at) =>
      sum + squaredDistance(point, required(centres[required(labels[at], 'label')], 'centre')),
    0,
  );
}

function kmeansWithRestarts(points: number[][], k: number, seed: number): Grouping {
  const rng = createRng(seed, 'hard case clusters', k);
  let best: Grouping | null = null;
  let bestInertia = Infinity;
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const { clusters, centroids } = kmeans(points, k, {
      initialization: 'kmeans++',
      seed: rng.int(2 ** 31 - 1),
      maxIterations: MAX_ITERATIONS,
    });
    const grouping = { labels: clusters, centres: centroids };
    const value = inertia(points, grouping);
    if (value < bestInertia) [best, bestInertia] = [grouping, value];
  }
  return required(best, 'k-means result');
}

function groupInto(points: readonly (readonly number[])[], labels: readonly number[]): Grouping {
  const k = Math.max(...labels) + 1;
  const centres = Array.from({ length: k }, (_, label) => {
    const members = points.filter((_point, at) => labels[at] === label);
    return (members[0] ?? []).map(
      (_value, d) => members.reduce((sum, m) => sum + (m[d] ?? 0), 0) / members.length,
    );
  });
  return { labels, centres };
}

function bestGrouping(points: number[][], options: ClusteringOptions): Grouping {
  const one = groupInto(
    points,
    points.map(() => 0),
  );
  if (options.maxClusters === 1 || points.length === 1) return one;
  if (points.length === 2) return groupInto(points, [0, 1]);
  // k-means++ cannot place more centres than there are different points.
  const different = new Set(points.map((point) => point.join())).size;
  const largest = Math.min(options.maxClusters, points.length - 1, different);
  const distances = distanceMatrix(points);
  let best = one;
  let bestValue = 0;
  for (let k = 2; k <= largest; k += 1) {
    throwIfAborted(options.signal);
    const grouping = kmeansWithRestarts(points, k, options.seed);
    const value = silhouette(distances, grouping.labels);
    if (value > bestValue) [best, bestValue] = [grouping, value];
  }
  return best;
}

interface Member {
  readonly hardCase: HardCase;
  readonly distance: number;
}

function firstQuestion([first]: readonly Member[]): string {
  return required(first, 'member').hardCase.questionId;
}

/** The case nearest to the centre, then the hardest (design 7). */
function representatives(members: readonly Member[], count: number): string[] {
  const [nearest] = [...members].sort(
    (a, b) => a.distance - b.distance || byDifficulty(a.hardCase, b.hardCase),
  );
  const others = members.filter((member) => member !== nearest).map(({ hardCase }) => hardCase);
  return [required(nearest, 'member').hardCase, ...others.sort(byDifficulty)]
    .slice(0, count)
    .map(({ id }) => id);
}

/**
 * Groups hard cases by what was asked and by what failed: k-means++ on [question embedding | diagnosis | category], k
 * from 2 to `maxClusters` by the best silhouette (one cluster when none is positive); one or two cases are clusters of
 * their own. Cases a person called bad are left out. Largest cluster first. Deterministic, whatever the order of `cases`.
 *
 * @throws AppError CANCELLED by the signal.
 */
export async function clusterCases(
  cases: readonly HardCase[],
  options: ClusteringOptions,
): Promise<Cluster[]> {
  const usable = cases.filter(isUsable).sort((a, b) => (a.questionId < b.questionId ? -1 : 1));
  if (usable.length === 0) return [];
  const points = await caseFeatures(usable, options);
  const { labels, centres } = bestGrouping(points, options);
  const groups = centres
    .map((centre, label) =>
      usable.flatMap((hardCase, at): Member[] => {
        const distance = squaredDistance(required(points[at], 'point'), centre);
        return labels[at] === label ? [{ hardCase, distance }] : [];
      }),
    )
    .filter((members) => members.length > 0)
    // Not by the case's id, which has the run's name in it: equal runs have equal clusters in equal order.
    .sort((a, b) => b.length - a.length || (firstQuestion(a) < firstQuestion(b) ? -1 : 1));
  const questions = usable.map(({ question }) => question);
  const names = distinctNames(
    groups.map((members) => {
      const own = members.map(({ hardCase }) => hardCase);
      return clusterName(own, questions, mainDiagnosis(diagnosisShares(own)));
    }),
  );
  return groups.map((members, at) =>
    summarise(
      {
        runId: options.runId,
        stage: options.stage,
        name: required(names[at], 'cluster name'),
        representativeIds: representatives(members, options.casesPerCluster),
      },
      members.map(({ hardCase }) => hardCase),
    ),
  );
}
