import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { parseRunConfig } from '../../config/options.ts';
import { loadDataset } from '../../datasets/dataset.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { sentencesOf } from '../../engines/builtin/spanSentences.ts';
import type { Embedder } from '../../memory/embedder.ts';
import { LiveIndex, type IndexFilter, type NearHit } from '../../memory/lance/liveIndex.ts';
import { required } from '../../shared/assertions.ts';
import { benchFigure, type BenchFigure } from '../../shared/benchFigure.ts';
import { systemClock } from '../../shared/clock.ts';
import { createRng } from '../../shared/rng.ts';
import { Workspace } from '../../store/workspace.ts';
import type { Platform } from '../platform.ts';
import { LiveMemory } from './liveMemory.ts';

const SPACE = 'bench';
const K = 20;
const QUERIES = 60;
const ADDED_AT_ONCE = 1000;
/** Inputs that each dimension of the projection adds up, with random signs (Li, Hastie and Church, KDD 2006). */
const PROJECTED_FROM = 20;
const DAYS = 365;
const FIRST_DAY = Date.UTC(2023, 0, 1) / 86_400_000;
/** A quarter of the days. */
const FILTER: IndexFilter = { fromDay: FIRST_DAY + 60, toDay: FIRST_DAY + 151 };
const SETTLING_MS = 1000;
const NS_PER_MS = 1e6;
const CALIBRATION_ROUNDS = 20_000_000;

export interface MemoryBenchOptions {
  /** LoCoMo's file; its sentences are memories, its questions queries. */
  readonly dataFile: string;
  readonly platform: Pick<Platform, 'sampleFile' | 'checkpointThread'>;
  readonly memories: number;
  readonly dimension: number;
  readonly onProgress: (done: number, total: number, label: string) => void;
}

interface BenchEmbedder extends Embedder {
  /** Has the vectors of these ready: an embedding model of this many dimensions works in a process of its own. */
  prepare(texts: readonly string[]): Promise<void>;
}

/** The built-in vectors in another number of dimensions: random signs and places, fixed by a seed. */
function projected(embedder: Embedder, dimension: number): BenchEmbedder {
  const rng = createRng('memory bench', 'projection');
  const places = Int32Array.from({ length: dimension * PROJECTED_FROM }, () => rng.int(embedder.dimension));
  const signs = Float32Array.from({ length: places.length }, () => (rng.int(2) === 0 ? -1 : 1));
  const project = (vector: Float32Array): Float32Array => {
    const result = new Float32Array(dimension);
    let square = 0;
    for (let row = 0; row < dimension; row += 1) {
      let sum = 0;
      for (let i = row * PROJECTED_FROM; i < (row + 1) * PROJECTED_FROM; i += 1)
        sum += (signs[i] ?? 0) * (vector[places[i] ?? 0] ?? 0);
      result[row] = sum;
      square += sum * sum;
    }
    const scale = square === 0 ? 0 : 1 / Math.sqrt(square);
    return result.map((value) => value * scale);
  };
  const prepared = new Map<string, Float32Array>();
  const embed: Embedder['embed'] = async (texts, signal) => {
    const known = texts.map((text) => prepared.get(text));
    if (known.every((vector) => vector !== undefined)) return known;
    return (await embedder.embed(texts, signal)).map(project);
  };
  return {
    id: `bench-projection-${dimension}`,
    dimension,
    embed,
    prepare: async (texts) => {
      for (const [at, vector] of (await embed(texts)).entries())
        prepared.set(required(texts[at], 'text'), vector);
    },
  };
}

interface BenchTexts {
  readonly memories: string[];
  readonly questions: readonly string[];
}

/** Sentences of the conversations, and seeded variants that join the beginning of one to the end of another. */
async function benchTexts({ dataFile, platform, memories }: MemoryBenchOptions): Promise<BenchTexts> {
  const config = parseRunConfig({ dataset: 'locomo', data: dataFile });
  const { source } = await loadDataset(config, platform.sampleFile);
  const traces = source.kind === 'held' ? source.traces : [];
  const turns = traces.flatMap((trace) => trace.turns);
  const sentences = [
    ...new Set(
      turns.flatMap(({ speaker, text }) =>
        sentencesOf(text).map((one) => (one.startsWith(speaker) ? one : `${speaker}: ${one}`)),
      ),
    ),
  ];
  const rng = createRng('memory bench', 'variants');
  const any = (): string[] => required(sentences[rng.int(sentences.length)], 'sentence').split(' ');
  const texts = new Set(sentences.slice(0, memories));
  while (texts.size < memories) {
    const [first, second] = [any(), any()];
    texts.add(
      [...first.slice(0, 2 + rng.int(first.length)), ...second.slice(1 + rng.int(second.length))].join(' '),
    );
  }
  const questions = rng.shuffle(traces.flatMap((trace) => trace.questions)).map(({ text }) => text);
  return { memories: [...texts], questions };
}

