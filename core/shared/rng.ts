import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { required } from './assertions.ts';
import { sha256Hex } from './contentHash.ts';

/**
 * A seeded stream of random numbers. Streams are named, never shared: `createRng(seed, 'episode', step, index)` gives
 * the same numbers whatever ran before, so the order in which episodes finish cannot change a result.
 */
export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, bound), bound >= 1. */
  int(bound: number): number;
  /** Standard Gumbel(0, 1): -ln(-ln(u)). */
  gumbel(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

const TWO_POW_26 = 2 ** 26;
const TWO_POW_27 = 2 ** 27;
const TWO_POW_53 = 2 ** 53;

/** A stream named by its parts, for example `createRng(42, 'episode', 3, 0)`. */
export function createRng(...name: readonly (string | number)[]): Rng {
  const seed = Number.parseInt(sha256Hex(name.join('|')).slice(0, 8), 16) | 0;
  const generator = xoroshiro128plus(seed);

  const next = (): number =>
    (uniformInt(generator, 0, TWO_POW_26 - 1) * TWO_POW_27 + uniformInt(generator, 0, TWO_POW_27 - 1)) /
    TWO_POW_53;
  const open = (): number => {
    const u = next();
    return u === 0 ? Number.MIN_VALUE : u;
  };
  const int = (bound: number): number => uniformInt(generator, 0, bound - 1);

  return {
    next,
    int,
    gumbel: () => -Math.log(-Math.log(open())),
    normal: () => Math.sqrt(-2 * Math.log(open())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i -= 1) {
        const j = int(i + 1);
        const a = required(copy[i], 'shuffle item');
        copy[i] = required(copy[j], 'shuffle item');
        copy[j] = a;
      }
      return copy;
    },
  };
}
