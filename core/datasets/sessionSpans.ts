import { CONVERSATION_MODES, type SESSION_MODES } from '../config/schema.ts';
import { AppError } from '../shared/errors.ts';
import { cutText } from './fixedLength.ts';
import type { Span, Turn } from './trace.ts';

/** Paragraph mode exists for documents (HotpotQA, `paragraph.ts`); a conversation has none. */
export type SpanMode = (typeof SESSION_MODES)[number];

export interface SpanOptions {
  readonly sessionMode: SpanMode;
  /** Tokens, header not counted; read in fixed-length mode only. */
  readonly chunkSize: number;
  /** Tokens; read in fixed-length mode only. */
  readonly chunkOverlap: number;
}

export interface SessionSpan {
  /** Header and body. */
  readonly text: string;
  readonly turnIds: readonly string[];
}

/** How a data set writes a session down: what stands between turns, and the header that a span gets. */
export interface SessionStyle {
  readonly separator: string;
  header(date: string, mode: SpanMode): string;
}

/** LoCoMo's (reference 1.2), and of a person's own conversations. */
export const CONVERSATION_STYLE: SessionStyle = {
  separator: '\n',
  header: (date, mode) => (mode === 'turn' ? `DATE: ${date}\n` : `DATE: ${date}\nCONVERSATION:\n`),
};

/** Of what was not said: events, and texts that come as spans. */
export const PLAIN_STYLE: SessionStyle = { separator: '\n', header: (date) => `DATE: ${date}\n` };

function joined(turns: readonly Turn[], separator: string): SessionSpan {
  return { text: turns.map((turn) => turn.text).join(separator), turnIds: turns.map((turn) => turn.id) };
}

/** A piece of text that spans are cut from, by the offsets at which it stands in the whole. */
export interface PlacedText {
  readonly id: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Cuts a text, and says which of its pieces are wholly or partly in each cut. */
export function cutPlaced(
  text: string,
  placed: readonly PlacedText[],
  { chunkSize, chunkOverlap }: Pick<SpanOptions, 'chunkSize' | 'chunkOverlap'>,
): SessionSpan[] {
  return cutText(text, { size: chunkSize, overlap: chunkOverlap }).map((cut) => ({
    text: cut.text,
    turnIds: placed.filter((piece) => piece.start < cut.end && piece.end > cut.start).map(({ id }) => id),
  }));
}

function cutSession(turns: readonly Turn[], separator: string, options: SpanOptions): SessionSpan[] {
  let offset = 0;
  const placed = turns.map((turn) => {
    const start = offset;
    offset = start + turn.text.length + separator.length;
    return { id: turn.id, start, end: start + turn.text.length };
  });
  return cutPlaced(joined(turns, separator).text, placed, options);
}

function bodies(turns: readonly Turn[], separator: string, options: SpanOptions): SessionSpan[] {
  switch (options.sessionMode) {
    case 'turn':
      return turns.map((turn) => joined([turn], separator));
    case 'turn-pair':
      return Array.from({ length: Math.ceil(turns.length / 2) }, (_, pair) =>
        joined(turns.slice(2 * pair, 2 * pair + 2), separator),
      );
    case 'full-session':
      return [joined(turns, separator)];
    case 'fixed-length':
      return cutSession(turns, separator, options);
    case 'paragraph':
      throw new AppError(
        'INVALID_INPUT',
        `sessionMode 'paragraph' is for documents and a conversation has none; use ${CONVERSATION_MODES.join(', ')}.`,
      );
  }
}

/**
 * The spans of one session (reference 1.1 to 1.3): never across sessions, short ones not merged, the date header on every
 * span and added after cutting, so that a span may exceed `chunkSize` by it.
 */
export function splitSession(
  turns: readonly Turn[],
  date: string | null,
  options: SpanOptions,
  style: SessionStyle = CONVERSATION_STYLE,
): SessionSpan[] {
  const prefix = date === null ? '' : style.header(date, options.sessionMode);
  return bodies(turns, style.separator, options).map(({ text, turnIds }) => ({
    text: prefix + text,
    turnIds,
  }));
}

export interface Session {
  readonly number: number;
  readonly date: string | null;
  readonly turns: readonly Turn[];
}

/** The spans of a trace, session after session, numbered through. */
export function spansOf(sessions: readonly Session[], options: SpanOptions, style?: SessionStyle): Span[] {
  return sessions
    .flatMap(({ number, date, turns }) =>
      splitSession(turns, date, options, style).map((span) => ({ ...span, date, session: number })),
    )
    .map((span, index) => ({ index, ...span }));
}
