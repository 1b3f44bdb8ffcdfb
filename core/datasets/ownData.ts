import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { textKey } from './contentKeys.ts';
import { type DataPlace, faultAt, formatKeyPath } from './dataFile.ts';
import { DateRange } from './dateRange.ts';
import { placeIn, readEntries } from './entries.ts';
import { readIsoTime } from './isoTime.ts';
import type { EntryRange, LoadedDataset } from './loadedDataset.ts';
import type { EntryTrace } from './longMemEval.ts';
import { type OwnEvent, type OwnTrace, ownTraceSchema } from './ownSchema.ts';
import { refuseOtherFormat } from './recognise.ts';
import { CONVERSATION_STYLE, PLAIN_STYLE, type Session, type SpanOptions, spansOf } from './sessionSpans.ts';
import { drawSplits, readSplitFile, refuseOverlap } from './splits.ts';
import type { Question, Span, SplitName, Splits, Trace, TraceOutline, Turn } from './trace.ts';

/** A person's own data: JSON Lines of traces (`ownSchema.ts`). Traces are read from the file when they are needed. */

/** What is wrong somewhere in a file. */
export interface DataProblem {
  /** 1-based; null where the file has no lines. */
  readonly line: number | null;
  readonly keyPath: string;
  readonly reason: string;
}

const MAX_PROBLEMS = 50;

class Problems {
  readonly found: DataProblem[] = [];

  add({ path, line }: DataPlace, reason: string): void {
    this.found.push({ line: line ?? null, keyPath: formatKeyPath(path), reason });
  }

  get isFull(): boolean {
    return this.found.length >= MAX_PROBLEMS;
  }

  /** @throws AppError INVALID_INPUT of the first, with all of them in `details.problems`. */
  refuse(file: string): void {
    this.found.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
    const [first] = this.found;
    if (first === undefined) return;
    const where = [first.line === null ? null : `line ${first.line}`, first.keyPath].filter((part) => part);
    const more = this.found.length - 1;
    const others =
      more === 0
        ? ''
        : ` (and ${more}${this.isFull ? ' or more' : ''} other ${more === 1 ? 'problem' : 'problems'})`;
    throw new AppError(
      'INVALID_INPUT',
      `In the data file ${file}, ${where.join(', ')} ${first.reason}${others}; correct it there, "memskill data inspect" lists everything.`,
      { details: { file, problems: this.found } },
    );
  }
}

function valueInWords(value: OwnEvent['fields'][string]): string {
  if (value === null) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value).replace(/\s+/gu, ' ').trim();
}

