import { AppError } from '../shared/errors.ts';
import { splitParagraphs } from './paragraph.ts';
import { cutPlaced, type PlacedText, type SpanOptions } from './sessionSpans.ts';
import type { Question, Span, Turn } from './trace.ts';

/** Contexts of documents, and the spans that are cut from them (reference 1.4). */

export const HOTPOT_CATEGORIES = { 1: 'bridge', 2: 'comparison', 3: 'other' } as const;

/** Of an id that stands in the training file too, for another question: files number their questions each from 0. */
export const TEST_SUFFIX = '@test';

/** The questions of a trace that goes by another id. */
export function underId(questions: readonly Question[], id: string): Question[] {
  return questions.map((question) => ({ ...question, id: `${id}_${question.index}` }));
}

/** A context and the pieces of it that can be evidence. */
export interface Context {
  readonly text: string;
  readonly pieces: readonly (PlacedText & Pick<Turn, 'speaker' | 'text'>)[];
}

function bodies(
  { text, pieces }: Context,
  spans: SpanOptions,
): { text: string; turnIds: readonly string[] }[] {
  switch (spans.sessionMode) {
    case 'fixed-length':
      return cutPlaced(text, pieces, spans);
    case 'full-session':
      return [{ text, turnIds: pieces.map(({ id }) => id) }];
    case 'paragraph': {
      let from = 0;
      return splitParagraphs(text).map((part) => {
        const start = text.indexOf(part, from);
        const end = start + part.length;
        from = end;
        const inside = pieces.filter((piece) => piece.start < end && piece.end > start);
        return { text: part, turnIds: inside.map(({ id }) => id) };
      });
    }
    default:
      throw new AppError(
        'INVALID_INPUT',
        `sessionMode (--session-mode) is ${spans.sessionMode}, but HotpotQA has documents and no turns; use fixed-length, paragraph or full-session.`,
        { details: { keys: ['sessionMode'] } },
      );
  }
}

/** Spans and turns of a context; it has no dates and is one session. */
export function readContext(
  context: Context,
  spans: SpanOptions,
): { readonly spans: Span[]; readonly turns: Turn[] } {
  return {
    spans: bodies(context, spans).map((body, index) => ({ index, ...body, date: null, session: 1 })),
    turns: context.pieces.map(({ id, speaker, text }) => ({ id, speaker, text, session: 1, date: null })),
  };
}
