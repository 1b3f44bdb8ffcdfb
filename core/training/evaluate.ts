import type { RunConfig } from '../config/schema.ts';
import type { Baseline, EvaluationQuestion, EvaluationResults } from '../contract/evaluation.ts';
import type { Skill } from '../contract/skill.ts';
import type { NamedArrays } from '../controller/weights.ts';
import { gameHash } from '../datasets/gameReference.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import { openTraces } from '../datasets/traceReader.ts';
import type { SplitName, Trace, TraceOutline } from '../datasets/trace.ts';
import type { SavedMemory } from '../engines/buildMemory.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob, QuestionOutcome } from '../engines/episode.ts';
import { summariseQuestions } from '../evaluation/summary.ts';
import { mean, sum } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import type { Clock } from '../shared/clock.ts';
import { throwIfAborted } from '../shared/errors.ts';
import { questionGroups, tracesOf } from './evaluatedTraces.ts';
import { readBaseline } from './readBaseline.ts';
import { runEpisodes } from './runEpisodes.ts';

/** Where memories are kept between evaluations. */
export interface MemoryShelf {
  /** Of the memory that this evaluation builds over a trace. */
  keyOf(trace: Trace): string;
  /** What was built before under the key. */
  get(key: string): SavedMemory | null;
  put(key: string, memory: SavedMemory): void;
}

/** Skills that write memories, and who selects among them. */
export interface SkillsSubject {
  readonly kind: 'skills';
  readonly skills: readonly Skill[];
  /** The greedy controller; null for random and similarity selection. */
  readonly weights: NamedArrays | null;
  readonly shelf: MemoryShelf;
}

/** Questions answered without memory skills. */
export interface BaselineSubject {
  readonly kind: 'baseline';
  readonly baseline: Exclude<Baseline, 'static-skills'>;
  /** Room for prompt and reply of the answerer's model; null where nothing limits it. */
  readonly contextTokens: number | null;
}

export interface EvaluateOptions {
  readonly dataset: LoadedDataset;
  readonly split: SplitName;
  readonly config: RunConfig;
  readonly engines: Engines;
  readonly subject: SkillsSubject | BaselineSubject;
  readonly isJudged: boolean;
  readonly clock: Clock;
  /** Spans read and questions answered, of all. */
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** What was read from the traces, however. */
export interface Reading {
  readonly outcomes: readonly QuestionOutcome[];
  readonly contextCharacters: number;
}

function jobOf(trace: TraceOutline, options: EvaluateOptions, subject: SkillsSubject): EpisodeJob {
  const { config, isJudged } = options;
  return {
    traceId: trace.id,
    skills: subject.skills,
    selection: choiceModeOf(config.selection, 'measuring'),
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [config.seed, 'evaluation', trace.id],
    questionIds: [],
    memoriesPerQuestion: config.memTopKEval,
    hidesNoop: true,
    judges: isJudged ? 'all' : 'reward',
    returnsMemories: false,
    evaluation: { memory: null },
  };
}

/** Of spans read and questions answered. */
export class ProgressCounter {
  readonly #tell: (done: number, total: number) => void;
  #done = 0;
  #total: number;

  constructor(total: number, tell: (done: number, total: number) => void) {
    this.#total = total;
    this.#tell = tell;
  }

  addTotal(units: number): void {
    this.#total += units;
  }

