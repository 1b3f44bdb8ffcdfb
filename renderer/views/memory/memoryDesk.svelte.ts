import type { CallOutput } from '../../../core/contract/calls.ts';
import type { LiveMemory, MemoryFilter, MemorySpace } from '../../../core/contract/memory.ts';
import { MEMORY_LIMITS } from '../../../core/contract/memory.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { NO_FILTER, type FoundMemory } from './memoryWords.ts';

/** What is shown of a space at once, and what "Show more" adds. */
const PAGE = 50;

/** The live memories of a space: which space, what is asked, what was found and what lies open. */
export class MemoryDesk {
  readonly spaces: Query<MemorySpace[]>;
  readonly stats: Query<CallOutput<'memory.stats'>>;
  readonly found: Query<readonly FoundMemory[]>;
  question = $state('');
  filter = $state.raw<MemoryFilter>(NO_FILTER);
  #spaceName = $state<string | null>(null);
  #wanted = $state(PAGE);
  readonly #studio: Studio;

  readonly space = $derived.by(() => {
    const all = this.spaces.value ?? [];
    return all.find(({ name }) => name === this.#spaceName) ?? all[0] ?? null;
  });
  readonly #name = $derived.by(() => this.space?.name ?? null);
  readonly isAsking = $derived.by(() => this.question.trim() !== '');
  readonly isNarrowed = $derived.by(
    () => this.isAsking || Object.values(this.filter).some((value) => value !== null),
  );
  /** There may be more than are shown. */
  readonly hasMore = $derived.by(() => !this.isAsking && (this.found.value?.length ?? 0) >= this.#wanted);
  readonly selected = $derived.by(() => {
    const rows = this.found.value ?? [];
    return rows.find(({ memory }) => memory.id === this.#studio.route.id) ?? rows[0] ?? null;
  });

  constructor(studio: Studio) {
    this.#studio = studio;
    this.spaces = new Query(studio, {
      domains: ['memory'],
      load: (signal) => studio.call('memory.spaces', {}, { signal }),
    });
    this.stats = new Query(studio, {
      domains: ['memory'],
      load: (signal) =>
        this.#name === null ? null : studio.call('memory.stats', { space: this.#name }, { signal }),
    });
    this.found = new Query(studio, {
      domains: ['memory'],
      load: (signal) => (this.#name === null ? null : this.#ask(this.#name, signal)),
    });
  }

  choose(spaceName: string): void {
    this.#spaceName = spaceName;
    this.clear();
  }

  clear(): void {
    this.question = '';
    this.filter = NO_FILTER;
    this.#wanted = PAGE;
  }

  select(memoryId: string): void {
    this.#studio.route.replace('memory', memoryId);
  }

  showMore(): void {
    this.#wanted += PAGE;
  }

  /** What is asked is read before the first answer comes. */
  #ask(space: string, signal: AbortSignal): Promise<readonly FoundMemory[]> {
    const { filter } = this;
    const query = this.question.trim();
    if (query === '') return this.#newest({ space, filter, wanted: this.#wanted }, signal);
    const limit = MEMORY_LIMITS.foundAtOnce;
    return this.#studio.call('memory.search', { space, query, limit, filter }, { signal });
  }

  async #newest(
    {
      space,
      filter,
      wanted,
    }: { readonly space: string; readonly filter: MemoryFilter; readonly wanted: number },
    signal: AbortSignal,
  ): Promise<FoundMemory[]> {
    const found: LiveMemory[] = [];
    while (found.length < wanted) {
      const before = found.at(-1)?.id ?? null;
      const page = await this.#studio.call('memory.list', { space, before, limit: PAGE, filter }, { signal });
      found.push(...page);
      if (page.length < PAGE) break;
    }
    return found.map((memory) => ({ memory, vectorRank: null, similarity: null, textRank: null }));
  }
}
