import { SESSION_MODES } from '../config/schema.ts';
import { AppError } from '../shared/errors.ts';
import { cutText } from './fixedLength.ts';
import type { Turn } from './trace.ts';

/** Paragraph mode exists for documents (HotpotQA, `paragraph.ts`); a conversation has none. */
export type SpanMode = (typeof SESSION_MODES)[number] | 'paragraph';

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

function joined(turns: readonly Turn[]): SessionSpan {
  return { text: turns.map((turn) => turn.text).join('\n'), turnIds: turns.map((turn) => turn.id) };
}

function cutSession(turns: readonly Turn[], { chunkSize, chunkOverlap }: SpanOptions): SessionSpan[] {
  const session = joined(turns);
  let offset = 0;
  const placed = turns.map((turn) => {
    const start = offset;
    offset = start + turn.text.length + 1;
    return { id: turn.id, start, end: start + turn.text.length };
  });
  return cutText(session.text, { size: chunkSize, overlap: chunkOverlap }).map((cut) => ({
    text: cut.text,
    turnIds: placed.filter((turn) => turn.start < cut.end && turn.end > cut.start).map((turn) => turn.id),
  }));
}

function bodies(turns: readonly Turn[], options: SpanOptions): SessionSpan[] {
  switch (options.sessionMode) {
    case 'turn':
      return turns.map((turn) => joined([turn]));
    case 'turn-pair':
      return Array.from({ length: Math.ceil(turns.length / 2) }, (_, pair) =>
        joined(turns.slice(2 * pair, 2 * pair + 2)),
      );
    case 'full-session':
      return [joined(turns)];
    case 'fixed-length':
      return cutSession(turns, options);
    case 'paragraph':
      throw new AppError(
        'INVALID_INPUT',
        `sessionMode 'paragraph' is for documents and a conversation has none; use ${SESSION_MODES.join(', ')}.`,
      );
  }
}

function header(date: string | null, mode: SpanMode): string {
  if (date === null) return '';
  return mode === 'turn' ? `DATE: ${date}\n` : `DATE: ${date}\nCONVERSATION:\n`;
}

/**
 * The spans of one session (reference 1.1, 1.2): never across sessions, short ones not merged, the date header on every
 * span and added after cutting, so that a span may exceed `chunkSize` by it.
 */
export function splitSession(
  turns: readonly Turn[],
  date: string | null,
  options: SpanOptions,
): SessionSpan[] {
  const prefix = header(date, options.sessionMode);
  return bodies(turns, options).map(({ text, turnIds }) => ({ text: prefix + text, turnIds }));
}
