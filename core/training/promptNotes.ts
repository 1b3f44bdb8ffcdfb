import type { MetricRow } from '../contract/run.ts';
import type { PromptNote } from '../engines/llm/promptNotes.ts';

/** What was done differently from what was asked for, in words. Law: pure. */

const LARGER = 'a larger context avoids it';

const WORDS: Readonly<Record<PromptNote['kind'], (times: string) => string>> = {
  'memories-left-out': (times) =>
    `the least similar memories were left out of the prompt ${times}, which did not fit; ${LARGER}.`,
  'span-split': (times) =>
    `a span was cut into pieces ${times}, since it did not fit the context; ${LARGER}.`,
  'actions-capped': (times) => `the reply had room for fewer actions than are allowed ${times}; ${LARGER}.`,
  'actions-refused': (times) => `actions of a reply were refused ${times}.`,
  'evidence-left-out': (times) =>
    `evidence was left out of the prompt ${times}, which did not fit; ${LARGER}.`,
  'reply-failed': (times) => `a call was given up ${times}, since no reply could be used.`,
};

const PREFIX = 'note/';

const isKind = (kind: string | undefined): kind is PromptNote['kind'] => kind !== undefined && kind in WORDS;

/** One sentence for each kind of note that the steps of a run counted: `executor: a span was cut ...`. */
export function promptNoteSentences(rows: readonly Pick<MetricRow, 'values'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { values } of rows)
    for (const [name, value] of Object.entries(values))
      if (name.startsWith(PREFIX) && value > 0)
        counts.set(name.slice(PREFIX.length), (counts.get(name.slice(PREFIX.length)) ?? 0) + value);
  return [...counts].flatMap(([name, count]) => {
    const [role, kind] = name.split('/');
    if (!isKind(kind)) return [];
    return [`${role ?? ''}: ${WORDS[kind](count === 1 ? 'once' : `${count} times`)}`];
  });
}
