import type { Skill } from '../../contract/skill.ts';
import { contentHash } from '../../shared/contentHash.ts';
import type { AnswererInput, ExecutorInput, JudgeInput } from '../roles.ts';

/** Replies by what they depend on. A cache may forget; it never answers for another question. */
export interface ReplyCache {
  /** The text that was put, or null. */
  get(key: string): Promise<string | null>;
  put(key: string, value: string): Promise<void>;
}

/** A cache within one process; beyond `limit` entries the one not used for longest goes. */
export class MemoryReplyCache implements ReplyCache {
  readonly #entries = new Map<string, string>();
  readonly #limit: number;

  /** @param limit entries, at least 1 */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  get size(): number {
    return this.#entries.size;
  }

  async get(key: string): Promise<string | null> {
    const value = this.#entries.get(key);
    if (value === undefined) return null;
    // A map keeps the order of insertion: put back, it is the newest.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  async put(key: string, value: string): Promise<void> {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#limit && oldest !== undefined) this.#entries.delete(oldest);
  }
}

/** What answers besides the input. */
export interface CacheScope {
  readonly modelId: string;
  /** Content hash of the prompt template (promptVersions.ts). */
  readonly promptVersion: string;
  readonly seed: number;
}

const skillKey = ({ name, description, instruction, type }: Skill): unknown => ({
  name,
  description,
  instruction,
  type,
});

// Memories in order: less similar ones are the first to be left out of a prompt.

/** Ids count too: the reply names them. SHA-256 in 64 hex digits, as the others. */
export function executorKey(input: ExecutorInput, scope: CacheScope): string {
  const { span, date, memories, skills, maxActions } = input;
  return contentHash({
    role: 'executor',
    ...scopeKey(scope),
    span,
    date,
    memories: memories.map(({ id, text }) => ({ id, text })),
    skills: skills.map(skillKey),
    maxActions,
  });
}

/** Of memories only the texts count: that is all the answerer sees. */
export function answererKey({ question, date, memories }: AnswererInput, scope: CacheScope): string {
  const texts = memories.map(({ text }) => text);
  return contentHash({ role: 'answerer', ...scopeKey(scope), question, date, memories: texts });
}

export function judgeKey({ question, golds, prediction }: JudgeInput, scope: CacheScope): string {
  return contentHash({ role: 'judge', ...scopeKey(scope), question, golds: [...golds], prediction });
}

function scopeKey({ modelId, promptVersion, seed }: CacheScope): Record<string, string | number> {
  return { modelId, promptVersion, seed };
}
