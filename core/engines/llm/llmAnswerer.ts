import { z } from 'zod';
import type { Answerer, AnswererInput } from '../roles.ts';
import type { Reading } from './checkedReply.ts';
import { answererPrompt, answererSchema } from './answererPrompt.ts';
import { askNoted, type NotedRoleOptions } from './notedReply.ts';
import { PromptBudget } from './promptBudget.ts';
import { oneLine, unquote } from './quoting.ts';

/** The reference gives 32 for the bare answer; the rest is for JSON and longer tokens. */
const MAX_TOKENS = 96;
const REPLY_SHARE = 0.25;

/** An answer that says whether the model gave one. */
export interface CheckedAnswer {
  readonly answer: string;
  /** Null also when the answer is empty because the memories hold none. */
  readonly failure: string | null;
}

/** An answerer that tells a failed reply from an empty answer: what a cache has to know. */
export interface CheckedAnswerer extends Answerer {
  tryAnswer(input: AnswererInput, signal?: AbortSignal): Promise<CheckedAnswer>;
}

const replySchema = z.object({ answer: z.string() });

/**
 * Ways to say that there is no answer, whole: the interface's word for it is an empty string. Questions that have none
 * (LoCoMo's category 5) are left out by the loader (reference 1), so that such an answer is a failure like any other
 * and must not earn the F1 of its words.
 */
const ABSTENTION =
  /^(?:unknown|n\/?a|(?:it is |this is )?not (?:known|mentioned|specified|stated|given|provided|available)|no (?:relevant )?(?:answer|information|memory|memories)(?: (?:is |was |are )?(?:available|found|given|provided))?|(?:i )?(?:do not|don['’]t) know|cannot be (?:determined|answered))$/iu;

function readAnswer(value: unknown): Reading<string> {
  const parsed = replySchema.safeParse(value);
  if (!parsed.success) return { problem: 'the reply has no answer' };
  const answer = oneLine(unquote(parsed.data.answer));
  return { value: ABSTENTION.test(answer.replace(/[.!]+$/u, '')) ? '' : answer };
}

async function tryAnswer(
  input: AnswererInput,
  around: {
    readonly options: NotedRoleOptions;
    readonly budget: PromptBudget;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CheckedAnswer> {
  const { options, budget, signal } = around;
  // Nothing to answer from: the answer is empty by the interface, and needs no call.
  if (input.memories.length === 0) return { answer: '', failure: null };
  const { messages, leftOut } = await budget.fitOrThrow(answererPrompt(input), 'prompt of the answerer');
  if (leftOut.length > 0) {
    const count = leftOut.length;
    const message = `${count} of ${input.memories.length} retrieved memories did not fit the context beside a question.`;
    options.onNote?.({ role: 'answerer', kind: 'memories-left-out', count, message });
  }
  const reading = await askNoted(
    { ...options, budget },
    {
      role: 'answerer',
      messages,
      schema: answererSchema(await budget.replyCharacters()),
      read: readAnswer,
      failure: 'The answerer gave no usable reply to a question, also when asked again.',
      signal,
    },
  );
  return 'value' in reading
    ? { answer: reading.value, failure: null }
    : { answer: '', failure: reading.problem };
}

/**
 * Short answers from memories by a language model, greedy. An unusable reply, also when asked for again, is an empty
 * answer, told through `onNote`.
 *
 * @throws AppError of the model when it cannot be reached or loaded; INVALID_INPUT, `details.reason` `prompt-too-long`,
 * when the question alone does not fit the context.
 */
export function createLlmAnswerer(options: NotedRoleOptions): CheckedAnswerer {
  const budget = new PromptBudget(options.model, { maxTokens: MAX_TOKENS, replyShare: REPLY_SHARE });
  const ask = (input: AnswererInput, signal?: AbortSignal): Promise<CheckedAnswer> =>
    tryAnswer(input, { options, budget, signal });
  return {
    id: `llm:${options.model.id}`,
    tryAnswer: ask,
    answer: async (input, signal) => (await ask(input, signal)).answer,
  };
}
