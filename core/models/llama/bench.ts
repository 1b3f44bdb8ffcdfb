import { availableParallelism } from 'node:os';
import { benchFigure, type BenchFigure } from '../../shared/benchFigure.ts';
import { AppError } from '../../shared/errors.ts';
import { DirectDriver, type DirectReply } from './directDriver.ts';
import { LlamaLanguageModel } from './llamaLanguageModel.ts';
import type { LoadedModel } from './modelProtocol.ts';

/**
 * How fast a model reads and writes through all of ours (process, protocol, queue, checks) and driven directly, by turns
 * in the same minutes, so that what else the machine does falls on both.
 */
export interface LlmBenchOptions {
  readonly path: string;
  /** Default: all cores but one, for both. */
  readonly threads?: number | undefined;
  readonly gpu?: 'auto' | false | undefined;
  readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
}

export interface LlmBench {
  readonly figures: readonly BenchFigure[];
  /** Null without a GPU. */
  readonly device: {
    readonly names: readonly string[];
    readonly layers: number;
    readonly gpuLayers: number;
  } | null;
  /** Of eight prompts that begin alike, one after another. */
  readonly promptTokens: { readonly submitted: number; readonly evaluated: number };
}

const SEQUENCES = [1, 2, 4, 8] as const;
const MOST_SEQUENCES = 8;
const CONTEXT_TOKENS = 1024;
/** Of a prompt, and of what prompts that begin alike have in common. */
const READ_TOKENS = 256;
const WRITTEN_TOKENS = 64;
const SAMPLES = 5;
/** A ratio near one needs many. */
const RATIO_SAMPLES = 61;
const LEAST_SAMPLES = 2;
/** A slow machine takes fewer samples. */
const SAMPLING_MS = 20_000;
const MS_PER_SECOND = 1000;
const SENTENCE = 'Yesterday Maria told her brother that she moves to a small town by the sea in May. ';

interface Job {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly keepsPrefix: boolean;
}

/** Works on jobs at the same time; tokens read and written of all of them. */
type Side = (jobs: readonly Job[]) => Promise<readonly DirectReply[]>;

/** One of ours ends as a failure when it is cut, and what it had written stands there. */
async function writtenBy(model: LlamaLanguageModel, { prompt, maxTokens }: Job): Promise<number> {
  try {
    const { usage } = await model.complete({
      messages: [{ role: 'user', content: prompt }],
      maxTokens,
      temperature: 0,
      seed: 0,
    });
    return usage.completionTokens;
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.['reason'] !== 'cut-reply') throw error;
    return Number(error.details['completionTokens']);
  }
}

function sidesOf(model: LlamaLanguageModel, direct: DirectDriver): { ours: Side; theirs: Side } {
  return {
    // The same words make the same tokens: how many there are is known from the other side.
    ours: (jobs) =>
      Promise.all(jobs.map(async (job) => ({ promptTokens: 0, writtenTokens: await writtenBy(model, job) }))),
    theirs: (jobs) => Promise.all(jobs.map((job, sequence) => direct.complete({ ...job, sequence }))),
  };
}

interface Timed {
  readonly seconds: number;
  readonly replies: readonly DirectReply[];
}

async function timed(side: Side, jobs: readonly Job[]): Promise<Timed> {
  const start = performance.now();
  const replies = await side(jobs);
  return { seconds: (performance.now() - start) / MS_PER_SECOND, replies };
}

interface Pair {
  readonly ours: Timed;
  readonly theirs: Timed;
}

/** The same jobs for both sides, by turns; who goes first changes each time. */
async function pairs(
  { ours, theirs }: { ours: Side; theirs: Side },
  jobsOf: () => readonly Job[],
  samples: number,
): Promise<Pair[]> {
  const found: Pair[] = [];
  const start = performance.now();
  while (found.length < samples) {
    if (found.length >= LEAST_SAMPLES && performance.now() - start > SAMPLING_MS) break;
    const jobs = jobsOf();
    if (found.length % 2 === 0) {
      const first = await timed(ours, jobs);
      found.push({ ours: first, theirs: await timed(theirs, jobs) });
    } else {
      const first = await timed(theirs, jobs);
      found.push({ ours: await timed(ours, jobs), theirs: first });
    }
  }
  return found;
}

function total(replies: readonly DirectReply[], of: keyof DirectReply): number {
  return replies.reduce((sum, reply) => sum + reply[of], 0);
}

function readFigures(name: string, found: readonly Pair[]): BenchFigure[] {
  const speeds = (side: keyof Pair): number[] =>
    found.map((pair) => total(pair.theirs.replies, 'promptTokens') / pair[side].seconds);
  return [
    benchFigure(name, 'tokens/s', speeds('ours')),
    benchFigure(`${name}.direct`, 'tokens/s', speeds('theirs')),
  ];
}

function writeFigures(name: string, found: readonly Pair[]): BenchFigure[] {
  const speeds = (side: keyof Pair): number[] =>
    found.map((pair) => total(pair[side].replies, 'writtenTokens') / pair[side].seconds);
  return [
    benchFigure(name, 'tokens/s', speeds('ours')),
    benchFigure(`${name}.direct`, 'tokens/s', speeds('theirs')),
  ];
}

