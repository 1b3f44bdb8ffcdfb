import {
  LlamaGrammarEvaluationState,
  type ChatHistoryItem,
  type Llama,
  type LlamaContextSequence,
  type LlamaGrammar,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import { AppError } from '../../shared/errors.ts';
import { parseReply, type ReplySchema } from '../replySchema.ts';
import type { ChatRuntime } from './llamaRuntime.ts';
import type { Completed, CompleteInput } from './modelProtocol.ts';
import { replyGrammar } from './replyGrammar.ts';
import { visibleText, type VisibleText } from './replyText.ts';
import { SequencePool, type PooledSequence } from './sequencePool.ts';

/** Prompt tokens evaluated between two looks at the signal; llama.cpp's batch in node-llama-cpp is as large. */
const PROMPT_SLICE = 512;
/** Grammars of the schemas last used; a run uses a handful. */
const KEPT_GRAMMARS = 32;
/** Pieces of a streamed reply come at most this often. */
const PIECE_INTERVAL_MS = 100;
/** Vocabularies with sentence pieces drop a space where a text begins. */
const WINDOW_SLACK = 4;
/** How an unfinished character is decoded. */
const UNFINISHED = /\uFFFD+$/u;
/**
 * A vocabulary with bytes lets a model write what the grammar takes for one character and is not UTF-8 (an overlong form,
 * say). It is decoded to several replacement characters, which no grammar here allows by themselves; they count as one.
 */
const NO_UTF8 = /\uFFFD+/gu;
/** The end of a prompt whose template lets the model think first. */
const OPEN_THINKING = /<think>\s*$/u;

class ChatSequence implements PooledSequence {
  readonly llama: LlamaContextSequence;

  constructor(llama: LlamaContextSequence) {
    this.llama = llama;
  }

  sharedPrefix(tokens: readonly Token[]): number {
    return this.llama.compareContextTokens([...tokens]).firstDifferentIndex;
  }
}

interface Prompt {
  readonly tokens: Token[];
  readonly startsThinking: boolean;
}

interface Generation {
  readonly input: CompleteInput;
  readonly prompt: Prompt;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/** Replies of one loaded model; as many at once as it has sequences. */
export class ChatGenerator {
  readonly #llama: Llama;
  readonly #runtime: ChatRuntime;
  readonly #pool: SequencePool<ChatSequence>;
  readonly #grammars = new Map<string, LlamaGrammar>();
  readonly #onProgress: () => void;

  constructor(llama: Llama, runtime: ChatRuntime, onProgress: () => void) {
    this.#llama = llama;
    this.#runtime = runtime;
    this.#pool = new SequencePool(runtime.sequences.map((sequence) => new ChatSequence(sequence)));
    this.#onProgress = onProgress;
  }

  /** @throws AppError as `LanguageModel.complete` does. */
  async complete(
    input: CompleteInput,
    signal: AbortSignal,
    onText: (text: string) => void,
  ): Promise<Completed> {
    const prompt = this.#prompt(input);
    const { contextTokens } = this.#runtime;
    const promptTokens = prompt.tokens.length;
    if (promptTokens + input.maxTokens > contextTokens)
      throw new AppError(
        'INVALID_INPUT',
        `A prompt of ${promptTokens} tokens and a reply of up to ${input.maxTokens} do not fit the model's context of ` +
          `${contextTokens}; shorten the prompt or give the model a larger context.`,
        { details: { reason: 'prompt-too-long', promptTokens, contextTokens } },
      );
    const sequence = await this.#pool.take(prompt.tokens, signal);
    const start = performance.now();
    try {
      const cachedPromptTokens = await this.#keepPrefix(sequence.llama, prompt.tokens);
      await this.#evaluatePrompt(sequence.llama, prompt.tokens, signal);
      const reply = await this.#generate(sequence.llama, { input, prompt, signal, onText });
      const usage = {
        promptTokens,
        cachedPromptTokens,
        completionTokens: reply.tokens,
        durationMs: performance.now() - start,
      };
      return { text: reply.text, usage };
    } finally {
      this.#pool.giveBack(sequence);
    }
  }

  #prompt({ messages, schema }: CompleteInput): Prompt {
    const { model, wrapper } = this.#runtime;
    const history = messages.map(({ role, content }): ChatHistoryItem => {
      if (role === 'assistant') return { type: 'model', response: [content] };
      return { type: role, text: content };
    });
    const { contextText } = wrapper.generateContextState({ chatHistory: history });
    const tokens = contextText.tokenize(model.tokenizer);
    const isThinking = OPEN_THINKING.test(contextText.toString());
    // Under a grammar there is no thinking: the section that the template opened is closed at once.
    if (isThinking && schema !== null) tokens.push(...model.tokenize('\n</think>\n\n', true));
    return { tokens, startsThinking: isThinking && schema === null };
  }

  /** Returns how many tokens of the prompt's start are still evaluated; at least one is left to evaluate. */
  async #keepPrefix(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<number> {
    await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    return sequence.nextTokenIndex;
  }

  async #evaluatePrompt(
    sequence: LlamaContextSequence,
    tokens: readonly Token[],
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      throwIfCancelled(signal);
      const from = sequence.nextTokenIndex;
      if (tokens.length - from <= PROMPT_SLICE) return;
      await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, from + PROMPT_SLICE));
      this.#onProgress();
    }
  }

  async #generate(
    sequence: LlamaContextSequence,
    { input, prompt, signal, onText }: Generation,
  ): Promise<{ text: string; tokens: number }> {
    const { model, endTokens } = this.#runtime;
    const grammar = input.schema === null ? null : await this.#grammarOf(input.schema);
    const written = new WrittenText(model, input, prompt.startsThinking, onText);
    const iterator = sequence.evaluate(prompt.tokens.slice(sequence.nextTokenIndex), {
      temperature: input.temperature,
      seed: input.seed >>> 0,
      ...(grammar === null
        ? {}
        : { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) }),
    });
    let hasReachedLimit = false;
    for await (const token of iterator) {
      this.#onProgress();
      throwIfCancelled(signal);
      if (endTokens.has(token) || written.add(token)) break;
      hasReachedLimit = written.tokens.length >= input.maxTokens;
      if (hasReachedLimit) break;
    }
    const text = written.finish();
    if (hasReachedLimit && !isWhole(text, input.schema))
      throw cutReply(written.tokens.length, input.maxTokens);
    return { text, tokens: written.tokens.length };
  }

  async #grammarOf(schema: ReplySchema): Promise<LlamaGrammar> {
    const text = replyGrammar(schema);
    const grammar = this.#grammars.get(text) ?? (await this.#llama.createGrammar({ grammar: text }));
    this.#grammars.delete(text);
    this.#grammars.set(text, grammar);
    const [oldest] = this.#grammars.keys();
    if (this.#grammars.size > KEPT_GRAMMARS && oldest !== undefined) this.#grammars.delete(oldest);
    return grammar;
  }
}

