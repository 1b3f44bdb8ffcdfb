import type { CallInput, CallOutput } from '../../contract/calls.ts';
import { MEMORY_LIMITS } from '../../contract/memory.ts';
import { memoryFileHeader, memoryLine, parseMemoryFile } from '../../exchange/memoryFile.ts';
import type { LiveMemory } from './liveMemory.ts';

/** Lines of the file of a space, a page at a time. */
export function exportLines(
  memory: LiveMemory,
  { space, after }: CallInput<'memory.exportLines'>,
): CallOutput<'memory.exportLines'> {
  const { memories, next } = memory.exportPage(space, after);
  const lines = [...(after === null ? [memoryFileHeader(space)] : []), ...memories.map(memoryLine)];
  return { text: lines.map((line) => `${line}\n`).join(''), memories: memories.length, next };
}

/** @throws AppError INVALID_INPUT naming the line and what is wrong with it; nothing was added then. */
export async function importMemoryFile(
  memory: LiveMemory,
  { space, fileName, base64 }: CallInput<'memory.importFile'>,
): Promise<CallOutput<'memory.importFile'>> {
  const file = parseMemoryFile(Buffer.from(base64, 'base64'), fileName);
  const into = space ?? file.space;
  let added = 0;
  for (let from = 0; from < file.memories.length; from += MEMORY_LIMITS.addedAtOnce)
    added += (await memory.add(into, file.memories.slice(from, from + MEMORY_LIMITS.addedAtOnce))).length;
  return { space: into, added, duplicates: file.memories.length - added };
}
