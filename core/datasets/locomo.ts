import { type FileConversation, parseLocomoFile } from './locomoFile.ts';
import { dataError, readDataFile } from './dataFile.ts';
import { DateRange, type DayRange } from './dateRange.ts';
import { resolveEvidence } from './evidenceIds.ts';
import { type Session, type SpanOptions, spansOf } from './sessionSpans.ts';
import { textKey } from './contentKeys.ts';
import { refuseOtherFormat } from './recognise.ts';
import { refuseOverlap } from './splits.ts';
import type { HeldDataset, LoadReport } from './loadedDataset.ts';
import type { Question, SplitName, Splits, Trace } from './trace.ts';

/** Positions of conversations in the file. Positions beyond the data are ignored. */
export type SplitPositions = Readonly<Record<SplitName, readonly number[]>>;

/** The published split of the ten conversations (reference 1.2). */
export const LOCOMO_SPLITS: SplitPositions = {
  train: [0, 1, 2, 3, 4, 5],
  validation: [6, 7],
  test: [8, 9],
};

export const LOCOMO_CATEGORIES = { 1: 'multi-hop', 2: 'temporal', 3: 'open-domain', 4: 'single-hop' };

export interface LocomoOptions extends SpanOptions {
  /** Name the loaded data set goes by. */
  readonly name?: string;
  readonly splits?: SplitPositions;
}

function renderTurn(speaker: string, text: string, caption: string | null | undefined): string {
  const shared = caption === undefined || caption === null || caption === '' ? '' : ` and shared ${caption}.`;
  return `${speaker} said, "${text}"${shared}`;
}

function loadSessions(conversation: FileConversation, position: number, file: string): Session[] {
  const seen = new Set<string>();
  return conversation.sessions.map(({ number, key, date, turns }) => ({
    number,
    date,
    turns: turns.map((turn, index) => {
      // LoCoMo numbers turns from 1 within a session; the same id is made up where a file has none.
      const id = turn.dia_id ?? `D${number}:${index + 1}`;
      if (seen.has(id))
        throw dataError(
          file,
          [position, 'conversation', key, index, 'dia_id'],
          `is ${id}, which an earlier turn has; give each turn its own id`,
        );
      seen.add(id);
      return {
        id,
        speaker: turn.speaker,
        text: renderTurn(turn.speaker, turn.text, turn.blip_caption),
        session: number,
        date,
      };
    }),
  }));
}

type EvidenceReport = Omit<LoadReport, 'adversarialQuestions' | 'notes'>;

function loadQuestions(
  conversation: FileConversation,
  turnIds: ReadonlySet<string>,
): { questions: Question[]; report: EvidenceReport } {
  let compoundEvidenceIds = 0;
  const unresolvedEvidenceIds: { questionId: string; id: string }[] = [];
  const questions = conversation.questions.map((question): Question => {
    const id = `${conversation.id}_${question.index}`;
    const evidence = resolveEvidence(question.evidence, turnIds);
    compoundEvidenceIds += evidence.repairedCount;
    unresolvedEvidenceIds.push(...evidence.unresolved.map((missing) => ({ questionId: id, id: missing })));
    return {
      id,
      index: question.index,
      text: question.question,
      golds: [question.answer],
      category: question.category,
      evidence: evidence.ids,
      date: null,
    };
  });
  const questionsWithoutEvidence = questions.filter((question) => question.evidence.length === 0).length;
  return { questions, report: { compoundEvidenceIds, unresolvedEvidenceIds, questionsWithoutEvidence } };
}

function splitIds(traces: readonly Trace[], positions: SplitPositions): Splits {
  const ids = (split: SplitName): string[] =>
    positions[split].flatMap((position) => traces[position]?.id ?? []);
  return { train: ids('train'), validation: ids('validation'), test: ids('test') };
}

function daysOf(traces: readonly Trace[]): DayRange | null {
  const range = new DateRange();
  for (const { spans } of traces) for (const { date } of spans) range.note(date);
  return range.days;
}

/**
 * Loads a file in LoCoMo's format (reference 1.2). Adversarial questions (category 5) are left out and counted, evidence
 * ids are repaired where they can be and reported where not. NOT_FOUND for a missing file, INVALID_INPUT with file and
 * key path for anything the format does not allow.
 */
export function loadLocomo(
  file: string,
  { name = 'locomo', splits = LOCOMO_SPLITS, ...options }: LocomoOptions,
): HeldDataset {
  const { value, hash } = readDataFile(file);
  if (Array.isArray(value)) refuseOtherFormat(value[0], 'locomo', file);
  const conversations = parseLocomoFile(value, file);
  const loaded = conversations.map((conversation, position) => {
    const sessions = loadSessions(conversation, position, file);
    const turns = sessions.flatMap((session) => session.turns);
    const { questions, report } = loadQuestions(conversation, new Set(turns.map((turn) => turn.id)));
    const trace: Trace = { id: conversation.id, spans: spansOf(sessions, options), turns, questions };
    return { trace, report };
  });
  const traces = loaded.map(({ trace }) => trace);
  const sum = (count: (report: EvidenceReport) => number): number =>
    loaded.reduce((total, { report }) => total + count(report), 0);
  const contentKeys = new Map(traces.map((trace) => [trace.id, [textKey(trace.turns)]]));
  const named = splitIds(traces, splits);
  refuseOverlap(named, contentKeys, file);
  return {
    name,
    fileHash: hash,
    traces,
    source: { kind: 'held', traces },
    contentKeys,
    splits: named,
    categories: LOCOMO_CATEGORIES,
    days: daysOf(traces),
    report: {
      notes: [],
      adversarialQuestions: conversations.reduce(
        (total, { adversarialCount }) => total + adversarialCount,
        0,
      ),
      compoundEvidenceIds: sum((report) => report.compoundEvidenceIds),
      unresolvedEvidenceIds: loaded.flatMap(({ report }) => report.unresolvedEvidenceIds),
      questionsWithoutEvidence: sum((report) => report.questionsWithoutEvidence),
    },
  };
}
