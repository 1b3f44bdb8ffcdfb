import { memoise } from './boundedCache.ts';

/**
 * A span of text as turns and sentences. Reads the renderings of all data sets (reference 1.2 to 1.5): `Speaker said, "text"
 * and shared caption.`, `role: content`, and plain prose; every word of the body ends up in exactly one sentence.
 */

export interface SpanTurn {
  /** Null in prose. */
  readonly speaker: string | null;
  readonly sentences: readonly string[];
  /** What a shared picture shows; null when none was shared. */
  readonly caption: string | null;
}

export interface SpanText {
  /** The date of the header as written; null when there is none. */
  readonly date: string | null;
  readonly turns: readonly SpanTurn[];
}

const DATE_HEADER = /^(?:DATE|Session Date):\s*(.+)$/u;
const LABEL = /^(?:CONVERSATION|DIALOGUE|=== TRAJECTORY ===):?\s*$/u;
const SAID = /^(\S[^"\n]{0,60}?) said, "/u;
const SHARED = /" and shared (.+?)\.?$/su;
/** A role, or a capitalised name of at most three words. All capitals is a label (`ACTION:`), not a speaker. */
const ROLE =
  /^(user|assistant|system|human|ai|(?!\p{Lu}{2,}:)\p{Lu}[\p{L}\p{M}'’.-]*(?: \p{Lu}[\p{L}\p{M}'’.-]*){0,2}):\s+/u;
const PLAIN_ROLE = /^(?:user|assistant|system|human|ai):/u;
const SHORTENED = /(?:^|[\s("“])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|No|approx|\p{Lu})\.\s*$/u;
/** Bounds what joining at quotation marks may build. */
const MAX_QUOTED_LENGTH = 400;

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function hasOpenQuote(text: string): boolean {
  const straight = text.split('"').length - 1;
  return straight % 2 === 1 || text.lastIndexOf('“') > text.lastIndexOf('”');
}

/** Sentences of a text. Pieces cut after an abbreviation or inside a quotation are joined again. */
export const sentencesOf = memoise(20_000, (text: string): readonly string[] => {
  const sentences: string[] = [];
  // A quotation mark that never closes (an inch sign) says nothing about where sentences end.
  const hasQuotations = !hasOpenQuote(text);
  let open = '';
  for (const line of text.split(/\n+/u)) {
    for (const { segment } of segmenter.segment(line)) {
      open += segment;
      const isInQuotation = hasQuotations && open.length < MAX_QUOTED_LENGTH && hasOpenQuote(open);
      const isCut = SHORTENED.test(open) || isInQuotation;
      if (isCut) continue;
      if (open.trim() !== '') sentences.push(open.trim());
      open = '';
    }
    if (open !== '') open += ' ';
  }
  if (open.trim() !== '') sentences.push(open.trim());
  return sentences;
});

interface RawTurn {
  speaker: string | null;
  lines: string[];
  isQuoted: boolean;
}

function closeTurn(turn: RawTurn): SpanTurn {
  const text = turn.lines.join('\n').trim();
  if (!turn.isQuoted) return { speaker: turn.speaker, sentences: sentencesOf(text), caption: null };
  const shared = SHARED.exec(text);
  if (shared !== null) {
    return {
      speaker: turn.speaker,
      sentences: sentencesOf(text.slice(0, shared.index)),
      caption: shared[1] ?? null,
    };
  }
  return {
    speaker: turn.speaker,
    sentences: sentencesOf(text.endsWith('"') ? text.slice(0, -1) : text),
    caption: null,
  };
}

/** Who speaks alone is known by speaking of themselves. */
const OF_ONESELF = /\b(?:I|[Mm]y|me|[Ww]e|[Oo]ur)\b/u;

/** Names before a colon are speakers only when that is likely: a role word, two such lines, or a first one of themselves. */
function isRoleDialogue(lines: readonly string[]): boolean {
  if (lines.some((line) => PLAIN_ROLE.test(line))) return true;
  const named = lines.filter((line) => ROLE.test(line));
  if (named.length !== 1) return named.length > 1;
  const [first = ''] = lines.filter(
    (line) => line.trim() !== '' && !DATE_HEADER.test(line) && !LABEL.test(line),
  );
  return first === named[0] && OF_ONESELF.test(first);
}

function readSpan(span: string): SpanText {
  const lines = span.split('\n');
  let date: string | null = null;
  const turns: RawTurn[] = [];
  let current: RawTurn = { speaker: null, lines: [], isQuoted: false };
  const hasRoles = isRoleDialogue(lines);
  const start = (turn: RawTurn): void => {
    turns.push(current);
    current = turn;
  };
  for (const line of lines) {
    const header: RegExpExecArray | null = date === null ? DATE_HEADER.exec(line) : null;
    if (header !== null) {
      date = (header[1] ?? '').trim();
      continue;
    }
    if (LABEL.test(line)) continue;
    const said = SAID.exec(line);
    if (said !== null) {
      start({ speaker: said[1] ?? null, lines: [line.slice(said[0].length)], isQuoted: true });
      continue;
    }
    const role = hasRoles ? ROLE.exec(line) : null;
    if (role !== null && !current.isQuoted) {
      start({ speaker: role[1] ?? null, lines: [line.slice(role[0].length)], isQuoted: false });
    } else if (line.trim() === '' && current.speaker === null) {
      start({ speaker: null, lines: [], isQuoted: false });
    } else {
      current.lines.push(line);
    }
  }
  turns.push(current);
  return {
    date,
    turns: turns.map(closeTurn).filter((turn) => turn.sentences.length > 0 || turn.caption !== null),
  };
}

/** Turns and sentences of a span; never throws, whatever the text. */
export const splitSpan = memoise(2_000, readSpan);