/** `doorOpen` and `door_open` as `door open`. */
function fieldInWords(name: string): string {
  return name
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .replace(/[_\s]+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** The rule by which an event is read: when, who, and each field with its value, as one sentence. */
export function eventText({ time, source, fields }: OwnEvent): string {
  const when = required(readIsoTime(time), 'time of an event that was checked');
  const clock = when.clock === null ? '' : ` at ${when.clock}`;
  const values = Object.entries(fields).map(
    ([name, value]) => `${fieldInWords(name)} ${valueInWords(value)}`,
  );
  return `On ${when.dayInWords}${clock}, ${source.trim()} reported ${values.join(', ')}.`;
}

function dayOf(date: string | undefined): string | null {
  return date === undefined ? null : (readIsoTime(date)?.day ?? null);
}

interface PartTurn extends Turn {
  /** Turns of one session are cut together. */
  readonly key: string;
}

function partsOf({ turns, spans, events }: OwnTrace): PartTurn[] {
  if (turns !== undefined)
    return turns.map(({ id, speaker, text, date, session }, index) => ({
      id: id ?? `t${index + 1}`,
      speaker: speaker ?? '',
      text: speaker === undefined ? text : `${speaker} said, "${text}"`,
      session: session ?? 0,
      date: date ?? null,
      key: session === undefined ? `day ${dayOf(date) ?? ''}` : `session ${session}`,
    }));
  if (spans !== undefined)
    return spans.map(({ id, text, date }, index) => ({
      id: id ?? `s${index + 1}`,
      speaker: '',
      text,
      session: index + 1,
      date: date ?? null,
      key: String(index),
    }));
  return (events ?? []).map((event, index) => ({
    id: event.id ?? `e${index + 1}`,
    speaker: event.source,
    text: eventText(event),
    session: 0,
    date: dayOf(event.time),
    key: dayOf(event.time) ?? '',
  }));
}

/** Neighbours of one key, numbered from 1. */
function sessionsOf(parts: readonly PartTurn[]): Session[] {
  const sessions: { number: number; date: string | null; turns: Turn[]; key: string }[] = [];
  for (const { key, ...part } of parts) {
    const last = sessions.at(-1);
    const session =
      last?.key === key ? last : { number: sessions.length + 1, date: part.date, turns: [], key };
    if (session !== last) sessions.push(session);
    session.turns.push({ ...part, session: session.number });
  }
  return sessions;
}

/** A span that comes as one is kept as it is, under its date. */
function ownSpans(trace: OwnTrace, sessions: readonly Session[], options: SpanOptions): Span[] {
  const style = trace.turns === undefined ? PLAIN_STYLE : CONVERSATION_STYLE;
  const cut: SpanOptions = trace.spans === undefined ? options : { ...options, sessionMode: 'full-session' };
  return spansOf(sessions, cut, style);
}

type Categories = ReadonlyMap<string, number>;

function questionsOf(trace: OwnOutline, categories: Categories): Question[] {
  return trace.questions.map((question, index) => ({
    id: `${trace.id}_${index}`,
    index,
    text: question.question,
    golds: question.answers,
    category: categories.get(question.category ?? '') ?? 0,
    evidence: question.evidence ?? [],
    date: question.date ?? null,
  }));
}

/** A line that was found right before. */
export function ownTrace(
  value: unknown,
  { file, place, spans, categories }: EntryTrace & { readonly categories: Categories },
): Trace {
  const parsed = ownTraceSchema.safeParse(value);
  if (!parsed.success) throw faultAt(placeIn(file, place), 'is not the trace it was; start again');
  const sessions = sessionsOf(partsOf(parsed.data));
  return {
    id: parsed.data.id,
    spans: ownSpans(parsed.data, sessions, spans),
    turns: sessions.flatMap(({ turns }) => turns),
    questions: questionsOf(parsed.data, categories),
  };
}

function checkIds(
  trace: OwnTrace,
  parts: readonly PartTurn[],
  report: (path: (string | number)[], reason: string) => void,
): void {
  const kind = trace.turns !== undefined ? 'turns' : trace.spans !== undefined ? 'spans' : 'events';
  const seen = new Map<string, number>();
  for (const [index, { id }] of parts.entries()) {
    const earlier = seen.get(id);
    if (earlier !== undefined)
      report([kind, index, 'id'], `is ${id}, as ${kind}[${earlier}]; give each its own`);
    else seen.set(id, index);
  }
  for (const [index, { evidence }] of trace.questions.entries())
    for (const [at, id] of (evidence ?? []).entries())
      if (!seen.has(id))
        report(['questions', index, 'evidence', at], `is ${id}, which none of the ${kind} has`);
}

type OwnOutline = Pick<OwnTrace, 'id' | 'split' | 'questions'>;

interface ReadLine {
  readonly trace: OwnOutline;
  readonly entry: EntryRange;
  readonly key: string;
}

async function readLines(
  file: string,
  problems: Problems,
  signal: AbortSignal | undefined,
): Promise<{ lines: ReadLine[]; range: DateRange; hash: string }> {
  const lines: ReadLine[] = [];
  const known = new Map<string, EntryRange>();
  const range = new DateRange();
  const reading = readEntries(file, { signal, onFault: (place, reason) => problems.add(place, reason) });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { lines, range, hash: next.value.hash };
    const { value, start, end, place } = next.value;
    if (place.position === 0) refuseOtherFormat(value, 'own', file);
    if (problems.isFull) continue;
    const parsed = ownTraceSchema.safeParse(value);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) {
        const at = path.map((key) => (typeof key === 'number' ? key : String(key)));
        problems.add(placeIn(file, place, ...at), message.charAt(0).toLowerCase() + message.slice(1));
      }
      continue;
    }
    const { data: trace } = parsed;
    const parts = partsOf(trace);
    checkIds(trace, parts, (path, reason) => problems.add(placeIn(file, place, ...path), reason));
    const earlier = known.get(trace.id);
    if (earlier !== undefined)
      problems.add(
        placeIn(file, place, 'id'),
        `is ${trace.id}, as in line ${earlier.place.line ?? earlier.place.position + 1}; give each trace its own`,
      );
    const entry: EntryRange = { file, start, end, place };
    known.set(trace.id, entry);
    for (const { date } of parts) range.note(date);
    // The text itself is left in the file.
    const { id, split, questions } = trace;
    lines.push({ trace: { id, split, questions }, entry, key: textKey(parts) });
  }
}

function splitsOf(lines: readonly ReadLine[], splitFile: string | null): Splits {
  const ids = lines.map(({ trace }) => trace.id);
  if (splitFile !== null) return readSplitFile(splitFile, ids);
  if (lines.every(({ trace }) => trace.split === undefined))
    return drawSplits(ids, { validation: 0.2, test: 0.2 });
  const of = (split: SplitName): string[] =>
    lines.filter(({ trace }) => (trace.split ?? 'train') === split).map(({ trace }) => trace.id);
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

export interface OwnOptions {
  readonly spans: SpanOptions;
  readonly splitFile: string | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks through a file of traces. NOT_FOUND for a missing file; INVALID_INPUT naming line and key path of the first thing
 * that is wrong, with up to 50 of them in `details.problems`.
 */
export async function loadOwnData(
  file: string,
  { spans, splitFile, signal }: OwnOptions,
): Promise<LoadedDataset> {
  const problems = new Problems();
  const { lines, range, hash } = await readLines(file, problems, signal);
  problems.refuse(file);
  const named = [
    ...new Set(lines.flatMap(({ trace }) => trace.questions.flatMap(({ category }) => category ?? []))),
  ];
  const categories = new Map(named.toSorted().map((name, at) => [name, at + 1]));
  const contentKeys = new Map(lines.map(({ trace, key }) => [trace.id, [key]]));
  const splits = splitsOf(lines, splitFile);
  refuseOverlap(splits, contentKeys, file);
  const traces = lines.map(({ trace }): TraceOutline => ({
    id: trace.id,
    questions: questionsOf(trace, categories),
  }));
  const questions = traces.flatMap((trace) => trace.questions);
  return {
    name: 'own',
    fileHash: hash,
    traces,
    source: {
      kind: 'file',
      format: 'own',
      spans,
      entries: new Map(lines.map(({ trace, entry }) => [trace.id, entry])),
      recipe: null,
      categories,
    },
    contentKeys,
    splits,
    categories: { 0: 'other', ...Object.fromEntries([...categories].map(([name, at]) => [at, name])) },
    days: range.days,
    report: {
      adversarialQuestions: 0,
      compoundEvidenceIds: 0,
      unresolvedEvidenceIds: [],
      questionsWithoutEvidence: questions.filter(({ evidence }) => evidence.length === 0).length,
      notes:
        questions.length > 0
          ? []
          : ['No trace has questions: add some, since they are what memories are scored by.'],
    },
  };
}
