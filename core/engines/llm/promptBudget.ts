import type { ChatMessage, LanguageModel } from '../../models/languageModel.ts';
import { AppError } from '../../shared/errors.ts';

/**
 * Prompts in tokens. Law: what `fit` returns, with what the chat template adds and the longest reply allowed, is within
 * the model's context, counted on the text as it is sent.
 */

/** A piece of a message; pieces are joined by line feeds. */
export interface PromptPart {
  readonly text: string;
  /** Of optional parts the lowest is left out first, among equals the last; without one the part is always there. */
  readonly priority?: number;
}

export interface PromptDraft {
  readonly role: ChatMessage['role'];
  readonly parts: readonly PromptPart[];
}

export interface FittedPrompt {
  readonly messages: readonly ChatMessage[];
  readonly leftOut: readonly PromptPart[];
}

/** Room kept for what a chat template adds: once for a prompt, and for each message of it. Generous for known templates. */
export const TEMPLATE_TOKENS = { prompt: 32, message: 16 } as const;

/** Ordinary prose with a date, a name and a reply's punctuation, to measure how much text a token holds. */
const SAMPLE =
  '{"type":"insert","text":"Nadia moved to Lisbon on 4 March 2024 because her sister lives there; she rents a small flat ' +
  'near the river and takes the tram to work.","skill":"insert"}';
const CHARACTERS_PER_TOKEN = { least: 0.25, most: 6 } as const;
const MAX_COUNTS_KEPT = 64;

export class PromptBudget {
  readonly #model: LanguageModel;
  readonly #counts = new Map<string, number>();
  #charactersPerToken: Promise<number> | null = null;
  /** Bound on the tokens of a reply. */
  readonly maxTokens: number;

  /** @param maxTokens bound on a reply; at most `replyShare` of the context goes to it. */
  constructor(model: LanguageModel, { maxTokens, replyShare }: { maxTokens: number; replyShare: number }) {
    this.#model = model;
    this.maxTokens = Math.max(1, Math.min(maxTokens, Math.floor(model.contextTokens * replyShare)));
  }

  /** Tokens of the messages with what the template adds. */
  async tokensOf(messages: readonly ChatMessage[]): Promise<number> {
    const counts = await Promise.all(
      messages.map(({ role, content }) =>
        // Of the system message there is one for each kind of call; the others hardly ever return.
        role === 'system' ? this.#countKept(content) : this.#model.countTokens(content),
      ),
    );
    return counts.reduce((sum, count) => sum + count + TEMPLATE_TOKENS.message, TEMPLATE_TOKENS.prompt);
  }

  /** Tokens a prompt may have. */
  get promptRoom(): number {
    return this.#model.contextTokens - this.maxTokens;
  }

  /** The prompt with as many of its optional parts as fit; null when it does not fit without any. */
  async fit(drafts: readonly PromptDraft[]): Promise<FittedPrompt | null> {
    const optional = drafts
      .flatMap(({ parts }) => parts)
      .filter(({ priority }) => priority !== undefined)
      // Stable: among equals the earlier is the more important.
      .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
    const build = (count: number): FittedPrompt => {
      const dropped = new Set(optional.slice(count));
      return { messages: render(drafts, dropped), leftOut: [...dropped] };
    };
    const fits = async (prompt: FittedPrompt): Promise<boolean> =>
      (await this.tokensOf(prompt.messages)) <= this.promptRoom;

    const whole = build(optional.length);
    if (await fits(whole)) return whole;
    // More parts, more tokens: the greatest number that fits is found by halving. Every prompt kept was counted itself.
    let best: FittedPrompt | null = null;
    let [low, high] = [0, optional.length - 1];
    while (low <= high) {
      const middle = low + Math.floor((high - low) / 2);
      const candidate = build(middle);
      if (await fits(candidate)) {
        best = candidate;
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return best;
  }

  /** As `fit`. @throws AppError INVALID_INPUT, `details.reason` `prompt-too-long`, when it does not fit without any. */
  async fitOrThrow(drafts: readonly PromptDraft[], what: string): Promise<FittedPrompt> {
    const fitted = await this.fit(drafts);
    if (fitted !== null) return fitted;
    const needed = drafts.map((draft) => ({
      ...draft,
      parts: draft.parts.filter(({ priority }) => priority === undefined),
    }));
    throw this.tooLong(what, await this.tokensOf(render(needed, new Set())));
  }

  /** The error for a prompt that cannot be made shorter. */
  tooLong(what: string, promptTokens: number): AppError {
    const { contextTokens } = this.#model;
    return new AppError(
      'INVALID_INPUT',
      `The ${what} needs at least ${promptTokens} tokens beside ${this.maxTokens} for the reply, and the context of ` +
        `its model holds ${contextTokens}; set a larger context (modelContext), or select fewer or shorter skills.`,
      { details: { reason: 'prompt-too-long', promptTokens, contextTokens, maxTokens: this.maxTokens } },
    );
  }

  /** Characters of JSON that fit into a reply, by the measured length of this model's tokens on ordinary text. */
  async replyCharacters(): Promise<number> {
    this.#charactersPerToken ??= this.#measure();
    try {
      return Math.floor(this.maxTokens * (await this.#charactersPerToken));
    } catch (error) {
      // Asked again the next time: the model may have been out of reach.
      this.#charactersPerToken = null;
      throw error;
    }
  }

  async #measure(): Promise<number> {
    const { least, most } = CHARACTERS_PER_TOKEN;
    const tokens = await this.#model.countTokens(SAMPLE);
    return Math.min(most, Math.max(least, SAMPLE.length / Math.max(1, tokens)));
  }

  async #countKept(text: string): Promise<number> {
    const known = this.#counts.get(text);
    if (known !== undefined) return known;
    const count = await this.#model.countTokens(text);
    if (this.#counts.size >= MAX_COUNTS_KEPT) this.#counts.clear();
    this.#counts.set(text, count);
    return count;
  }
}

function render(drafts: readonly PromptDraft[], dropped: ReadonlySet<PromptPart>): ChatMessage[] {
  return drafts.map(({ role, parts }) => ({
    role,
    content: parts
      .filter((part) => !dropped.has(part))
      .map(({ text }) => text)
      .join('\n'),
  }));
}
