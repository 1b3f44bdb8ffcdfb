import type { MemoryOrigin } from '../../contract/memory.ts';
import type { HandlersOf } from '../handlers.ts';
import { exportLines, importMemoryFile } from '../memory/memoryFiles.ts';
import { remember } from '../memory/remember.ts';
import type { LiveMemoryService } from '../memory/liveMemoryService.ts';

const ANY = { from: null, to: null, skill: null } as const;
/** Memories shown to the controller, as in an episode. */
const RECALLED = 20;
const MOST_QUERIED = 8000;

export function createMemoryHandlers(service: LiveMemoryService): HandlersOf<'memory'> {
  const { memory, selector, clock, workspace } = service;
  const recalledTexts = async (
    space: string | null,
    text: string,
    signal: AbortSignal,
  ): Promise<string[]> => {
    if (space === null || !memory.has(space)) return [];
    const query = { text: text.slice(0, MOST_QUERIED), limit: RECALLED, filter: ANY };
    return (await memory.search(space, query, signal)).map((hit) => hit.memory.text);
  };
  return {
    'memory.spaces': async () => memory.spaces(),
    'memory.add': async ({ space, memories, author }) => {
      const atMs = clock.now();
      const written = { skill: 'note', bankVersion: null, bankHash: null, author, atMs } as const;
      const added = await memory.add(
        space,
        memories.map(({ text, date, source }) => {
          const origin: MemoryOrigin = { ...written, date, source };
          return { text, origin, createdAtMs: atMs, history: [] };
        }),
      );
      return { added, duplicates: memories.length - added.length };
    },
    'memory.search': async ({ space, query, limit, filter }, { signal }) =>
      memory.search(space, { text: query, limit, filter }, signal),
    'memory.list': async ({ space, ...options }) => memory.list(space, options),
    'memory.get': async ({ memoryId }) => workspace.liveMemories.require(memoryId),
    'memory.forget': ({ memoryIds }) => memory.forget(memoryIds),
    'memory.erased': async ({ space }) => memory.erased(space),
    'memory.forgetSpace': async ({ space }) => ({ memories: await memory.forgetSpace(space) }),
    'memory.export': async ({ space, after }) => memory.exportPage(space, after),
    'memory.exportLines': async (input) => exportLines(memory, input),
    'memory.importFile': async (input) => importMemoryFile(memory, input),
    'memory.import': async ({ space, memories }) => {
      const added = await memory.add(space, memories);
      return { added: added.length, duplicates: memories.length - added.length };
    },
    'memory.rebuild': async ({ space, withAssigned }) => memory.rebuild(space, withAssigned),
    'memory.compact': async ({ space }) => memory.compact(space),
    'memory.stats': async ({ space }) => memory.stats(space),
    'memory.selectSkills': async ({ text, memories, space, runId, k }, { signal }) => {
      const texts = memories.length > 0 ? memories : await recalledTexts(space, text, signal);
      return (await selector.select({ text, memories: texts, runId, k }, signal)).selection;
    },
    'memory.remember': async (input, { signal }) => remember(service, input, signal),
  };
}
