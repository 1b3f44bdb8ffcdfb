import type { Embedder } from '../memory/embedder.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import type { ModelRole, OnNote } from './llm/promptNotes.ts';
import type { ReplyCache } from './llm/replyCache.ts';

/**
 * The models of a run as its engines use them: the shell's own, or in a worker thread their stand-ins. One model may serve
 * several roles. Whoever opened them counts their calls and disposes of them.
 */
export interface EngineModels {
  /** Of the roles that are played by language models. */
  readonly roles: Readonly<Partial<Record<ModelRole, LanguageModel>>>;
  /** Null: the built-in embedder. */
  readonly embedder: Embedder | null;
  /** Null: every reply is asked for. */
  readonly replies: ReplyCache | null;
  readonly onNote: OnNote;
}
