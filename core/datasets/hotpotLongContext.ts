import { z } from 'zod';
import { sha256Hex } from '../shared/contentHash.ts';
import { parseAt } from './dataFile.ts';
import { type EntryPlace, placeIn } from './entries.ts';
import { type Context, readContext } from './hotpotText.ts';
import type { EntryTrace } from './longMemEval.ts';
import type { Question, Trace } from './trace.ts';

/** HotpotQA with 50, 100 or 200 documents in one string (reference 1.4). It does not say where the evidence is. */

const entrySchema = z.object({
  context: z.string().regex(/\S/u, 'must not be empty'),
  input: z.string(),
  answers: z.union([z.array(z.string()), z.string().transform((answer) => [answer])]),
  index: z.union([z.number(), z.string()]).nullish(),
});

const MARKER = /^Document \d+:/u;

/** The documents as pieces of the context; one piece where it has no markers. */
function contextOf(text: string): Context {
  const starts = Array.from(text.matchAll(/\bDocument \d+:/gu), ({ index }) => index);
  const bounds = starts.length === 0 ? [0] : starts;
  return {
    text,
    pieces: bounds.map((start, at) => {
      const end = bounds[at + 1] ?? text.length;
      const part = text.slice(start, end).trim();
      return {
        id: `d${at + 1}`,
        start,
        end,
        text: part,
        speaker: MARKER.exec(part)?.[0].slice(0, -1) ?? 'Document',
      };
    }),
  };
}

export interface LongContextEntry {
  readonly id: string;
  /** None where it has no text or no answer (reference 1.4). */
  readonly questions: readonly Question[];
  readonly context: string;
  readonly question: string;
}

/** @throws AppError INVALID_INPUT naming file and key path. */
export function parseLongContext(value: unknown, file: string, place: EntryPlace): LongContextEntry {
  const { context, input, answers, index } = parseAt(entrySchema, value, placeIn(file, place));
  // The reference's own fallback changes from process to process (15.1 #25).
  const id = `hotpotqa_${index ?? sha256Hex(input).slice(0, 12)}`;
  const golds = answers.map((answer) => answer.trim()).filter((answer) => answer !== '');
  const isAsked = input.trim() !== '' && golds.length > 0;
  const question: Question = {
    id: `${id}_0`,
    index: 0,
    text: input.trim(),
    golds,
    category: 3,
    evidence: [],
    date: null,
  };
  return { id, questions: isAsked ? [question] : [], context, question: input };
}

export function longContextTrace(value: unknown, { file, place, spans }: EntryTrace): Trace {
  const { id, questions, context } = parseLongContext(value, file, place);
  return { id, questions, ...readContext(contextOf(context), spans) };
}