/** The tokens of a reply and, as far as somebody needs it before the end, their text. */
class WrittenText {
  readonly tokens: Token[] = [];
  readonly #model: LlamaModel;
  readonly #input: CompleteInput;
  readonly #startsThinking: boolean;
  readonly #onText: (text: string) => void;
  /** Tokens at the end that a stop text can lie in: none is shorter than a byte. */
  readonly #stopWindow: number;
  #sentLength = 0;
  #sentAt = -Infinity;

  constructor(
    model: LlamaModel,
    input: CompleteInput,
    startsThinking: boolean,
    onText: (text: string) => void,
  ) {
    this.#model = model;
    this.#input = input;
    this.#startsThinking = startsThinking;
    this.#onText = onText;
    this.#stopWindow = Math.max(0, ...input.stop.map((text) => Buffer.byteLength(text))) + WINDOW_SLACK;
  }

  /** Whether a stop text ends the reply here. */
  add(token: Token): boolean {
    this.tokens.push(token);
    const isDue = this.#input.isStreamed && performance.now() - this.#sentAt >= PIECE_INTERVAL_MS;
    // Nobody looks at most tokens: the whole text is made of them only when somebody does.
    if (!isDue && !this.#mayStopHere()) return false;
    const { text, isStopped } = this.#visible(false);
    if (isDue) this.#send(text);
    return isStopped;
  }

  finish(): string {
    const { text } = this.#visible(true);
    if (this.#input.isStreamed) this.#send(text);
    return text;
  }

  #mayStopHere(): boolean {
    const { stop } = this.#input;
    if (stop.length === 0) return false;
    const end = this.#model.detokenize(this.tokens.slice(-this.#stopWindow));
    return stop.some((text) => end.includes(text));
  }

  /** Always made of all tokens, so that what is shown early is the start of the reply, whatever the tokens are. */
  #visible(isDone: boolean): VisibleText {
    const all = this.#model.detokenize(this.tokens);
    const whole = this.#input.schema === null ? all : all.replaceAll(NO_UTF8, '\uFFFD');
    // The last tokens may be a part of a character.
    return visibleText(isDone ? whole : whole.replace(UNFINISHED, ''), {
      startsThinking: this.#startsThinking,
      stop: this.#input.stop,
      isDone,
    });
  }

  #send(text: string): void {
    if (text.length <= this.#sentLength) return;
    this.#onText(text.slice(this.#sentLength));
    this.#sentLength = text.length;
    this.#sentAt = performance.now();
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('CANCELLED', 'The request was cancelled.');
}

/** A reply whose last token closes it needs no further one that says so. */
function isWhole(text: string, schema: ReplySchema | null): boolean {
  if (schema === null) return false;
  try {
    parseReply(text, schema);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function cutReply(tokens: number, maxTokens: number): AppError {
  return new AppError(
    'UNAVAILABLE',
    `The model's reply was cut off after ${tokens} tokens, before its end; allow longer replies or ask for less.`,
    { details: { reason: 'cut-reply', completionTokens: tokens, maxTokens } },
  );
}
