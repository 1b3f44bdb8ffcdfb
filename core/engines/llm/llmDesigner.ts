import type { BankChange } from '../../contract/proposal.ts';
import type { Skill } from '../../contract/skill.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import { changedNames } from '../../skills/validation.ts';
import type {
  ClusterEvidence,
  Designer,
  DesignerInput,
  DesignerOutput,
  Draft,
  RedraftInput,
  RedraftOutput,
} from '../roles.ts';
import { askOnce, askTwice, TRIES, type LlmRoleOptions, type Reading } from './checkedReply.ts';
import { caseLabel } from './designerEvidence.ts';
import { analysisPrompt, draftPrompt, redraftPrompt, reflectionPrompt } from './designerPrompts.ts';
import {
  analysisReplySchema,
  draftReplySchema,
  MAX_INSTRUCTION,
  PRIORITIES,
  readAnalysis,
  readDraft,
  type Analysis,
  type AnalysisScope,
  type DraftScope,
  type ReadDraft,
} from './designerReplies.ts';
import { checkDraft } from './draftProblems.ts';
import { PromptBudget, type PromptDraft } from './promptBudget.ts';
import type { OnNote } from './promptNotes.ts';

/** Reference 10.1; a drafted skill is at most half of the reference's longest reply. */
const ANALYSIS_TOKENS = 1024;
const DRAFT_TOKENS = 2048;
const REPLY_SHARE = 0.35;

export interface LlmDesignerOptions extends LlmRoleOptions {
  /** Rounds in which an analysis is questioned before drafts are written, at least 0 (reference: cycles - 1). */
  readonly reflectionRounds: number;
  readonly onNote?: OnNote | undefined;
}

interface Analysed {
  readonly evidence: ClusterEvidence;
  readonly analysis: Analysis;
}

/** A draft, or in a few words why there is none. */
type Outcome = { readonly draft: Draft } | { readonly none: string };

const hasTextOfItsOwn = ({ type, instruction }: Skill): boolean =>
  (type === 'insert' || type === 'update') && instruction.length <= MAX_INSTRUCTION;

function byPriority(a: Analysed, b: Analysed): number {
  const rank = ({ analysis }: Analysed): number => PRIORITIES.indexOf(analysis.priority);
  const weight = ({ evidence }: Analysed): number => evidence.cluster.severity * evidence.cases.length;
  return rank(a) - rank(b) || weight(b) - weight(a);
}

class DesignerWork {
  readonly #options: LlmDesignerOptions;
  readonly #analysisBudget: PromptBudget;
  readonly #draftBudget: PromptBudget;

  constructor(options: LlmDesignerOptions) {
    this.#options = options;
    const budget = (maxTokens: number): PromptBudget =>
      new PromptBudget(options.model, { maxTokens, replyShare: REPLY_SHARE });
    this.#analysisBudget = budget(ANALYSIS_TOKENS);
    this.#draftBudget = budget(DRAFT_TOKENS);
  }

