import type { ChatMessage } from '../../models/languageModel.ts';
import type { ReplySchema } from '../../models/replySchema.ts';
import { askTwice, TRIES, type LlmRoleOptions, type Reading } from './checkedReply.ts';
import type { PromptBudget } from './promptBudget.ts';
import type { ModelRole, OnNote } from './promptNotes.ts';

export interface NotedRoleOptions extends LlmRoleOptions {
  readonly onNote?: OnNote | undefined;
}

export interface NotedAsk<T> {
  readonly role: ModelRole;
  readonly messages: readonly ChatMessage[];
  readonly schema: ReplySchema;
  /** As `Ask.read`. */
  readonly read: (value: unknown) => Reading<T>;
  /** Told when no reply is usable: one sentence, as `PromptNote.message`. */
  readonly failure: string;
  readonly signal: AbortSignal | undefined;
}

/** Asks as `askTwice`, within the budget; when no reply is usable, `onNote` is told, too. */
export async function askNoted<T>(
  { model, seed, onNote, budget }: NotedRoleOptions & { readonly budget: PromptBudget },
  { role, failure, ...ask }: NotedAsk<T>,
): Promise<Reading<T>> {
  const reading = await askTwice({ ...ask, model, seed, maxTokens: budget.maxTokens });
  if ('problem' in reading) onNote?.({ role, kind: 'reply-failed', count: TRIES, message: failure });
  return reading;
}