/** Of one request that reads and writes, the time through ours over the time without, for as much written. */
function ratioFigure(found: readonly Pair[]): BenchFigure {
  const ratios = found.map(({ ours, theirs }) => {
    const isEqual = total(ours.replies, 'writtenTokens') === total(theirs.replies, 'writtenTokens');
    return isEqual ? ours.seconds / theirs.seconds : NaN;
  });
  return benchFigure(
    'llm.overhead.ratio',
    'x',
    ratios.filter((ratio) => !Number.isNaN(ratio)),
  );
}

class Prompts {
  readonly #body: string;
  #count = 0;

  private constructor(body: string) {
    this.#body = body;
  }

  static async of(model: LlamaLanguageModel): Promise<Prompts> {
    const repeats = Math.max(1, Math.floor(READ_TOKENS / (await model.countTokens(SENTENCE))));
    return new Prompts(SENTENCE.repeat(repeats));
  }

  /** Unlike all before it from its first words on. */
  fresh(): string {
    this.#count += 1;
    return `${this.#count}. ${this.#body}`;
  }

  /** Unlike all before it in its last words only. */
  alike(): string {
    this.#count += 1;
    return `${this.#body}What does page ${this.#count} say?`;
  }

  short(): string {
    this.#count += 1;
    return `Tell story number ${this.#count} at great length.`;
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

async function countEvaluated(
  model: LlamaLanguageModel,
  prompts: Prompts,
): Promise<LlmBench['promptTokens']> {
  let submitted = 0;
  let evaluated = 0;
  for (let i = 0; i < MOST_SEQUENCES; i += 1) {
    const { usage } = await model.complete({
      messages: [{ role: 'user', content: prompts.alike() }],
      schema: { const: 1 },
      maxTokens: 8,
      temperature: 0,
      seed: 0,
    });
    submitted += usage.promptTokens;
    evaluated += usage.promptTokens - usage.cachedPromptTokens;
  }
  return { submitted, evaluated };
}

async function measure(
  model: LlamaLanguageModel,
  direct: DirectDriver,
  onProgress: NonNullable<LlmBenchOptions['onProgress']>,
): Promise<Omit<LlmBench, 'device'>> {
  const sides = sidesOf(model, direct);
  const prompts = await Prompts.of(model);
  const read = (prompt: string): Job => ({ prompt, maxTokens: 1, keepsPrefix: false });
  const reread = (prompt: string): Job => ({ prompt, maxTokens: 1, keepsPrefix: true });
  const write = (prompt: string): Job => ({ prompt, maxTokens: WRITTEN_TOKENS, keepsPrefix: false });
  const figures: BenchFigure[] = [];
  // First, while no sequence has any of them.
  const promptTokens = await countEvaluated(model, prompts);
  const whole = (): Job[] => [write(prompts.fresh())];
  // What is prepared once, of either side, is not measured.
  await pairs(sides, whole, LEAST_SAMPLES);
  figures.push(ratioFigure(await pairs(sides, whole, RATIO_SAMPLES)));
  for (const [i, n] of SEQUENCES.entries()) {
    onProgress(i, SEQUENCES.length, n === 1 ? '1 sequence' : `${n} sequences`);
    const reads = await pairs(sides, () => times(n, () => read(prompts.fresh())), SAMPLES);
    figures.push(...readFigures(`llm.read.${n}`, reads));
    const alike = (): Job[] => times(n, () => reread(prompts.alike()));
    await pairs(sides, alike, 1);
    figures.push(...readFigures(`llm.read.reused.${n}`, await pairs(sides, alike, SAMPLES)));
    const writes = await pairs(sides, () => times(n, () => write(prompts.short())), SAMPLES);
    figures.push(...writeFigures(`llm.write.${n}`, writes));
  }
  onProgress(SEQUENCES.length, SEQUENCES.length, 'done');
  return { figures, promptTokens };
}

function deviceOf({ deviceNames, layers, gpuLayers }: LoadedModel): LlmBench['device'] {
  return deviceNames.length === 0 ? null : { names: deviceNames, layers, gpuLayers };
}

/**
 * The model is loaded twice, once in a process of its own and once in this one, with the same context, threads and
 * layers.
 *
 * @throws AppError as `LlamaLanguageModel.create`.
 */
export async function benchLanguageModel({
  path,
  threads = Math.max(1, availableParallelism() - 1),
  gpu = 'auto',
  onProgress = () => undefined,
}: LlmBenchOptions): Promise<LlmBench> {
  const shape = { path, gpu, threads, contextTokens: CONTEXT_TOKENS, sequences: MOST_SEQUENCES } as const;
  const model = await LlamaLanguageModel.create(shape);
  try {
    const { gpuLayers, gpu: device } = model.loaded;
    const direct = await DirectDriver.open({
      ...shape,
      purpose: 'chat',
      gpu: device === false ? false : 'auto',
      gpuLayers,
      kvCache: 'f16',
    });
    try {
      return { ...(await measure(model, direct, onProgress)), device: deviceOf(model.loaded) };
    } finally {
      await direct.dispose();
    }
  } finally {
    await model.dispose();
  }
}
