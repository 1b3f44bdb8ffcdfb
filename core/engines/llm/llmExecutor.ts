import type { MemoryAction } from '../../contract/hardCase.ts';
import type { Skill } from '../../contract/skill.ts';
import type { AppError } from '../../shared/errors.ts';
import { duplicateKey } from '../../memory/memoryBank.ts';
import type { Executor, ExecutorInput, ExecutorOutput, MemoryView } from '../roles.ts';
import { askTwice, type LlmRoleOptions } from './checkedReply.ts';
import { EXECUTOR_RULES, executorPrompt, executorReplyShape } from './executorPrompt.ts';
import { countReasons, readActions, type ReadActions } from './executorReply.ts';
import { PromptBudget, type FittedPrompt } from './promptBudget.ts';
import type { OnNote, PromptNote } from './promptNotes.ts';
import { cutSpan } from './spanPieces.ts';

/** As the reference's two thousand, with room for the most actions a span may have. */
const MAX_TOKENS = 3072;
const REPLY_SHARE = 0.4;
/** Shorter pieces hold no complete statement. */
const MIN_PIECE_CHARACTERS = 160;

export interface LlmExecutorOptions extends LlmRoleOptions {
  readonly onNote?: OnNote | undefined;
}

interface Piece {
  readonly span: string;
  /** Null where the text carries its own header. */
  readonly date: string | null;
}

/** One span: what its pieces did so far. */
interface Progress {
  readonly memories: readonly MemoryView[];
  readonly actions: readonly MemoryAction[];
  readonly failures: readonly string[];
}

class ExecutorWork {
  readonly #options: LlmExecutorOptions;
  readonly #budget: PromptBudget;

  constructor(options: LlmExecutorOptions) {
    this.#options = options;
    this.#budget = new PromptBudget(options.model, { maxTokens: MAX_TOKENS, replyShare: REPLY_SHARE });
  }

  async execute(input: ExecutorInput, signal: AbortSignal | undefined): Promise<ExecutorOutput> {
    const skills = uniqueByName(input.skills);
    const memoryIds = input.memories.map(({ id }) => id);
    const isPossible =
      executorReplyShape({ skills, memoryIds, maxActions: input.maxActions }, Infinity) !== null;
    // Only skills that do nothing, or nothing to do it to: the empty list is known without a model.
    if (!isPossible || input.span.trim() === '') return { actions: [], failure: null };

    const pieces = await this.#cut({ ...input, skills });
    let progress: Progress = { memories: input.memories, actions: [], failures: [] };
    for (const [index, piece] of pieces.entries()) {
      const maxActions = input.maxActions - progress.actions.length;
      if (maxActions < 1) break;
      const label = pieces.length === 1 ? '' : `piece ${index + 1} of ${pieces.length}: `;
      progress = await this.#takePiece(piece, progress, { skills, maxActions, label, signal });
    }
    const { actions, failures } = progress;
    return { actions, failure: failures.length === 0 ? null : failures.join('; ') };
  }

  async #takePiece(
    { span, date }: Piece,
    before: Progress,
    around: {
      readonly skills: readonly Skill[];
      readonly maxActions: number;
      readonly label: string;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Progress> {
    const { skills, label, signal } = around;
    const drafts = executorPrompt({ memories: before.memories, skills, span, date });
    const fitted = await this.#budget.fitOrThrow(drafts, 'prompt of the executor');
    const shown = before.memories.slice(0, before.memories.length - fitted.leftOut.length);
    this.#noteLeftOut(fitted, before.memories.length);
    const allowed = { skills, memoryIds: shown.map(({ id }) => id), maxActions: around.maxActions };
    const shape = executorReplyShape(allowed, await this.#budget.replyCharacters());
    if (shape === null) return before;
    if (shape.maxActions < around.maxActions) {
      this.#note(
        'actions-capped',
        shape.maxActions,
        `A reply has room for ${shape.maxActions} of ${around.maxActions} actions.`,
      );
    }
    const rules = {
      skills,
      memories: shown,
      maxActions: shape.maxActions,
      textCharacters: shape.textCharacters,
      promptTexts: [EXECUTOR_RULES, ...skills.flatMap((skill) => [skill.description, skill.instruction])],
    };
    const reading = await askTwice({
      model: this.#options.model,
      messages: fitted.messages,
      schema: shape.schema,
      maxTokens: this.#budget.maxTokens,
      seed: this.#options.seed,
      signal,
      read: (value) => readActions(value, rules),
    });
    if ('problem' in reading) {
      this.#note('reply-failed', 2, 'The executor gave no usable reply to a span, also when asked again.');
      return { ...before, failures: [...before.failures, `${label}${reading.problem}`] };
    }
    return this.#advance(before, reading.value);
  }

  #advance(before: Progress, { actions: read, refused }: ReadActions): Progress {
    if (refused.length > 0) {
      const reasons = countReasons(refused);
      this.#note('actions-refused', refused.length, `Actions of a reply were not taken over: ${reasons}.`);
    }
    // A later piece may repeat what an earlier one stored.
    const stored = new Set(
      before.actions.flatMap((action) => (action.type === 'insert' ? [duplicateKey(action.text)] : [])),
    );
    const actions = read.filter(
      (action) => action.type !== 'insert' || !stored.has(duplicateKey(action.text)),
    );
    return {
      memories: actions.reduce(afterAction, before.memories),
      actions: [...before.actions, ...actions],
      failures: before.failures,
    };
  }

