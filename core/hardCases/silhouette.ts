import { required } from '../shared/assertions.ts';

/** Euclidean distances between all points: `distances[i * n + j]`. */
export function distanceMatrix(points: readonly (readonly number[])[]): Float64Array {
  const n = points.length;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const a = required(points[i], 'point');
    for (let j = i + 1; j < n; j += 1) {
      const b = required(points[j], 'point');
      let sum = 0;
      for (let d = 0; d < a.length; d += 1) sum += ((a[d] ?? 0) - (b[d] ?? 0)) ** 2;
      distances[i * n + j] = distances[j * n + i] = Math.sqrt(sum);
    }
  }
  return distances;
}

/**
 * Mean silhouette of a clustering (Rousseeuw 1987): (b - a) / max(a, b) for each point, a = mean distance to its own
 * cluster's other points, b = smallest mean distance to another cluster; a point alone in its cluster counts 0. In
 * [-1, 1], 0 with fewer than two clusters.
 *
 * @param distances n x n, row-major
 * @param labels cluster of each point, 0-based
 */
export function silhouette(distances: Float64Array, labels: readonly number[]): number {
  const n = labels.length;
  const clusters = Math.max(-1, ...labels) + 1;
  const sizes = new Array<number>(clusters).fill(0);
  for (const label of labels) sizes[label] = (sizes[label] ?? 0) + 1;
  if (sizes.filter((size) => size > 0).length < 2) return 0;
  let total = 0;
  const sums = new Float64Array(clusters);
  for (const [i, own] of labels.entries()) {
    const size = sizes[own] ?? 0;
    if (size === 1) continue;
    sums.fill(0);
    for (const [j, label] of labels.entries()) sums[label] = (sums[label] ?? 0) + (distances[i * n + j] ?? 0);
    const a = (sums[own] ?? 0) / (size - 1);
    let b = Infinity;
    for (const [label, sum] of sums.entries()) {
      const count = sizes[label] ?? 0;
      if (label !== own && count > 0) b = Math.min(b, sum / count);
    }
    const largest = Math.max(a, b);
    // Identical points everywhere: neither apart nor together.
    if (largest > 0) total += (b - a) / largest;
  }
  return total / n;
}
