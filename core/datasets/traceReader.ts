import { open, type FileHandle } from 'node:fs/promises';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { unreadableFile } from './dataFile.ts';
import { changedFile, readEntryAt } from './entries.ts';
import { distractorTrace } from './hotpotDistractor.ts';
import { longContextTrace } from './hotpotLongContext.ts';
import { TEST_SUFFIX, underId } from './hotpotText.ts';
import type { DistractorRecipe, EntryRange, FileSource, TraceSource } from './loadedDataset.ts';
import { longMemEvalTrace } from './longMemEval.ts';
import { ownTrace } from './ownData.ts';
import type { Trace } from './trace.ts';

/** Reads traces one at a time. */
export interface TraceReader {
  /** @throws AppError NOT_FOUND for an unknown id; CONFLICT when the file was changed meanwhile. */
  read(id: string): Promise<Trace>;
  close(): Promise<void>;
}

/** A LongMemEval trace takes some MiB, and a training step asks for few different ones. */
const KEPT_TRACES = 8;

function unknownTrace(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no trace ${id} in the loaded data.`);
}

class HeldReader implements TraceReader {
  readonly #traces: ReadonlyMap<string, Trace>;

  constructor(traces: readonly Trace[]) {
    this.#traces = new Map(traces.map((trace) => [trace.id, trace]));
  }

  async read(id: string): Promise<Trace> {
    const trace = this.#traces.get(id);
    if (trace === undefined) throw unknownTrace(id);
    return trace;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

class FileReader implements TraceReader {
  readonly #source: FileSource;
  readonly #handles = new Map<string, Promise<FileHandle>>();
  /** The latest, oldest first. */
  readonly #kept = new Map<string, Promise<Trace>>();

  constructor(source: FileSource) {
    this.#source = source;
  }

  read(id: string): Promise<Trace> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    const reading = kept ?? this.#read(id);
    this.#kept.set(id, reading);
    // A read that failed is tried again by whoever asks next.
    reading.catch(() => this.#kept.delete(id));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_TRACES && oldest !== undefined) this.#kept.delete(oldest);
    return reading;
  }

  async close(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    this.#kept.clear();
    for (const handle of await Promise.allSettled(handles))
      if (handle.status === 'fulfilled') await handle.value.close();
  }

  async #read(id: string): Promise<Trace> {
    const range = this.#source.entries.get(id);
    if (range === undefined) throw unknownTrace(id);
    const value = await this.#value(range);
    const trace = await this.#traceOf(value, range);
    if (trace.id === id) return trace;
    if (`${trace.id}${TEST_SUFFIX}` !== id) throw changedFile(range.file);
    return { ...trace, id, questions: underId(trace.questions, id) };
  }

  async #traceOf(value: unknown, range: EntryRange): Promise<Trace> {
    const { format, spans, recipe, categories } = this.#source;
    const at = { file: range.file, place: range.place, spans };
    if (format === 'longmemeval') return longMemEvalTrace(value, at);
    if (format === 'own') return ownTrace(value, { ...at, categories });
    if (recipe === null) return longContextTrace(value, at);
    return distractorTrace(value, { ...at, recipe, read: (other) => this.#valueOf(recipe, other) });
  }

  #valueOf(recipe: DistractorRecipe, entry: number): Promise<unknown> {
    return this.#value(required(recipe.entries[entry], 'entry of a context'));
  }

  async #value(range: EntryRange): Promise<unknown> {
    return readEntryAt(await this.#handle(range.file), range);
  }

  #handle(file: string): Promise<FileHandle> {
    const known = this.#handles.get(file);
    if (known !== undefined) return known;
    const opening = open(file, 'r').catch((error: unknown) => {
      throw unreadableFile(file, error);
    });
    this.#handles.set(file, opening);
    return opening;
  }
}

export function openTraces(source: TraceSource): TraceReader {
  return source.kind === 'held' ? new HeldReader(source.traces) : new FileReader(source);
}
