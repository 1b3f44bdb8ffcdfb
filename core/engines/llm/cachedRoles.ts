import { z } from 'zod';
import { memoryActionSchema } from '../../contract/hardCase.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { Answerer, Executor, Judge } from '../roles.ts';
import type { CheckedAnswerer } from './llmAnswerer.ts';
import type { CheckedJudge } from './llmJudge.ts';
import { answererKey, executorKey, judgeKey, type CacheScope, type ReplyCache } from './replyCache.ts';

/**
 * Roles that remember. Law: a cached role gives what the role gave for an equal input; failed replies are not kept, and
 * what a cache returns is checked like a reply, so that a damaged entry is a miss.
 */

export interface CacheUse {
  readonly hits: number;
  readonly misses: number;
}

export type Cached<Role> = Role & { readonly use: () => CacheUse };

const actionsSchema = z.array(memoryActionSchema);
const answerSchema = z.string();
const judgementSchema = z.strictObject({
  score: z.union([z.literal(0), z.literal(0.5), z.literal(1)]),
  reason: z.string(),
});

/** Looks up, else computes and, when it is worth keeping, keeps. */
class Lookup<T> {
  readonly #cache: ReplyCache;
  readonly #schema: z.ZodType<T>;
  #hits = 0;
  #misses = 0;

  constructor(cache: ReplyCache, schema: z.ZodType<T>) {
    this.#cache = cache;
    this.#schema = schema;
  }

  readonly use = (): CacheUse => ({ hits: this.#hits, misses: this.#misses });

  async get(key: string): Promise<T | null> {
    const text = await this.#cache.get(key);
    const value = text === null ? null : this.#read(text);
    if (value === null) this.#misses += 1;
    else this.#hits += 1;
    return value;
  }

  put(key: string, value: T): Promise<void> {
    return this.#cache.put(key, JSON.stringify(value));
  }

  #read(text: string): T | null {
    try {
      const parsed = this.#schema.safeParse(JSON.parse(text));
      return parsed.success ? parsed.data : null;
    } catch {
      // Not JSON: a damaged entry, which the next put replaces.
      return null;
    }
  }
}

export interface CachedRoleOptions extends CacheScope {
  readonly cache: ReplyCache;
}

export function cachedExecutor(executor: Executor, options: CachedRoleOptions): Cached<Executor> {
  const lookup = new Lookup(options.cache, actionsSchema);
  return {
    id: executor.id,
    use: lookup.use,
    execute: async (input, signal) => {
      throwIfAborted(signal);
      const key = executorKey(input, options);
      const known = await lookup.get(key);
      if (known !== null) return { actions: known, failure: null };
      const output = await executor.execute(input, signal);
      if (output.failure === null) await lookup.put(key, [...output.actions]);
      return output;
    },
  };
}

export function cachedAnswerer(answerer: CheckedAnswerer, options: CachedRoleOptions): Cached<Answerer> {
  const lookup = new Lookup(options.cache, answerSchema);
  return {
    id: answerer.id,
    use: lookup.use,
    answer: async (input, signal) => {
      throwIfAborted(signal);
      const key = answererKey(input, options);
      const known = await lookup.get(key);
      if (known !== null) return known;
      const { answer, failure } = await answerer.tryAnswer(input, signal);
      if (failure === null) await lookup.put(key, answer);
      return answer;
    },
  };
}

/** An answer is judged once: while it stays the same, so does its score. */
export function cachedJudge(judge: CheckedJudge, options: CachedRoleOptions): Cached<Judge> {
  const lookup = new Lookup(options.cache, judgementSchema);
  return {
    id: judge.id,
    use: lookup.use,
    judge: async (input, signal) => {
      throwIfAborted(signal);
      const key = judgeKey(input, options);
      const known = await lookup.get(key);
      if (known !== null) return known;
      const { judgement, failure } = await judge.tryJudge(input, signal);
      if (failure === null) await lookup.put(key, judgement);
      return judgement;
    },
  };
}
