import type { DayRange } from './dateRange.ts';
import type { EntryPlace } from './entries.ts';
import type { SpanOptions } from './sessionSpans.ts';
import type { Splits, Trace, TraceOutline } from './trace.ts';

/**
 * Where traces come from. Plain data, so that it can cross to a worker thread: each thread reads for itself what it works
 * on, and nobody holds the whole of a large file.
 */
export type TraceSource = { readonly kind: 'held'; readonly traces: readonly Trace[] } | FileSource;

/** Where an entry lies in its file, bytes, end exclusive. */
export interface EntryRange {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly place: EntryPlace;
}

export interface FileSource {
  readonly kind: 'file';
  readonly format: 'longmemeval' | 'hotpotqa' | 'own';
  readonly spans: SpanOptions;
  /** The entry of each trace, by id. */
  readonly entries: ReadonlyMap<string, EntryRange>;
  /** How contexts are put together out of several entries; null where each trace is one entry. */
  readonly recipe: DistractorRecipe | null;
  /** Numbers of the categories that entries name; empty where they name none. */
  readonly categories: ReadonlyMap<string, number>;
}

/** HotpotQA contexts of a given number of documents, put together from those of all questions (reference 1.4). */
export interface DistractorRecipe {
  /** Documents in a context; null: those that came with the question. */
  readonly documents: number | null;
  /** Names the random streams. */
  readonly seed: number;
  /** All entries of the file, in order. */
  readonly entries: readonly EntryRange[];
  /** Every document once: its entry, and its place there. */
  readonly pool: readonly { readonly entry: number; readonly document: number }[];
}

export interface LoadedDataset {
  readonly name: string;
  /** SHA-256 of the file's bytes; of several files, of their hashes. */
  readonly fileHash: string;
  readonly traces: readonly TraceOutline[];
  /** Where the traces' text comes from. */
  readonly source: TraceSource;
  /**
   * Of each trace, by id, what makes it the same as another one whatever their ids: traces that share one tell the same
   * story, so that one of them may not be asked about where the other one was trained on.
   */
  readonly contentKeys: ReadonlyMap<string, readonly string[]>;
  readonly splits: Splits;
  /** What the numbers of the questions' categories mean. */
  readonly categories: Readonly<Record<number, string>>;
  /** First and last day of its sessions; null where it has no dates. */
  readonly days: DayRange | null;
  /** What was left out or repaired while loading, for people to read. */
  readonly report: LoadReport;
}

/** One whose traces are all in memory. */
export interface HeldDataset extends LoadedDataset {
  readonly traces: readonly Trace[];
}

export interface LoadReport {
  /** Spoken of as such by the data set; they have no answer. */
  readonly adversarialQuestions: number;
  readonly compoundEvidenceIds: number;
  readonly unresolvedEvidenceIds: readonly { readonly questionId: string; readonly id: string }[];
  readonly questionsWithoutEvidence: number;
  /** Whatever else a person should know, one sentence each. */
  readonly notes: readonly string[];
}