  /** The whole span when it fits without memories, else as few pieces as possible. */
  async #cut({ span, date, skills }: ExecutorInput): Promise<Piece[]> {
    const fit = (piece: Piece): Promise<FittedPrompt | null> =>
      this.#budget.fit(executorPrompt({ memories: [], skills, ...piece }));
    const whole: Piece = { span, date: null };
    if ((await fit(whole)) !== null) return [whole];

    for (let count = 2; span.length / count >= MIN_PIECE_CHARACTERS; count += 1) {
      const pieces = cutSpan(span, count).map((part, at): Piece => ({
        span: part,
        date: at === 0 ? null : date,
      }));
      const fits = await Promise.all(pieces.map(fit));
      if (fits.includes(null)) continue;
      this.#note(
        'span-split',
        pieces.length,
        `A span did not fit the context of ${this.#options.model.contextTokens} tokens and was cut into ${pieces.length} pieces.`,
      );
      return pieces;
    }
    throw await this.#spanTooLong({ span: span.slice(0, MIN_PIECE_CHARACTERS), date }, skills);
  }

  async #spanTooLong(piece: Piece, skills: readonly Skill[]): Promise<AppError> {
    const drafts = executorPrompt({ memories: [], skills, ...piece });
    const messages = drafts.map(({ role, parts }) => ({
      role,
      content: parts.map(({ text }) => text).join('\n'),
    }));
    return this.#budget.tooLong('prompt of the executor', await this.#budget.tokensOf(messages));
  }

  #noteLeftOut({ leftOut }: FittedPrompt, total: number): void {
    if (leftOut.length === 0) return;
    this.#note(
      'memories-left-out',
      leftOut.length,
      `${leftOut.length} of ${total} retrieved memories did not fit the context beside a span.`,
    );
  }

  #note(kind: PromptNote['kind'], count: number, message: string): void {
    this.#options.onNote?.({ role: 'executor', kind, count, message });
  }
}

/** Reference 7.1: a skill selected twice is shown once. */
function uniqueByName(skills: readonly Skill[]): Skill[] {
  return [...new Map(skills.map((skill) => [skill.name, skill])).values()];
}

/** The memories as a later piece should see them. */
function afterAction(memories: readonly MemoryView[], action: MemoryAction): readonly MemoryView[] {
  switch (action.type) {
    case 'insert':
      return memories;
    case 'update':
      return memories.map((memory) =>
        memory.id === action.memory ? { ...memory, text: action.text } : memory,
      );
    case 'delete':
      return memories.filter(({ id }) => id !== action.memory);
  }
}

/**
 * The executor over a language model. A span that does not fit the context beside the skills is worked through in pieces;
 * memories that do not fit are left out from the least similar on; both are told through `onNote`. A reply that is not
 * usable, also when asked for again, is a failure of the span and nothing more.
 *
 * @throws AppError of the model when it cannot be reached or loaded; INVALID_INPUT, `details.reason` `prompt-too-long`,
 * when not even a short piece fits beside the skills.
 */
export function createLlmExecutor(options: LlmExecutorOptions): Executor {
  const work = new ExecutorWork(options);
  return {
    id: `llm:${options.model.id}`,
    execute: (input, signal) => work.execute(input, signal),
  };
}
