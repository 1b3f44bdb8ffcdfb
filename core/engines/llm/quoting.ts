/**
 * Text of others inside a prompt. Law: quoted text holds no tag of ours and no control token of a chat template, so it
 * cannot end its section, begin another one or take another speaker's turn; `unquote(quote(text)) === text`.
 */

/** What could open or close a section (`<text>`, `</text>`) or a turn (`<|im_end|>`, `<start_of_turn>`, `</s>`). */
const TAG_START = /<(?=[\p{L}/|!?_[\\])/gu;
/** `[INST]`, `[/INST]`, `[TOOL_CALLS]` and their like. */
const BRACKET_TOKEN = /\[(?=\/?[A-Z_]{3,}\])/gu;
/** What would be read as one of our own escapes. */
const ESCAPE_START = /&(?=(?:amp|lt|gt|#91);)/gu;
/** The end of `<|...|>`. */
const PIPE_END = /(?<=\|)>/gu;
const ESCAPES = /&(amp|lt|gt|#91);/gu;
const ESCAPED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', '#91': '[' };

/** The text as it stands in a prompt. Ordinary text ("<3", "a < b", "R&D") stays as it is. */
export function quote(text: string): string {
  return text
    .replace(ESCAPE_START, '&amp;')
    .replace(TAG_START, '&lt;')
    .replace(BRACKET_TOKEN, '&#91;')
    .replace(PIPE_END, '&gt;');
}

/** The text that was quoted; also of a model's words that repeat quoted text. */
export function unquote(text: string): string {
  return text.replace(ESCAPES, (match, name: string) => ESCAPED[name] ?? match);
}

// White space and control characters, those that end a line in some editors included.
const BLANKS = /[\s\p{Cc}\u2028\u2029]+/gu;

/** On one line, so that one entry of a list cannot pose as two. */
export function quoteLine(text: string): string {
  return quote(oneLine(text));
}

/** Runs of white space and control characters become single spaces; none at the ends. */
export function oneLine(text: string): string {
  return text.replace(BLANKS, ' ').trim();
}

/** At most `length` characters of one line, with an ellipsis where something was cut off. */
export function clipLine(text: string, length: number): string {
  const line = oneLine(text);
  const characters = Array.from(line);
  return quote(characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`);
}
