import type { BankChange } from '../../../core/contract/proposal.ts';
import { changeName, currentRevision, textOf } from './proposalWords.ts';
import type { ProposalRow } from './queue.ts';
import { refusal, type Verdict } from './verdictRules.ts';

/**
 * The verdicts given in this window, to be taken back and given again. Law: taking a step back and giving it again leaves
 * the history as it was; a new verdict forgets what was taken back before it.
 */

export interface GivenVerdict {
  readonly proposalId: string;
  /** What the proposal is called. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly edit: BankChange | null;
  /** The text and the bank that it was given on. */
  readonly text: string;
  readonly baseHash: string;
  /** Index of the revision in force after it: what taking it back is bound to. */
  readonly revision: number;
}

/** What was given at once: one verdict, or one on several proposals. */
export type VerdictStep = readonly GivenVerdict[];

/** What came of doing a step backward or forward: a verdict can be refused when others decided meanwhile. */
export interface StepResult {
  readonly done: VerdictStep;
  /** Not done, but it may be tried again. */
  readonly kept: VerdictStep;
}

function added(steps: readonly VerdictStep[], step: VerdictStep): readonly VerdictStep[] {
  return step.length === 0 ? steps : [...steps, step];
}

/** It never changes; each method returns the next one. */
export class VerdictHistory {
  readonly #past: readonly VerdictStep[];
  readonly #future: readonly VerdictStep[];

  constructor(past: readonly VerdictStep[] = [], future: readonly VerdictStep[] = []) {
    this.#past = past;
    this.#future = future;
  }

  /** What would be taken back next. */
  get toUndo(): VerdictStep | null {
    return this.#past.at(-1) ?? null;
  }

  /** What would be given again next. */
  get toRedo(): VerdictStep | null {
    return this.#future.at(-1) ?? null;
  }

  given(step: VerdictStep): VerdictHistory {
    return step.length === 0 ? this : new VerdictHistory([...this.#past, step]);
  }

  undone({ done, kept }: StepResult): VerdictHistory {
    return new VerdictHistory(added(this.#past.slice(0, -1), kept), added(this.#future, done));
  }

  redone({ done, kept }: StepResult): VerdictHistory {
    return new VerdictHistory(added(this.#past, done), added(this.#future.slice(0, -1), kept));
  }

  /** The verdict on one proposal was taken back, wherever among the steps it is; one given elsewhere is not known here. */
  takenBack(proposalId: string): VerdictHistory {
    const one = this.#past.flat().findLast((verdict) => verdict.proposalId === proposalId);
    if (one === undefined) return this;
    return new VerdictHistory(
      this.#past.map((step) => step.filter((verdict) => verdict !== one)).filter((step) => step.length > 0),
      [...this.#future, [one]],
    );
  }

  /** What entered the bank is taken back by rolling the bank back, not here. */
  without(proposalIds: readonly string[]): VerdictHistory {
    const rest = (steps: readonly VerdictStep[]): readonly VerdictStep[] =>
      steps
        .map((step) => step.filter(({ proposalId }) => !proposalIds.includes(proposalId)))
        .filter((step) => step.length > 0);
    return new VerdictHistory(rest(this.#past), rest(this.#future));
  }
}

/** Why a verdict is not given again on what the proposal is now, in one sentence; null when it can be. */
export function redoRefusal(given: GivenVerdict, row: ProposalRow): string | null {
  const { change } = currentRevision(row);
  const name = changeName(change);
  if (textOf(row) !== given.text)
    return `${name} has another text by now; read it and give the verdict anew.`;
  if (row.baseHash !== given.baseHash)
    return `${name} was bound to another bank since; look at its replay and give the verdict anew.`;
  const why = refusal(given.verdict, { proposal: row, change, isStale: row.isStale });
  return why === null ? null : `${name}: ${why}`;
}

/** Several refusals as one sentence each, the same ones once. */
export function joinedRefusals(texts: readonly string[]): string {
  return [...new Set(texts)].join(' ');
}
