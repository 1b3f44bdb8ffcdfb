import type { Actor } from '../roles.ts';
import { actorPrompt, actorSchema, readAction } from './actorPrompt.ts';
import { askTwice, type LlmRoleOptions } from './checkedReply.ts';
import { PromptBudget } from './promptBudget.ts';
import type { OnNote } from './promptNotes.ts';

/** The reference gives 32 for the bare command; the rest is for JSON. */
const MAX_TOKENS = 64;
const REPLY_SHARE = 0.1;
/** Typed when the model names no possible command, so that its mistake costs a step and does nothing. */
const NO_COMMAND = 'do nothing';

/**
 * Acts by asking a language model before each step, greedily; it answers with one of the possible commands. Played by the
 * answerer's model.
 *
 * @throws AppError of the model when it cannot be reached or loaded; INVALID_INPUT when the game does not fit the context.
 */
export function createLlmActor(options: LlmRoleOptions & { readonly onNote?: OnNote | undefined }): Actor {
  const budget = new PromptBudget(options.model, { maxTokens: MAX_TOKENS, replyShare: REPLY_SHARE });
  return {
    id: `llm:${options.model.id}`,
    act: async (input, signal) => {
      const { messages } = await budget.fitOrThrow(actorPrompt(input), 'prompt of the actor');
      const reading = await askTwice({
        model: options.model,
        messages,
        schema: actorSchema(input.admissible),
        maxTokens: budget.maxTokens,
        seed: options.seed,
        signal,
        read: (value) => readAction(value, input.admissible),
      });
      if ('value' in reading) return reading.value;
      options.onNote?.({
        role: 'answerer',
        kind: 'reply-failed',
        count: 2,
        message: 'The model named no possible command in a game, also when asked again; the step was lost.',
      });
      return NO_COMMAND;
    },
  };
}
