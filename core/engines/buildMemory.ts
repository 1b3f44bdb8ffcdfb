import { setImmediate } from 'node:timers/promises';
import type { SkillType } from '../contract/skill.ts';
import { encodeState } from '../controller/encoding.ts';
import { isExactMatch, processReward } from '../controller/processReward.ts';
import type { Span } from '../datasets/trace.ts';
import type { SpanRecord } from '../hardCases/diagnosis.ts';
import { MemoryBank, type ApplyReport, type MemoryRecord } from '../memory/memoryBank.ts';
import { required } from '../shared/assertions.ts';
import { throwIfAborted } from '../shared/errors.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import type { Skill } from '../contract/skill.ts';
import { bankHash, candidates } from '../skills/skillBank.ts';
import { skillText } from '../skills/skillText.ts';
import { chooseSkills, type Choice } from './chooseSkills.ts';
import type { EpisodeContext, EpisodeJob, EpisodeStep } from './episode.ts';
import type { ExecutorOutput } from './roles.ts';
import { spanReader, type ReadsSpan } from './spanLimit.ts';

/** A memory after all spans of a trace, and what happened on the way. */
export interface BuiltMemory {
  readonly memory: MemoryBank;
  readonly steps: readonly EpisodeStep[];
  readonly spanRecords: readonly SpanRecord[];
  readonly actionCount: number;
  readonly refusedActions: number;
  readonly failedSpans: number;
}

/** A built memory as plain data: all that reading it again needs, without vectors, which follow from the texts. */
export interface SavedMemory {
  readonly memories: readonly MemoryRecord[];
  readonly spanRecords: readonly SpanRecord[];
  readonly actionCount: number;
  readonly refusedActions: number;
  readonly failedSpans: number;
}

export function saveMemory(built: BuiltMemory): SavedMemory {
  const { memory, spanRecords, actionCount, refusedActions, failedSpans } = built;
  return { memories: memory.list(), spanRecords, actionCount, refusedActions, failedSpans };
}

/** A memory that was built before, to be read: its texts are embedded again. Steps were not kept. */
export async function restoreMemory(
  saved: SavedMemory,
  { roles, signal }: Pick<EpisodeContext, 'roles' | 'signal'>,
): Promise<BuiltMemory> {
  const vectors = await roles.embedder.embed(
    saved.memories.map((memory) => memory.text),
    signal,
  );
  const memory = MemoryBank.restore(roles.embedder.dimension, saved.memories, vectors);
  return { ...saved, memory, steps: [] };
}

const NOTHING_DONE: ExecutorOutput = { actions: [], failure: null };

/** One pass over the spans; holds what stays the same from span to span. */
class MemoryBuilder {
  readonly #job: EpisodeJob;
  readonly #context: EpisodeContext;
  readonly #bank: readonly Skill[];
  readonly #skillVectors: readonly Float32Array[];
  readonly #isNew: readonly boolean[];
  readonly #forced: readonly number[];
  readonly #rng: Rng;
  readonly #bankHash: string;
  readonly #reads: ReadsSpan;
  readonly memory: MemoryBank;
  readonly steps: EpisodeStep[] = [];
  readonly spanRecords: SpanRecord[] = [];
  actionCount = 0;
  refusedActions = 0;
  failedSpans = 0;

  constructor(
    job: EpisodeJob,
    context: EpisodeContext,
    skills: { bank: readonly Skill[]; vectors: readonly Float32Array[]; reads: ReadsSpan },
  ) {
    this.#job = job;
    this.#context = context;
    this.#bank = skills.bank;
    this.#skillVectors = skills.vectors;
    this.#isNew = skills.bank.map((skill) => job.newSkills.includes(skill.name));
    this.#forced = job.forcedSkills
      .map((name) => skills.bank.findIndex((skill) => skill.name === name))
      .filter((index) => index >= 0);
    this.#rng = createRng(...job.stream);
    this.#bankHash = bankHash(job.skills);
    this.#reads = skills.reads;
    this.memory = new MemoryBank(context.roles.embedder.dimension);
  }

