import { memoise } from './boundedCache.ts';
import { memoryText } from './memoryText.ts';
import { spanFacts } from './spanFacts.ts';

/** A memory is one fact in one line; what is longer than any of them is text as it was said or written. */
const MAX_MEMORY_LENGTH = 600;
const MAX_TEXTS_KEPT = 2_000;

/** What a text says, one fact each, with the times that follow from the date in its header. */
const statementsOf = memoise(MAX_TEXTS_KEPT, (text: string): readonly string[] => {
  const { day, facts } = spanFacts(text, null);
  const form = { day, resolvesDates: true, removesDates: false, hidesNames: false };
  return facts.map((fact) => memoryText(fact, form)).filter((statement) => statement !== null);
});

/**
 * A text as the answerer reads it: a memory is itself; a span that was never made into memories (full context, plain
 * retrieval) is read sentence by sentence, as a reader would who sees its date.
 */
export function readablePieces(text: string): readonly string[] {
  const isMemory = !text.includes('\n') && text.length <= MAX_MEMORY_LENGTH;
  return isMemory ? [text] : statementsOf(text);
}
