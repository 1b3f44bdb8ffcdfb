import type { CompletionRequest } from '../models/languageModel.ts';
import type { ModelRole, PromptNote } from './llm/promptNotes.ts';
import type { WireError } from './wireError.ts';

/** What passes between an engine worker thread and the models of the shell: plain data over a message port. */

/** What a thread has to know of the models before it asks them anything. */
export interface ModelsDescription {
  readonly roles: readonly {
    readonly role: ModelRole;
    readonly id: string;
    readonly contextTokens: number;
  }[];
  readonly embedder: { readonly id: string; readonly dimension: number } | null;
  readonly hasReplies: boolean;
}

/** A question to the models, and what its answer is. */
export interface ModelCalls {
  readonly complete: {
    readonly role: ModelRole;
    readonly request: Omit<CompletionRequest, 'signal' | 'onText'>;
  };
  readonly countTokens: { readonly role: ModelRole; readonly text: string };
  readonly embed: { readonly texts: readonly string[] };
  readonly getReply: { readonly key: string };
  readonly putReply: { readonly key: string; readonly text: string };
}
export type ModelCallName = keyof ModelCalls;

export type ModelCall = {
  [Name in ModelCallName]: { readonly call: Name; readonly input: ModelCalls[Name] };
}[ModelCallName];

export type ToModels =
  | { readonly kind: 'call'; readonly id: number; readonly call: ModelCall }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'note'; readonly note: PromptNote };

export type FromModels =
  | { readonly kind: 'output'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };
