import { hardCaseSchema, type HardCase } from '../contract/hardCase.ts';
import { contentHash } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { isUsable } from './badCase.ts';
import type { ComputedDiagnosis } from './diagnosis.ts';
import { difficulty } from './difficulty.ts';

export interface PoolOptions {
  /** Steps after which a case that did not fail again is dropped; 0 is never. */
  readonly failureWindow: number;
  /** Cases kept; 0 is unlimited. */
  readonly poolSize: number;
  /** An attempt scoring less failed; 1 when the judge is the reward. */
  readonly failureThreshold: number;
}

/** A wrong answer with its diagnosis: what a hard case holds, less what the pool keeps count of. */
export type Failure = Omit<HardCase, 'id' | 'attempts' | 'failCount' | 'diagnosis' | 'formerDiagnosis'> & {
  readonly diagnosis: ComputedDiagnosis;
};

export interface Success {
  readonly questionId: string;
  readonly step: number;
  readonly score: number;
  readonly prediction: string;
}

/** One answered question, right or wrong. */
export type Outcome = { readonly failure: Failure } | { readonly success: Success };

/** Attempts kept for each case: enough to see a trend, bounded because runs are long. */
const KEPT_ATTEMPTS = 20;

/** Saved form: the open cases, and those answered correctly since, which keep their attempts. */
export interface PoolRecord {
  readonly open: readonly HardCase[];
  readonly resolved: readonly HardCase[];
}

type Attempt = HardCase['attempts'][number];

function caseId(runId: string, questionId: string): string {
  return `case-${contentHash({ runId, questionId }).slice(0, 24)}`;
}

function withAttempt(attempts: readonly Attempt[], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-KEPT_ATTEMPTS);
}

/**
 * The failed questions of one run (reference 9, with the corrections of 15.2 #32). Immutable: every change returns a new
 * pool. Laws: one case for each `questionId`, whatever the question's text; a correct answer closes the case and keeps
 * its attempts; a new failure reopens it. A case that a person marked as bad stays until that is taken back: it is not
 * closed, dropped or counted. Failed requests and other infrastructure failures are no answers: the caller
 * must not record them (#33), they raise instead.
 */
export class HardCasePool {
  readonly options: PoolOptions;
  readonly #open: ReadonlyMap<string, HardCase>;
  readonly #resolved: ReadonlyMap<string, HardCase>;

  private constructor(
    options: PoolOptions,
    open: ReadonlyMap<string, HardCase>,
    resolved: ReadonlyMap<string, HardCase>,
  ) {
    this.options = options;
    this.#open = open;
    this.#resolved = resolved;
  }

  /** A pool with the given saved cases, or an empty one. @throws AppError CORRUPT_DATA naming the case. */
  static create(options: PoolOptions, record: PoolRecord = { open: [], resolved: [] }): HardCasePool {
    const read = (cases: readonly HardCase[], key: string): Map<string, HardCase> =>
      new Map(
        cases.map((saved, at) => {
          const parsed = hardCaseSchema.safeParse(saved);
          if (!parsed.success) {
            const path = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
            throw new AppError(
              'CORRUPT_DATA',
              `The saved hard case ${key}[${at}] is damaged at "${path}": resume from an older checkpoint.`,
              { cause: parsed.error },
            );
          }
          return [parsed.data.questionId, parsed.data];
        }),
      );
    return new HardCasePool(options, read(record.open, 'open'), read(record.resolved, 'resolved'));
  }

  get size(): number {
    return this.#open.size;
  }

