import { textKey } from './contentKeys.ts';
import { faultAt } from './dataFile.ts';
import { DateRange } from './dateRange.ts';
import { type EntryPlace, placeIn, readEntries } from './entries.ts';
import type { EntryRange, LoadedDataset } from './loadedDataset.ts';
import { type FileSample, parseSample } from './longMemEvalFile.ts';
import { refuseOtherFormat } from './recognise.ts';
import { type Session, type SessionStyle, type SpanOptions, spansOf } from './sessionSpans.ts';
import { drawSplits, readSplitFile, refuseOverlap } from './splits.ts';
import type { Question, Splits, Trace, TraceOutline, Turn } from './trace.ts';

/** LongMemEval (reference 1.3): a question about a haystack of some fifty sessions, 500 of them in 265 MB. */

/** By `question_type`; a question without an answer in the haystack is of a category of its own. */
export const LONG_MEM_EVAL_CATEGORIES = {
  1: 'single-session-user',
  2: 'single-session-assistant',
  3: 'single-session-preference',
  4: 'multi-session',
  5: 'temporal-reasoning',
  6: 'knowledge-update',
  7: 'abstention',
  8: 'other',
} as const;

/** The published sizes, 297, 98 and 105 of 500 (reference 1.3). */
const DRAWN_SHARES = { validation: 98 / 500, test: 105 / 500 };

const STYLE: SessionStyle = {
  separator: '\n\n',
  header: (date, mode) => `Session Date: ${date}${mode === 'turn' ? '\n' : '\n\n'}`,
};

function isAbstention({ id }: FileSample): boolean {
  return id.endsWith('_abs');
}

function categoryOf(sample: FileSample): number {
  if (isAbstention(sample)) return 7;
  const found = Object.entries(LONG_MEM_EVAL_CATEGORIES).find(([, name]) => name === sample.type);
  return found === undefined ? 8 : Number(found[0]);
}

interface TurnOfSample extends Turn {
  readonly hasAnswer: boolean;
  readonly sessionId: string | null;
}

function turnsOf(sample: FileSample): TurnOfSample[] {
  return sample.sessions.flatMap(({ id, date, turns }, session) =>
    turns.map(({ role, content, has_answer }, turn) => ({
      id: `S${session + 1}:${turn + 1}`,
      speaker: role,
      text: `${role}: ${content}`,
      session: session + 1,
      date: date === '' ? null : date,
      hasAnswer: has_answer === true,
      sessionId: id,
    })),
  );
}

/** The turns marked as evidence; where none is, all of the sessions that hold the answer. */
function evidenceOf(sample: FileSample, turns: readonly TurnOfSample[]): string[] {
  const marked = turns.filter(({ hasAnswer }) => hasAnswer);
  const wanted = new Set(sample.answerSessionIds);
  const evidence = marked.length > 0 ? marked : turns.filter((turn) => wanted.has(turn.sessionId ?? ''));
  return evidence.map(({ id }) => id);
}

function questionOf(sample: FileSample, turns: readonly TurnOfSample[]): Question {
  return {
    id: `${sample.id}_0`,
    index: 0,
    text: sample.question,
    golds: [sample.answer],
    category: categoryOf(sample),
    evidence: evidenceOf(sample, turns),
    date: sample.questionDate,
    isAbstention: isAbstention(sample),
  };
}

export interface EntryTrace {
  readonly file: string;
  readonly place: EntryPlace;
  readonly spans: SpanOptions;
}

/** The trace of one entry. @throws AppError INVALID_INPUT naming file and key path. */
export function longMemEvalTrace(value: unknown, { file, place, spans }: EntryTrace): Trace {
  const sample = parseSample(value, file, place);
  const turns = turnsOf(sample);
  const sessions = [...Map.groupBy(turns, (turn) => turn.session)].map(([number, members]): Session => ({
    number,
    date: members[0]?.date ?? null,
    turns: members,
  }));
  return {
    id: sample.id,
    spans: spansOf(sessions, spans, STYLE),
    turns: turns.map(({ id, speaker, text, session, date }) => ({ id, speaker, text, session, date })),
    questions: [questionOf(sample, turns)],
  };
}

