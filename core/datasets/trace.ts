import type { GameReference } from './gameReference.ts';

/** What every benchmark is loaded into: a trace is text in spans, and questions about it. */

export interface Span {
  /** Position in the trace, 0-based. */
  readonly index: number;
  /** What controller and executor see, with its date header. */
  readonly text: string;
  /** The session's date as written in the file; null when there is none. */
  readonly date: string | null;
  /** Session number as in the file. */
  readonly session: number;
  /** Ids of the turns whose text is wholly or partly in the span (LoCoMo `dia_id`). */
  readonly turnIds: readonly string[];
}

export interface Turn {
  readonly id: string;
  readonly speaker: string;
  /** Rendered as in the spans. */
  readonly text: string;
  readonly session: number;
  readonly date: string | null;
}

export interface Question {
  /** Stable across processes: `<trace id>_<index of the question in the file>`. */
  readonly id: string;
  readonly index: number;
  readonly text: string;
  /** Accepted answers, the first is primary. */
  readonly golds: readonly string[];
  /** Kind of question, by the data set's `categories`; 0 where it has none. */
  readonly category: number;
  /** Ids of the turns that hold the evidence; only ids that exist in the trace. */
  readonly evidence: readonly string[];
  /** The date on which the question is asked, where the data set has one. */
  readonly date: string | null;
  /** The trace does not hold the answer, and saying so is what is right. */
  readonly isAbstention?: boolean;
  /** A game to be played with the memories instead of a question to be answered from them. */
  readonly game?: GameReference;
}

/** What is known of a trace without its text: a data set may hold more text than memory. */
export interface TraceOutline {
  readonly id: string;
  readonly questions: readonly Question[];
}

export interface Trace extends TraceOutline {
  readonly spans: readonly Span[];
  readonly turns: readonly Turn[];
}

export type SplitName = 'train' | 'validation' | 'test';

export type Splits = Readonly<Record<SplitName, readonly string[]>>;
