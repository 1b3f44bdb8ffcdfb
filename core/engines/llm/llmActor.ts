import type { Actor } from '../roles.ts';
import { actorPrompt, actorSchema, readAction } from './actorPrompt.ts';
import { askNoted, type NotedRoleOptions } from './notedReply.ts';
import { PromptBudget } from './promptBudget.ts';

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
export function createLlmActor(options: NotedRoleOptions): Actor {
  const budget = new PromptBudget(options.model, { maxTokens: MAX_TOKENS, replyShare: REPLY_SHARE });
  return {
    id: `llm:${options.model.id}`,
    act: async (input, signal) => {
      const { messages } = await budget.fitOrThrow(actorPrompt(input), 'prompt of the actor');
      const reading = await askNoted(
        { ...options, budget },
        {
          role: 'answerer',
          messages,
          schema: actorSchema(input.admissible),
          read: (value) => readAction(value, input.admissible),
          failure: 'The model named no possible command in a game, also when asked again; the step was lost.',
          signal,
        },
      );
      return 'value' in reading ? reading.value : NO_COMMAND;
    },
  };
}