  async design(input: DesignerInput, signal: AbortSignal | undefined): Promise<DesignerOutput> {
    const clusters = input.clusters.filter(({ cases }) => cases.length > 0);
    if (clusters.length === 0)
      return { drafts: [], summary: 'No draft, because there are no failed questions.' };
    const analysed: Analysed[] = [];
    const without: string[] = [];
    for (const evidence of clusters) {
      throwIfAborted(signal);
      const reading = await this.#analyse(input, evidence, signal);
      if ('value' in reading) analysed.push({ evidence, analysis: reading.value });
      else without.push(`"${evidence.cluster.name}" was not analysed (${reading.problem})`);
    }
    const drafts: Draft[] = [];
    for (const one of analysed.toSorted(byPriority)) {
      if (drafts.length >= input.maxChanges) {
        without.push(
          `"${one.evidence.cluster.name}" was left for later (at most ${input.maxChanges} at once)`,
        );
        continue;
      }
      const outcome = await this.#draft(
        input,
        one,
        drafts.map(({ change }) => change),
        signal,
      );
      if ('draft' in outcome) drafts.push(outcome.draft);
      else without.push(`"${one.evidence.cluster.name}": ${outcome.none}`);
    }
    return { drafts, summary: summaryOf(drafts, without) };
  }

  async redraft(input: RedraftInput, signal: AbortSignal | undefined): Promise<RedraftOutput> {
    if (input.change.kind !== 'add' && input.change.kind !== 'refine')
      return { change: null, response: 'not understood: only new and refined skills have words to redraft' };
    const scope: DraftScope = { refinable: input.skills.filter(hasTextOfItsOwn), mayAdd: true };
    let refused: readonly string[] = [];
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const reading = await this.#askDraft(
        { drafts: redraftPrompt(input, refused), scope, wordsKey: 'response', attempt },
        signal,
      );
      if ('problem' in reading) {
        refused = [reading.problem];
        continue;
      }
      const { change, words } = reading.value;
      if (change === null) return { change: null, response: `not understood: ${words || 'no reason given'}` };
      const checked = checkDraft(change, { ...input, feedback: [], drafted: [] });
      if (checked.change !== null)
        return { change: checked.change, response: `Done: ${words || 'written again'}` };
      refused = checked.problems;
    }
    return { change: null, response: `not usable: ${refused.join(' ')}` };
  }

  async #analyse(
    input: DesignerInput,
    evidence: ClusterEvidence,
    signal: AbortSignal | undefined,
  ): Promise<Reading<Analysis>> {
    const scope: AnalysisScope = {
      caseLabels: evidence.cases.map((_, at) => caseLabel(at)),
      skills: input.skills,
      isRefineOnly: input.isRefineOnly,
    };
    const first = await this.#askAnalysis(analysisPrompt(input, evidence), scope, signal);
    if ('problem' in first) return first;
    let analysis = first.value;
    const total = this.#options.reflectionRounds + 1;
    for (let number = 2; number <= total; number += 1) {
      throwIfAborted(signal);
      const prompt = reflectionPrompt(input, evidence, { number, total, previous: analysis });
      const reading = await this.#askAnalysis(prompt, scope, signal);
      // What was there before stands when questioning it gives nothing usable.
      if ('value' in reading) analysis = reading.value;
    }
    return { value: analysis };
  }

  async #askAnalysis(
    drafts: readonly PromptDraft[],
    scope: AnalysisScope,
    signal: AbortSignal | undefined,
  ): Promise<Reading<Analysis>> {
    const budget = this.#analysisBudget;
    const messages = await this.#fit(budget, drafts);
    const reading = await askTwice({
      model: this.#options.model,
      messages,
      schema: analysisReplySchema(scope, await budget.replyCharacters()),
      maxTokens: budget.maxTokens,
      seed: this.#options.seed,
      signal,
      read: (value) => readAnalysis(value, scope),
    });
    if ('problem' in reading) this.#noteFailure('an analysis');
    return reading;
  }

  async #draft(
    input: DesignerInput,
    { evidence, analysis }: Analysed,
    drafted: readonly BankChange[],
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (analysis.fix === 'no_change') return { none: `no change (${words(analysis.rootCause)})` };
    const touched = new Set(drafted.flatMap(changedNames));
    const refinable = input.skills.filter((skill) => hasTextOfItsOwn(skill) && !touched.has(skill.name));
    const scope: DraftScope = { refinable, mayAdd: !input.isRefineOnly };
    if (!scope.mayAdd && refinable.length === 0) return { none: 'there is no skill left to refine' };
    let refused: readonly string[] = [];
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      throwIfAborted(signal);
      const drafts = draftPrompt(input, evidence, { analysis, drafted, refused });
      const reading = await this.#askDraft({ drafts, scope, wordsKey: 'reasoning', attempt }, signal);
      if ('problem' in reading) {
        refused = [reading.problem];
        continue;
      }
      if (reading.value.change === null) return { none: `no change (${reading.value.words})` };
      const checked = checkDraft(reading.value.change, { ...input, drafted });
      if (checked.change !== null)
        return { draft: draftOf({ evidence, analysis }, checked.change, reading.value.words) };
      refused = checked.problems;
    }
    this.#noteFailure('a draft');
    return { none: `its draft was left out: ${refused.join(' ')}` };
  }

  async #askDraft(
    ask: {
      readonly drafts: readonly PromptDraft[];
      readonly scope: DraftScope;
      readonly wordsKey: 'reasoning' | 'response';
      readonly attempt: number;
    },
    signal: AbortSignal | undefined,
  ): Promise<Reading<ReadDraft>> {
    const budget = this.#draftBudget;
    const { drafts, scope, wordsKey, attempt } = ask;
    return askOnce({
      model: this.#options.model,
      messages: await this.#fit(budget, drafts),
      schema: draftReplySchema(scope, wordsKey, await budget.replyCharacters()),
      maxTokens: budget.maxTokens,
      seed: this.#options.seed,
      attempt,
      signal,
      read: (value) => readDraft(value, scope, wordsKey),
    });
  }

  async #fit(budget: PromptBudget, drafts: readonly PromptDraft[]) {
    const { messages, leftOut } = await budget.fitOrThrow(drafts, 'prompt of the designer');
    if (leftOut.length > 0) {
      const message = `${leftOut.length} parts of the designer's evidence did not fit the context.`;
      this.#options.onNote?.({ role: 'designer', kind: 'evidence-left-out', count: leftOut.length, message });
    }
    return messages;
  }

  #noteFailure(what: string): void {
    const message = `The designer gave no usable reply for ${what}, also when asked again.`;
    this.#options.onNote?.({ role: 'designer', kind: 'reply-failed', count: TRIES, message });
  }
}

const words = (name: string): string => name.replaceAll('_', ' ');

function draftOf({ evidence, analysis }: Analysed, change: BankChange, reasoning: string): Draft {
  const named = evidence.cases.filter((_, at) => analysis.cases.includes(caseLabel(at)));
  return {
    clusterId: evidence.cluster.id,
    caseIds: (named.length > 0 ? named : evidence.cases).map(({ id }) => id),
    change,
    pattern: analysis.pattern,
    rootCause: `${words(analysis.rootCause)}: ${analysis.explanation}`,
    reasoning,
  };
}

function summaryOf(drafts: readonly Draft[], without: readonly string[]): string {
  const made =
    drafts.length === 0
      ? 'No draft'
      : `${drafts.length === 1 ? '1 draft' : `${drafts.length} drafts`} (${drafts.map(({ pattern }) => pattern).join('; ')})`;
  return without.length === 0 ? `${made}.` : `${made}; ${without.join('; ')}.`;
}

/**
 * The designer over a language model (reference 10.1): each cluster is analysed, the analysis questioned for some rounds,
 * and a change written for the clusters that need one, the most pressing first. A draft that is not valid is asked for
 * once more with what speaks against it, then left out, and the summary says so.
 *
 * @throws AppError of the model when it cannot be reached or loaded; INVALID_INPUT, `details.reason` `prompt-too-long`,
 * when bank and one case do not fit the context.
 */
export function createLlmDesigner(options: LlmDesignerOptions): Designer {
  const work = new DesignerWork(options);
  return {
    id: `llm:${options.model.id}`,
    design: (input, signal) => work.design(input, signal),
    redraft: (input, signal) => work.redraft(input, signal),
  };
}