  /** Open cases in the order in which they first failed. */
  get cases(): readonly HardCase[] {
    return [...this.#open.values()];
  }

  get(questionId: string): HardCase | undefined {
    return this.#open.get(questionId);
  }

  toRecord(): PoolRecord {
    return { open: this.cases, resolved: [...this.#resolved.values()] };
  }

  /** Share of a case's kept attempts that failed. */
  failRate({ attempts }: HardCase): number {
    const failed = attempts.filter((attempt) => attempt.score < this.options.failureThreshold).length;
    return attempts.length === 0 ? 1 : failed / attempts.length;
  }

  /** Difficulty of a case among the pool's (reference 9.3, normalised by attempts). */
  difficultyOf(hardCase: HardCase): number {
    return difficulty(hardCase, this.failRate(hardCase));
  }

  /**
   * Records answered questions in their order: a failure adds or updates its case (reference 9.2: fails + 1; prediction,
   * scores, evidence and step are the newest; question, golds and category stay), a success closes it. Then drops cases
   * older than the window, and beyond the capacity the easiest (of equal ones the older).
   *
   * @throws AppError INVALID_INPUT for a failure without question id.
   */
  record(outcomes: readonly Outcome[]): HardCasePool {
    const open = new Map(this.#open);
    const resolved = new Map(this.#resolved);
    let newest = -Infinity;
    for (const outcome of outcomes) {
      if ('failure' in outcome) this.#addFailure(outcome.failure, open, resolved);
      else this.#close(outcome.success, open, resolved);
      newest = Math.max(newest, 'failure' in outcome ? outcome.failure.step : outcome.success.step);
    }
    this.#dropOld(open, newest);
    this.#dropOld(resolved, newest);
    return new HardCasePool(this.options, this.#withinCapacity(open), this.#withinCapacity(resolved));
  }

  /** The pool with one case replaced, for a reviewer's mark; the pool itself when the case is not in it. */
  withCase(changed: HardCase): HardCasePool {
    if (!this.#open.has(changed.questionId)) return this;
    return new HardCasePool(
      this.options,
      new Map(this.#open).set(changed.questionId, changed),
      this.#resolved,
    );
  }

  #addFailure(failure: Failure, open: Map<string, HardCase>, resolved: Map<string, HardCase>): void {
    const { runId, questionId, step, score, prediction } = failure;
    if (questionId === '') {
      throw new AppError(
        'INVALID_INPUT',
        `The question "${failure.question}" has no id: give it a stable one.`,
      );
    }
    const known = open.get(questionId) ?? resolved.get(questionId);
    resolved.delete(questionId);
    open.set(questionId, {
      ...failure,
      id: caseId(runId, questionId),
      attempts: withAttempt(known?.attempts ?? [], { step, score, prediction }),
      failCount: (known?.failCount ?? 0) + 1,
      ...(known === undefined
        ? {}
        : {
            question: known.question,
            golds: known.golds,
            category: known.category,
          }),
      // A person's word stands until a person takes it back.
      ...(known !== undefined && !isUsable(known)
        ? { diagnosis: known.diagnosis, formerDiagnosis: failure.diagnosis }
        : {}),
    });
  }

  #close(success: Success, open: Map<string, HardCase>, resolved: Map<string, HardCase>): void {
    const { questionId, step, score, prediction } = success;
    const known = open.get(questionId) ?? resolved.get(questionId);
    if (known === undefined) return;
    const answered = { ...known, attempts: withAttempt(known.attempts, { step, score, prediction }) };
    if (!isUsable(known)) {
      open.set(questionId, answered);
      return;
    }
    open.delete(questionId);
    resolved.set(questionId, answered);
  }

  #dropOld(cases: Map<string, HardCase>, newest: number): void {
    if (this.options.failureWindow === 0) return;
    const oldest = newest - this.options.failureWindow;
    for (const [key, hardCase] of cases) if (hardCase.step < oldest && isUsable(hardCase)) cases.delete(key);
  }

  #withinCapacity(cases: Map<string, HardCase>): Map<string, HardCase> {
    const { poolSize } = this.options;
    const counted = [...cases.values()].filter(isUsable);
    if (poolSize === 0 || counted.length <= poolSize) return cases;
    const kept = counted
      .sort(
        (a, b) =>
          this.difficultyOf(b) - this.difficultyOf(a) ||
          b.step - a.step ||
          (a.questionId < b.questionId ? -1 : 1),
      )
      .slice(0, poolSize);
    const keys = new Set(kept.map((hardCase) => hardCase.questionId));
    return new Map([...cases].filter(([key, hardCase]) => keys.has(key) || !isUsable(hardCase)));
  }
}