  async takeSpan(span: Span, vector: Float32Array): Promise<void> {
    const { config, policy } = this.#context;
    const retrieved = this.memory.topK(vector, config.memTopK).map((hit) => hit.id);
    const state = encodeState({
      span: vector,
      memories: retrieved.map((id) => this.memory.vectorOf(id)),
      fusion: config.stateFusion,
      tau: config.stateFusionTau,
    });
    if (!this.#reads({ index: span.index, vector, state })) return;
    const scores = policy?.evaluate(state) ?? null;
    const choice = chooseSkills({
      mode: this.#job.selection,
      k: config.k,
      logits: scores?.logits ?? null,
      span: vector,
      skills: this.#skillVectors,
      isNew: this.#isNew,
      bias: { mode: config.biasMode, pMin: config.newSkillPMin, scale: this.#job.biasScale },
      forced: this.#forced,
      rng: this.#rng,
    });
    const selected = choice.action.map((index) => required(this.#bank[index], 'selected skill'));
    const shown = this.#job.hidesNoop ? selected.filter((skill) => skill.type !== 'noop') : selected;
    const output = await this.#execute(span, retrieved, shown);
    const report = await this.#apply({
      span,
      retrieved,
      output,
      allowedTypes: shown.map((skill) => skill.type),
    });
    this.memory.step();
    this.#record({ span, state, choice, value: scores?.value ?? 0, output, report });
  }

  async #execute(span: Span, retrieved: readonly string[], shown: readonly Skill[]): Promise<ExecutorOutput> {
    const { roles, config, signal } = this.#context;
    if (shown.length === 0) return NOTHING_DONE;
    return roles.executor.execute(
      {
        span: span.text,
        date: span.date,
        memories: retrieved.map((id) => ({ id, text: this.memory.textOf(id) })),
        skills: shown,
        maxActions: config.maxActionsPerSpan,
      },
      signal,
    );
  }

  #apply(step: {
    span: Span;
    retrieved: readonly string[];
    output: ExecutorOutput;
    allowedTypes: readonly SkillType[];
  }): Promise<ApplyReport> {
    const { roles, signal } = this.#context;
    return this.memory.applyActions(step.output.actions, {
      embedder: roles.embedder,
      allowedTypes: new Set(step.allowedTypes),
      retrievedIds: step.retrieved,
      provenance: { spanIndex: step.span.index, date: step.span.date, bankHash: this.#bankHash },
      signal,
    });
  }

  #record(step: {
    span: Span;
    state: Float32Array;
    choice: Choice;
    value: number;
    output: ExecutorOutput;
    report: ApplyReport;
  }): void {
    const { trace, config } = this.#context;
    const { choice, output, report } = step;
    const { actions } = output;
    const names = choice.action.map((index) => required(this.#bank[index], 'selected skill'));
    const types = names.map((skill) => skill.type);
    // A duplicate asks for what is already so: no change, and no mistake.
    const mistakes = report.refused.filter((one) => one.reason !== 'duplicate');
    const done = [
      ...actions
        .filter((action) => !mistakes.some((one) => one.action === action))
        .map(({ type }) => ({ type, isSuccess: true })),
      ...mistakes.map(({ action }) => ({ type: action.type, isSuccess: false })),
    ];
    // An explicit empty list means "nothing to do" (15.1 #6); a failed reply did nothing, and that is no success.
    const outcomes = done.length > 0 ? done : [{ type: 'noop' as const, isSuccess: output.failure === null }];
    this.steps.push({
      state: step.state,
      action: choice.action,
      logProb: choice.logProb,
      value: step.value,
      processReward: processReward({ selected: types, outcomes, spanCount: trace.spans.length }, config),
      isExactMatch: isExactMatch({ selected: types, outcomes }),
    });
    this.spanRecords.push({
      spanIndex: step.span.index,
      skills: choice.action.map((index, at) => ({
        name: required(names[at], 'selected skill').name,
        probability: choice.probabilities[index] ?? 0,
      })),
      actions: report.applied,
    });
    this.actionCount += actions.length;
    this.refusedActions += mistakes.length;
    if (output.failure !== null) this.failedSpans += 1;
  }
}

/** Builds a memory from nothing over the spans of the trace, in order (reference 12): all, unless the job limits them. */
export async function buildMemory(job: EpisodeJob, context: EpisodeContext): Promise<BuiltMemory> {
  const { trace, roles, config, policy, signal } = context;
  const bank = candidates(job.skills);
  const vectors = await roles.embedder.embed(
    bank.map((skill) => skillText(skill, config.skillText)),
    signal,
  );
  policy?.setSkills(vectors);
  const spanVectors = await roles.embedder.embed(
    trace.spans.map((span) => span.text),
    signal,
  );
  const reads = await spanReader(job, context, { bank, vectors });
  const builder = new MemoryBuilder(job, context, { bank, vectors, reads });
  for (const [index, span] of trace.spans.entries()) {
    // Lets a cancellation arrive where the roles never wait for anything.
    await setImmediate();
    throwIfAborted(signal);
    await builder.takeSpan(span, required(spanVectors[index], 'span vector'));
  }
  const { memory, steps, spanRecords, actionCount, refusedActions, failedSpans } = builder;
  return { memory, steps, spanRecords, actionCount, refusedActions, failedSpans };
}
