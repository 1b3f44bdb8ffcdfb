const THINKING_START = '<think>';
const THINKING_END = '</think>';

/** What a model has written so far, and what of it is the reply. */
export interface VisibleText {
  readonly text: string;
  /** A stop text was met: the reply is complete. */
  readonly isStopped: boolean;
}

export interface VisibleTextOptions {
  /** The prompt's last words opened a thinking section. */
  readonly startsThinking: boolean;
  readonly stop: readonly string[];
  /** Nothing more comes: nothing has to be held back that might turn out to be a tag or a stop text. */
  readonly isDone: boolean;
}

/**
 * The reply without its thinking section and without the stop text and what follows it. Reasoning models think before
 * they answer, so the tag counts only at the start; later it is text like any other. While more may come, the end that
 * could become a stop text is held back.
 */
export function visibleText(
  written: string,
  { startsThinking, stop, isDone }: VisibleTextOptions,
): VisibleText {
  const answer = afterThinking(written, startsThinking, isDone);
  if (answer === null) return { text: '', isStopped: false };
  const ends = stop.map((text) => answer.indexOf(text)).filter((index) => index !== -1);
  if (ends.length > 0) return { text: answer.slice(0, Math.min(...ends)), isStopped: true };
  const heldBack = isDone ? 0 : Math.max(0, ...stop.map((text) => overlap(answer, text)));
  return { text: answer.slice(0, answer.length - heldBack), isStopped: false };
}

/** Null while the answer has not begun. */
function afterThinking(written: string, startsThinking: boolean, isDone: boolean): string | null {
  const start = written.trimStart();
  if (!startsThinking && !start.startsWith(THINKING_START)) {
    const mayBecomeTag = start.length < THINKING_START.length && THINKING_START.startsWith(start);
    return mayBecomeTag && !isDone ? null : written;
  }
  const end = written.indexOf(THINKING_END);
  if (end === -1) return null;
  return written.slice(end + THINKING_END.length).trimStart();
}

/** Length of the longest end of `text` that is a start of `word`, short of all of it. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(word.slice(0, length))) return length;
  return 0;
}