const dayOf = (at: number): number => FIRST_DAY + ((at * 7919) % DAYS);
const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The similarity of the k-th best of those that pass, for each query: what a hit must reach to be one. */
async function exactThresholds(
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
  passes: (at: number) => boolean,
): Promise<number[]> {
  const thresholds: number[] = [];
  for (const query of queries) {
    const best = vectors
      .map((vector, at) => (passes(at) ? dot(vector, query) : -2))
      .toSorted((a, b) => b - a);
    thresholds.push(best[K - 1] ?? -1);
    await setImmediate();
  }
  return thresholds;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Rounding of 32-bit sums. */
const TOLERANCE = 1e-5;

/** A fixed loop of arithmetic, to compare machines and their other work by; the same as that of the page's curves. */
function calibration(): BenchFigure {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    let sum = 0;
    for (let round = 0; round < CALIBRATION_ROUNDS; round += 1) sum = (sum * 31 + round) % 65_521;
    // What is used cannot be left out.
    return sum >= 0 ? performance.now() - start : 0;
  });
  return benchFigure('memory.calibration', 'ms', times);
}

interface Searched {
  readonly recall: number;
  readonly times: readonly number[];
}

async function searched(
  thresholds: readonly number[],
  search: (query: number) => Promise<readonly NearHit[]>,
): Promise<Searched> {
  // Twice: the first time reads the files.
  for (let query = 0; query < thresholds.length; query += 1) await search(query);
  const times: number[] = [];
  let found = 0;
  for (const [query, threshold] of thresholds.entries()) {
    const start = performance.now();
    const hits = await search(query);
    times.push(performance.now() - start);
    found += hits.filter(({ similarity }) => similarity >= threshold - TOLERANCE).length;
  }
  return { recall: found / (K * thresholds.length), times };
}

/** Live memory in a workspace of its own. */
class MemoryBench {
  readonly #options: MemoryBenchOptions;
  readonly #embedder: BenchEmbedder;
  readonly #workspace: Workspace;
  readonly #index: LiveIndex;
  readonly memory: LiveMemory;

  constructor(
    options: MemoryBenchOptions,
    opened: { workspace: Workspace; index: LiveIndex; embedder: BenchEmbedder },
  ) {
    const { workspace, index, embedder } = opened;
    this.#options = options;
    this.#workspace = workspace;
    this.#index = index;
    this.#embedder = embedder;
    const { id, dimension } = embedder;
    const bound = { id, dimension, modelId: null };
    const embedders = { assigned: async () => bound, open: async () => embedder };
    this.memory = new LiveMemory({ workspace, index, embedders, clock: systemClock });
  }

  async add(texts: readonly string[], from: number): Promise<void> {
    const atMs = systemClock.now();
    await this.memory.add(
      SPACE,
      texts.map((text, at) => ({
        text,
        origin: {
          skill: 'note',
          bankVersion: null,
          bankHash: null,
          date: dateOf(dayOf(from + at)),
          source: null,
          author: 'bench',
          atMs,
        },
        createdAtMs: atMs,
        history: [],
      })),
    );
  }

  async load(texts: readonly string[]): Promise<BenchFigure[]> {
    const start = performance.now();
    for (let from = 0; from < texts.length; from += ADDED_AT_ONCE) {
      await this.add(texts.slice(from, from + ADDED_AT_ONCE), from);
      this.#options.onProgress(from + ADDED_AT_ONCE, texts.length, 'memories committed');
    }
    const committed = performance.now() - start;
    await this.memory.compact(SPACE);
    const indexed = performance.now() - start;
    const trained = performance.now();
    await this.#index.train(this.#table);
    const learned = performance.now();
    await this.#workspace.flush('memories.lance');
    return [
      benchFigure('memory.commit', 's', [committed / 1000]),
      benchFigure('memory.commitAndIndex', 's', [indexed / 1000]),
      benchFigure('memory.buildVectorIndex', 's', [(learned - trained) / 1000]),
    ];
  }

  get #table(): { name: string; space: Embedder } {
    const { number, generation } = this.#workspace.memorySpaces.require(SPACE);
    return { name: LiveIndex.tableName(number, generation), space: this.#embedder };
  }

