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
  /** LoCoMo: 1 multi-hop, 2 temporal, 3 open-domain, 4 single-hop. Other data sets: 0. */
  readonly category: number;
  /** Ids of the turns that hold the evidence; only ids that exist in the trace. */
  readonly evidence: readonly string[];
  /** The date on which the question is asked, where the data set has one. */
  readonly date: string | null;
}

export interface Trace {
  readonly id: string;
  readonly spans: readonly Span[];
  readonly turns: readonly Turn[];
  readonly questions: readonly Question[];
}

export type SplitName = 'train' | 'validation' | 'test';

export interface LoadedDataset {
  readonly name: string;
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  readonly traces: readonly Trace[];
  readonly splits: Readonly<Record<SplitName, readonly string[]>>;
  /** How a question of this data set is scored. */
  readonly scoring: 'locomo';
  /** What was left out or repaired while loading, for people to read. */
  readonly report: LoadReport;
}

export interface LoadReport {
  readonly adversarialQuestions: number;
  readonly compoundEvidenceIds: number;
  readonly unresolvedEvidenceIds: readonly { readonly questionId: string; readonly id: string }[];
  readonly questionsWithoutEvidence: number;
}
