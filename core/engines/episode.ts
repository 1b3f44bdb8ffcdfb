import type { RunConfig } from '../config/schema.ts';
import type { EvidenceChain } from '../contract/hardCase.ts';
import type { Skill } from '../contract/skill.ts';
import type { Policy } from '../controller/policy.ts';
import type { Trace } from '../datasets/trace.ts';
import type { ComputedDiagnosis } from '../hardCases/diagnosis.ts';
import type { Embedder } from '../memory/embedder.ts';
import type { MemoryRecord } from '../memory/memoryBank.ts';
import { mean } from '../shared/arithmetic.ts';
import type { MemoryUse } from '../skills/statistics.ts';
import type { PlayedStep } from '../textWorld/trajectory.ts';
import { answerQuestions } from './answerQuestions.ts';
import { buildMemory, restoreMemory, saveMemory, type SavedMemory } from './buildMemory.ts';
import type { ChoiceMode } from './chooseSkills.ts';
import type { Actor, Answerer, Executor, Judge } from './roles.ts';
import type { SpanLimit } from './spanLimit.ts';

/**
 * One episode: a memory is built from nothing over the spans of a trace by the executor with the selected skills, then
 * the trace's questions are answered from it (reference 8.1, 12). The same code serves training, the selection set,
 * replay and evaluation; only the job differs. It depends on nothing but the job, so equal jobs give equal results.
 */

/** The roles an episode needs. */
export interface EpisodeRoles {
  readonly embedder: Embedder;
  readonly executor: Executor;
  readonly answerer: Answerer;
  /** Plays where a question is a game. */
  readonly actor: Actor;
  readonly judge: Judge;
}

export interface EpisodeJob {
  readonly traceId: string;
  /** The bank, in insertion order. */
  readonly skills: readonly Skill[];
  readonly selection: ChoiceMode;
  /** Skills put into every selection in place of its last ones (replay). */
  readonly forcedSkills: readonly string[];
  /** Skills favoured by the exploration bias, and its scale in [0, 1]; only when sampling. */
  readonly newSkills: readonly string[];
  readonly biasScale: number;
  /** Names the random stream of this episode. */
  readonly stream: readonly (string | number)[];
  readonly questionIds: readonly string[];
  readonly memoriesPerQuestion: number;
  /** Noop skills are not shown to the executor (reference 7.1, evaluation). */
  readonly hidesNoop: boolean;
  /**
   * Which answers are judged: all; failures, whose reason a hard case keeps; or only where the judge's score is the
   * reward, when nobody reads a verdict otherwise. Where it is the reward, all are.
   */
  readonly judges: 'all' | 'failures' | 'reward';
  /** Give the final memories back. */
  readonly returnsMemories: boolean;
  /** Only part of the spans is read (replay); all without it. */
  readonly spans?: SpanLimit | undefined;
  /** Formal evaluation: the chain of every question, and the memory to keep. Absent elsewhere. */
  readonly evaluation?: {
    /** A memory that was built before, to be read again; null: build it. */
    readonly memory: SavedMemory | null;
  };
}

/** One controller step. Indices refer to the candidates sorted by name. */
export interface EpisodeStep {
  readonly state: Float32Array;
  readonly action: readonly number[];
  readonly logProb: number;
  readonly value: number;
  readonly processReward: number;
  /** Successful actions were of exactly the selected types (15.1 #17). */
  readonly isExactMatch: boolean;
}

export interface QuestionOutcome {
  readonly questionId: string;
  readonly prediction: string;
  readonly f1: number;
  readonly isExactMatch: boolean;
  /** Share of the evidence that retrieval led to; null without evidence. */
  readonly evidenceRecall: number | null;
  readonly judge: { readonly score: number; readonly reason: string } | null;
  /** F1 or the judge's score, whichever is the reward. */
  readonly score: number;
  /** Present for a failure: where the chain broke. */
  readonly failure: { readonly diagnosis: ComputedDiagnosis; readonly chain: EvidenceChain } | null;
  /** Of every question in formal evaluation; absent elsewhere. */
  readonly chain?: EvidenceChain;
  /** Of a game in formal evaluation; absent elsewhere. */
  readonly trajectory?: readonly PlayedStep[];
}

export interface EpisodeResult {
  readonly traceId: string;
  /** Mean score over the questions; 0 without questions. */
  readonly reward: number;
  readonly steps: readonly EpisodeStep[];
  /** Of the trace, whether they were read or not. */
  readonly spanCount: number;
  /** Indices of the spans that were read, in order; what follows by span is of these. */
  readonly readSpans: readonly number[];
  /** Names of the selected skills for each span, in selected order. */
  readonly selections: readonly (readonly string[])[];
  readonly outcomes: readonly QuestionOutcome[];
  readonly memoryCount: number;
  readonly contextCharacters: number;
  readonly actionCount: number;
  readonly refusedActions: number;
  readonly failedSpans: number;
  /** Each final memory: the skill that wrote it, and whether a question retrieved it. */
  readonly memoryUse: readonly MemoryUse[];
  readonly memories: readonly MemoryRecord[] | null;
  /** In formal evaluation; absent elsewhere. */
  readonly saved?: SavedMemory;
}

/** What an episode happens in. */
export interface EpisodeContext {
  readonly trace: Trace;
  readonly roles: EpisodeRoles;
  /** This episode's own: it is given the job's skills. Null when nothing is learned: random and similarity selection. */
  readonly policy: Policy | null;
  readonly config: RunConfig;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one episode.
 *
 * @throws AppError CANCELLED by the signal; whatever a role throws. A failed role is never turned into a low score.
 */
export async function runEpisode(job: EpisodeJob, context: EpisodeContext): Promise<EpisodeResult> {
  const { evaluation } = job;
  const built =
    evaluation === undefined || evaluation.memory === null
      ? await buildMemory(job, context)
      : await restoreMemory(evaluation.memory, context);
  const memories = built.memory.list();
  const answered = await answerQuestions(job, context, {
    memories,
    spanRecords: built.spanRecords,
    top: (vector) => built.memory.topK(vector, job.memoriesPerQuestion),
    rankAll: (vector) => built.memory.rankAll(vector),
  });
  return {
    traceId: job.traceId,
    reward: mean(answered.outcomes.map((outcome) => outcome.score)),
    steps: built.steps,
    spanCount: context.trace.spans.length,
    readSpans: built.spanRecords.map(({ spanIndex }) => spanIndex),
    selections: built.spanRecords.map((record) => record.skills.map((skill) => skill.name)),
    outcomes: answered.outcomes,
    memoryCount: memories.length,
    contextCharacters: answered.contextCharacters,
    actionCount: built.actionCount,
    refusedActions: built.refusedActions,
    failedSpans: built.failedSpans,
    memoryUse: memories.map(({ id, skill }) => ({
      skill,
      wasRetrieved: answered.retrievedIds.has(id),
    })),
    memories: job.returnsMemories ? memories : null,
    ...(evaluation === undefined ? {} : { saved: saveMemory(built) }),
  };
}
