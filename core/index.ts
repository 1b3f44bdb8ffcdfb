/**
 * The library: how a Node program uses a bank of memory skills. It opens a workspace, or speaks to the process that has it
 * open (the application, an MCP server), so that a program and a person can use one bank at once.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { sourcePlatform } from './app/platform.ts';
import { WorkspaceLink } from './app/workspaceLink.ts';
import type { MemoryHit, Remembered, SkillSelection } from './contract/memory.ts';
import type { Skill } from './contract/skill.ts';
import { systemClock } from './shared/clock.ts';

export type { LiveMemory, MemoryHit, Remembered, SkillSelection } from './contract/memory.ts';
export type { Skill } from './contract/skill.ts';
export { AppError } from './shared/errors.ts';

export interface LoadOptions {
  /** Folder of the workspace; made where there is none, with the seed skills. */
  readonly workspace: string;
  /** A bank file whose skills join the workspace's bank, recorded as accepted by the caller. Those it has are left as they are. */
  readonly bank?: string | undefined;
  /** Name of the space that `execute` writes to and `recall` reads. Default `default`. */
  readonly space?: string | undefined;
}

export interface SelectOptions {
  /** Texts of memories at hand; without any, those the space recalls. */
  readonly memories?: readonly string[] | undefined;
  /** How many skills at most; default: as many as the controller was trained with, else 3. */
  readonly k?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExecuteOptions {
  /** The day of the text, `2024-05-08`: relative dates count from it. */
  readonly date?: string | undefined;
  /** Names of skills; without any, they are selected for each part of the text. */
  readonly skills?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RecallOptions {
  /** 1 to 100; default 10. */
  readonly limit?: number | undefined;
  /** Days, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only what this skill wrote. */
  readonly skill?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_LIMIT = 10;

/** A bank in use. Every method throws an `AppError`, whose message says what to do. */
export class LoadedBank {
  readonly #link: WorkspaceLink;
  readonly #space: string;

  private constructor(link: WorkspaceLink, space: string) {
    this.#link = link;
    this.#space = space;
  }

  static async load({ workspace, bank, space = 'default' }: LoadOptions): Promise<LoadedBank> {
    const link = new WorkspaceLink(workspace, { platform: sourcePlatform, clock: systemClock });
    const loaded = new LoadedBank(link, space);
    try {
      if (bank !== undefined) {
        const base64 = (await readFile(bank)).toString('base64');
        await link.call('bank.import', { files: [{ path: basename(bank), base64 }], acceptAll: true });
      }
      await loaded.skills();
      return loaded;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** The skills of the current bank, with their instructions. */
  async skills(): Promise<readonly Skill[]> {
    return (await this.#link.call('bank.get', { version: null })).skills;
  }

  /** Which skills fit a text: by the trained controller of the bank's run or of its file, by similarity where there is none. */
  select(text: string, { memories = [], k, signal }: SelectOptions = {}): Promise<SkillSelection> {
    const input = { text, memories: [...memories], space: this.#space, runId: null, k: k ?? null };
    return this.#link.call('memory.selectSkills', input, signal);
  }

  /** Runs skills on a text and keeps what they say; with the model that is assigned to the executor, else built in. */
  execute(text: string, { date, skills, signal }: ExecuteOptions = {}): Promise<Remembered> {
    const input = {
      space: this.#space,
      text,
      date: date ?? null,
      skills: skills === undefined ? null : [...skills],
      runId: null,
      author: 'library',
    };
    return this.#link.call('memory.remember', input, signal);
  }

  /** Memories that fit a question, best first; none before anything was written. */
  async recall(query: string, options: RecallOptions = {}): Promise<MemoryHit[]> {
    const { limit = DEFAULT_LIMIT, from = null, to = null, skill = null, signal } = options;
    const spaces = await this.#link.call('memory.spaces', {}, signal);
    if (!spaces.some(({ name }) => name === this.#space)) return [];
    const input = { space: this.#space, query, limit, filter: { from, to, skill } };
    return this.#link.call('memory.search', input, signal);
  }

  /**
   * Deletes memories for good: they are found no more, and the index is rewritten in the background; `close` waits for
   * that where this process owns the workspace. Returns the ids of those that were there.
   */
  async forget(ids: readonly string[]): Promise<readonly string[]> {
    return (await this.#link.call('memory.forget', { memoryIds: [...ids] })).forgotten;
  }

  /** Lets go of the workspace; a process that owns it must, or it does not end. */
  close(): Promise<void> {
    return this.#link.close();
  }
}

/** Opens a bank for use. Close it when done. */
export function loadBank(options: LoadOptions): Promise<LoadedBank> {
  return LoadedBank.load(options);
}