export interface LongMemEvalOptions {
  readonly spans: SpanOptions;
  /** Positions of the splits; null: drawn. */
  readonly splitFile: string | null;
  /** Whether questions that have no answer in the haystack are asked in validation and test; in training they are. */
  readonly asksAbstention: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Indexed {
  readonly traces: TraceOutline[];
  readonly entries: Map<string, EntryRange>;
  readonly contentKeys: Map<string, string[]>;
  readonly range: DateRange;
  readonly unpaired: number;
  readonly hash: string;
}

async function indexFile(file: string, signal: AbortSignal | undefined): Promise<Indexed> {
  const traces: TraceOutline[] = [];
  const entries = new Map<string, EntryRange>();
  const contentKeys = new Map<string, string[]>();
  const range = new DateRange();
  let unpaired = 0;
  const reading = readEntries(file, { signal });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { traces, entries, contentKeys, range, unpaired, hash: next.value.hash };
    const { value, place, start, end } = next.value;
    if (place.position === 0) refuseOtherFormat(value, 'longmemeval', file);
    const sample = parseSample(value, file, place);
    const turns = turnsOf(sample);
    const earlier = entries.get(sample.id);
    if (earlier !== undefined)
      throw faultAt(
        placeIn(file, place, 'question_id'),
        `is ${sample.id}, as at [${earlier.place.position}]; give each sample its own id`,
      );
    entries.set(sample.id, { file, start, end, place });
    // A haystack is shared by several questions, so that only both together are the same.
    contentKeys.set(sample.id, [textKey([...turns, { text: sample.question }])]);
    traces.push({ id: sample.id, questions: [questionOf(sample, turns)] });
    for (const { date } of sample.sessions) range.note(date);
    unpaired += sample.unpaired;
  }
}

/**
 * Looks through a file in LongMemEval's format, one entry in memory at a time; the traces are read from it later, each
 * when it is needed. NOT_FOUND for a missing file, INVALID_INPUT with file and key path for anything the format does not
 * allow, and for a trace in two splits.
 */
export async function loadLongMemEval(file: string, options: LongMemEvalOptions): Promise<LoadedDataset> {
  const { traces, entries, contentKeys, range, unpaired, hash } = await indexFile(file, options.signal);
  const ids = traces.map(({ id }) => id);
  const all =
    options.splitFile === null ? drawSplits(ids, DRAWN_SHARES) : readSplitFile(options.splitFile, ids);
  refuseOverlap(all, contentKeys, file);
  const isAsked = (id: string): boolean => options.asksAbstention || !id.endsWith('_abs');
  const splits: Splits = {
    train: all.train,
    validation: all.validation.filter(isAsked),
    test: all.test.filter(isAsked),
  };
  const leftOut = all.validation.length + all.test.length - splits.validation.length - splits.test.length;
  return {
    name: 'longmemeval',
    fileHash: hash,
    traces,
    source: {
      kind: 'file',
      format: 'longmemeval',
      spans: options.spans,
      entries,
      recipe: null,
      categories: new Map(),
    },
    contentKeys,
    splits,
    categories: LONG_MEM_EVAL_CATEGORIES,
    days: range.days,
    report: {
      adversarialQuestions: 0,
      compoundEvidenceIds: 0,
      unresolvedEvidenceIds: [],
      questionsWithoutEvidence: traces.filter(({ questions }) => questions[0]?.evidence.length === 0).length,
      notes: [
        ...(options.splitFile === null
          ? ['No splits file was named: traces were drawn in the published proportions, 297 to 98 to 105.']
          : []),
        ...(leftOut === 0 ? [] : [`${leftOut} abstention questions are left out of validation and test.`]),
        ...(unpaired === 0 ? [] : [`${unpaired} sessions or dates are left out: they have no counterpart.`]),
      ],
    },
  };
}
