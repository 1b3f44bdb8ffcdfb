import { createHash } from 'node:crypto';
import type { Turn } from './trace.ts';

/** What two traces have in common when they tell the same, whatever ids, dates or white space they came with. */

function normalised(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** By what was said, in order. 32 hex digits. */
export function textKey(turns: readonly Pick<Turn, 'text'>[]): string {
  // Node's own: a large data set has 265 MB of it.
  const hash = createHash('sha256');
  for (const { text } of turns) hash.update(`${normalised(text)}\0`);
  return `text:${hash.digest('hex').slice(0, 32)}`;
}

/** By what is asked, for data sets in which a question comes with documents of its own. 32 hex digits. */
export function questionKey(question: string): string {
  return `question:${createHash('sha256').update(normalised(question)).digest('hex').slice(0, 32)}`;
}