  async search(questions: readonly string[], vectors: readonly Float32Array[]): Promise<BenchFigure[]> {
    const queries = await this.#embedder.embed(questions.slice(0, QUERIES));
    const { fromDay = 0, toDay = 0 } = FILTER;
    const near = (filter: IndexFilter) => (query: number) =>
      this.#index.nearest(this.#table, { vector: required(queries[query], 'query'), k: K, filter });
    const all = await searched(await exactThresholds(vectors, queries, () => true), near({}));
    const isInRange = (at: number): boolean => dayOf(at) >= fromDay && dayOf(at) <= toDay;
    const dated = await searched(await exactThresholds(vectors, queries, isInRange), near(FILTER));
    const hybrid: number[] = [];
    for (const text of questions.slice(0, QUERIES)) {
      const start = performance.now();
      await this.memory.search(SPACE, { text, limit: K, filter: { from: null, to: null, skill: null } });
      hybrid.push(performance.now() - start);
    }
    return [
      benchFigure('memory.recallAt20', '', [all.recall]),
      benchFigure('memory.search', 'ms', all.times),
      benchFigure('memory.recallAt20.byDate', '', [dated.recall]),
      benchFigure('memory.search.byDate', 'ms', dated.times),
      benchFigure('memory.hybridSearch', 'ms', hybrid),
    ];
  }

  /**
   * Batches of twenty are added while searches follow one another: how long each waits, the thread, and one that does
   * nothing.
   */
  async addWhileSearching(texts: readonly string[], questions: readonly string[]): Promise<BenchFigure[]> {
    const adding: number[] = [];
    const searching: number[] = [];
    await this.#embedder.prepare([...texts, ...questions]);
    const idle = new Worker(new URL('idleLoop.ts', import.meta.url));
    await once(idle, 'message');
    // What the benchmark itself left behind is not to be collected while it measures, nor given back to the system,
    // which V8 does in a thread of its own: 400 MiB of vectors held up every other thread for some 45 ms.
    globalThis.gc?.();
    await setTimeout(SETTLING_MS);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    // A first interval has no beginning, so that what happened in it would not be counted.
    await setTimeout(10);
    let isAdding = true;
    const searches = (async () => {
      for (let at = 0; isAdding; at += 1) {
        const text = required(questions[at % questions.length], 'question');
        const start = performance.now();
        await this.memory.search(SPACE, { text, limit: K, filter: { from: null, to: null, skill: null } });
        searching.push(performance.now() - start);
      }
    })();
    for (let from = 0; from < texts.length; from += K) {
      const start = performance.now();
      await this.add(texts.slice(from, from + K), from);
      adding.push(performance.now() - start);
      await setImmediate();
    }
    isAdding = false;
    await searches;
    delay.disable();
    idle.postMessage('end');
    const [idleMax] = z.tuple([z.number()]).parse(await once(idle, 'message'));
    await idle.terminate();
    return [
      benchFigure('memory.addWhileSearching', 'ms', adding),
      benchFigure('memory.addWhileSearching.max', 'ms', [Math.max(...adding)]),
      benchFigure('memory.searchWhileAdding', 'ms', searching),
      benchFigure('memory.searchWhileAdding.max', 'ms', [Math.max(...searching)]),
      benchFigure('memory.loopDelay.p99', 'ms', [delay.percentile(99) / NS_PER_MS]),
      benchFigure('memory.loopDelay.max', 'ms', [delay.max / NS_PER_MS]),
      benchFigure('memory.idleLoopDelay.max', 'ms', [idleMax / NS_PER_MS]),
    ];
  }

  async forgetOne(): Promise<BenchFigure[]> {
    const [newest] = this.memory.list(SPACE, {
      before: null,
      limit: 1,
      filter: { from: null, to: null, skill: null },
    });
    const start = performance.now();
    await this.memory.forget([required(newest, 'memory').id]);
    const forgotten = performance.now() - start;
    await this.memory.erased(SPACE);
    return [
      benchFigure('memory.forget', 'ms', [forgotten]),
      benchFigure('memory.erase', 's', [(performance.now() - start) / 1000]),
    ];
  }
}

/** Live memory of the given size, against exact search over the same vectors. */
export async function benchLiveMemory(options: MemoryBenchOptions): Promise<BenchFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-bench-'));
  const workspace = await Workspace.open(folder, {
    clock: systemClock,
    checkpointThread: options.platform.checkpointThread,
  });
  try {
    const embedder = projected(createBuiltinEmbedder(), options.dimension);
    const index = await LiveIndex.open(workspace.folder('memories.lance'));
    const bench = new MemoryBench(options, { workspace, index, embedder });
    const added = Math.min(2000, options.memories / 10);
    const texts = await benchTexts({ ...options, memories: options.memories + added });
    const stored = texts.memories.splice(0, options.memories);
    const vectors: Float32Array[] = [];
    for (let from = 0; from < stored.length; from += ADDED_AT_ONCE)
      vectors.push(...(await embedder.embed(stored.slice(from, from + ADDED_AT_ONCE))));
    const figures = [
      calibration(),
      // What is in memory no more is not gone through whenever garbage is collected.
      ...(await bench.load(stored.splice(0))),
      ...(await bench.search(texts.questions, vectors.splice(0))),
      ...(await bench.addWhileSearching(texts.memories, texts.questions)),
      ...(await bench.forgetOne()),
    ];
    await bench.memory.close();
    return figures;
  } finally {
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
