import { z } from 'zod';
import { MEMORY_LIMITS, spaceNameSchema } from '../contract/memory.ts';
import { newMemorySchema, type NewMemory } from '../contract/memoryCalls.ts';
import { AppError } from '../shared/errors.ts';
import { fileError, keyPath, parseStrictJson } from './strictJson.ts';

/**
 * Memories of a space as JSON Lines: a first line that says what it is, then a memory a line, oldest first, with all that
 * is known of it and without its id, which belongs to a workspace.
 */

const FORMAT = 'memskill-memories';
const VERSION = 1;

/** What a file from elsewhere may hold at most. */
export const MEMORY_FILE_LIMITS = {
  sizeBytes: 256 * 1024 * 1024,
  memories: 500_000,
  /** A memory of the greatest length with the longest history. */
  lineBytes: 4 * MEMORY_LIMITS.textLength * (MEMORY_LIMITS.history + 1),
} as const;

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.number().int().min(1),
  space: spaceNameSchema,
});

export function memoryFileHeader(space: string): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, space } satisfies z.infer<typeof headerSchema>);
}

export function memoryLine({ text, origin, createdAtMs, history }: NewMemory): string {
  return JSON.stringify({ text, origin, createdAtMs, history } satisfies NewMemory);
}

function readLine<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array,
  { fileName, line }: { readonly fileName: string; readonly line: number },
): T {
  const name = `${fileName}, line ${line}`;
  if (bytes.byteLength > MEMORY_FILE_LIMITS.lineBytes)
    throw fileError('INVALID_INPUT', { fileName: name, path: [], problem: 'is longer than any memory' });
  const parsed = schema.safeParse(parseStrictJson(bytes, name));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError(
    'INVALID_INPUT',
    `The file ${name} is not a memory (${keyPath(issue?.path ?? [])}: ${issue?.message ?? 'malformed'}): nothing was imported.`,
    { cause: parsed.error, details: { file: fileName, line } },
  );
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength;) {
    const found = bytes.indexOf(0x0a, from);
    const end = found === -1 ? bytes.byteLength : found;
    yield bytes.subarray(from, end);
    from = end + 1;
  }
}

/** The whole file, checked before anything of it is used. INVALID_INPUT names the line and what is wrong with it. */
export function parseMemoryFile(
  bytes: Uint8Array,
  fileName: string,
): { readonly space: string; readonly memories: readonly NewMemory[] } {
  const invalid = (problem: string): AppError => fileError('INVALID_INPUT', { fileName, path: [], problem });
  if (bytes.byteLength > MEMORY_FILE_LIMITS.sizeBytes)
    throw invalid(`is larger than ${MEMORY_FILE_LIMITS.sizeBytes / 1024 / 1024} MiB: split it`);
  const lines = [...linesOf(bytes)];
  const [first, ...rest] = lines;
  if (first === undefined) throw invalid('is empty: export it again');
  if (rest.length > MEMORY_FILE_LIMITS.memories)
    throw invalid(`holds more than ${MEMORY_FILE_LIMITS.memories} memories: split it`);
  const header = readLine(headerSchema, first, { fileName, line: 1 });
  if (header.version > VERSION)
    throw invalid(
      `is of version ${header.version}, newer than ${VERSION}: update MemSkill Studio to read it`,
    );
  const memories = rest.flatMap((line, at) =>
    line.byteLength === 0 ? [] : [readLine(newMemorySchema, line, { fileName, line: at + 2 })],
  );
  return { space: header.space, memories };
}