  advance(units: number): void {
    this.#done += units;
    this.#tell(this.#done, this.#total);
  }
}

interface BuiltTrace {
  readonly trace: TraceOutline;
  readonly memory: SavedMemory;
  readonly isCached: boolean;
}

/** Traces one at a time: of a large file not all fit in memory. */
async function readShelf(
  traces: readonly TraceOutline[],
  { dataset, signal }: EvaluateOptions,
  shelf: MemoryShelf,
): Promise<{ readonly key: string; readonly spans: number }[]> {
  const reader = openTraces(dataset.source);
  try {
    const places = [];
    for (const { id } of traces) {
      throwIfAborted(signal);
      const trace = await reader.read(id);
      places.push({ key: shelf.keyOf(trace), spans: trace.spans.length });
    }
    return places;
  } finally {
    await reader.close();
  }
}

async function buildMemories(
  traces: readonly TraceOutline[],
  about: { options: EvaluateOptions; subject: SkillsSubject; progress: ProgressCounter },
): Promise<BuiltTrace[]> {
  const { options, subject, progress } = about;
  const places = new Map(
    (await readShelf(traces, options, subject.shelf)).map((place, at) => [traces[at]?.id ?? '', place]),
  );
  const placeOf = (traceId: string): { key: string; spans: number } =>
    required(places.get(traceId), `trace ${traceId}`);
  progress.addTotal(sum([...places.values()].map(({ spans }) => spans)));
  const memories = new Map<string, SavedMemory>();
  for (const { id } of traces) {
    const memory = subject.shelf.get(placeOf(id).key);
    if (memory === null) continue;
    memories.set(id, memory);
    progress.advance(placeOf(id).spans);
  }
  const open = traces.filter(({ id }) => !memories.has(id));
  await runEpisodes(
    options.engines,
    open.map((trace) => jobOf(trace, options, subject)),
    {
      signal: options.signal,
      // Each as soon as it is there: an evaluation that is stopped begins with it the next time.
      onDone: (_, { traceId, saved }) => {
        const memory = required(saved, 'built memory');
        memories.set(traceId, memory);
        subject.shelf.put(placeOf(traceId).key, memory);
        progress.advance(placeOf(traceId).spans);
      },
    },
  );
  const fresh = new Set(open.map(({ id }) => id));
  return traces.map((trace) => ({
    trace,
    memory: required(memories.get(trace.id), `memory of trace ${trace.id}`),
    isCached: !fresh.has(trace.id),
  }));
}

type MemoryFigures = Pick<
  EvaluationResults,
  'spans' | 'memoriesPerTrace' | 'memoriesPerSpan' | 'cachedTraces'
>;

async function readMemories(
  options: EvaluateOptions,
  subject: SkillsSubject,
  progress: ProgressCounter,
): Promise<Reading & { figures: MemoryFigures }> {
  const { engines, signal } = options;
  const traces = tracesOf(options.dataset, options.split);
  await engines.setPolicy(subject.weights);
  const built = await buildMemories(traces, { options, subject, progress });
  const jobs = built.flatMap(({ trace, memory }) =>
    questionGroups(trace).map((questionIds): EpisodeJob => ({
      ...jobOf(trace, options, subject),
      questionIds,
      evaluation: { memory },
    })),
  );
  const episodes = await runEpisodes(engines, jobs, {
    signal,
    onDone: (_, { outcomes }) => progress.advance(outcomes.length),
  });
  const memories = sum(built.map(({ memory }) => memory.memories.length));
  const spans = sum(built.map(({ memory }) => memory.spanRecords.length));
  return {
    outcomes: episodes.flatMap((episode) => episode.outcomes),
    contextCharacters: sum(episodes.map((episode) => episode.contextCharacters)),
    figures: {
      memoriesPerTrace: memories / traces.length,
      memoriesPerSpan: memories / Math.max(1, spans),
      spans,
      cachedTraces: built.filter(({ isCached }) => isCached).length,
    },
  };
}

function rowsOf(traces: readonly TraceOutline[], outcomes: readonly QuestionOutcome[]): EvaluationQuestion[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.questionId, outcome]));
  return traces.flatMap((trace) =>
    trace.questions.map((question) => {
      const outcome = required(byId.get(question.id), `answer to question ${question.id}`);
      return {
        questionId: question.id,
        traceId: trace.id,
        category: question.category,
        question: question.text,
        golds: [...question.golds],
        prediction: outcome.prediction,
        f1: outcome.f1,
        isExactMatch: outcome.isExactMatch,
        judge: outcome.judge === null ? null : { ...outcome.judge },
        evidenceRecall: outcome.evidenceRecall,
        diagnosis: outcome.failure?.diagnosis ?? null,
        ...(question.game === undefined ? {} : { gameHash: gameHash(question.game) }),
        ...(outcome.trajectory === undefined
          ? {}
          : { gameSteps: outcome.trajectory.length, trajectory: [...outcome.trajectory] }),
        chain: required(outcome.chain, 'chain of an evaluated question'),
      };
    }),
  );
}

const WITHOUT_MEMORIES = { memoriesPerTrace: null, memoriesPerSpan: null, cachedTraces: 0 } as const;

async function readWithoutMemories(
  options: EvaluateOptions,
  subject: BaselineSubject,
  progress: ProgressCounter,
): Promise<Reading & { figures: MemoryFigures }> {
  const { spans, ...reading } = await readBaseline(options, subject, (units) => progress.advance(units));
  return { ...reading, figures: { ...WITHOUT_MEMORIES, spans } };
}

/**
 * Formal evaluation (reference 13): memories from nothing, greedy controller, no exploration bias, noop hidden from the
 * executor, every question of the split asked. A memory that was built before from the same parts is read again.
 *
 * @throws AppError NOT_FOUND for a split without traces; UNAVAILABLE for a full context that does not fit; CANCELLED by
 *   the signal.
 */
export async function evaluate(
  options: EvaluateOptions,
): Promise<{ readonly results: EvaluationResults; readonly questions: EvaluationQuestion[] }> {
  const { subject, config, clock } = options;
  const startedMs = clock.now();
  const traces = tracesOf(options.dataset, options.split);
  const questionCount = sum(traces.map((trace) => trace.questions.length));
  const progress = new ProgressCounter(questionCount, options.onProgress);
  const read =
    subject.kind === 'skills'
      ? await readMemories(options, subject, progress)
      : await readWithoutMemories(options, subject, progress);
  const questions = rowsOf(traces, read.outcomes);
  const recalls = questions.flatMap(({ evidenceRecall }) =>
    evidenceRecall === null ? [] : [evidenceRecall],
  );
  return {
    questions,
    results: {
      ...summariseQuestions(questions, { seed: config.seed, categories: options.dataset.categories }),
      evidenceRecall: recalls.length === 0 ? null : mean(recalls),
      ...read.figures,
      contextCharacters: read.contextCharacters / Math.max(1, questionCount),
      seconds: (clock.now() - startedMs) / 1000,
    },
  };
}
