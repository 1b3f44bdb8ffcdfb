import { CALL_ROLES } from '../contract/forecast.ts';
import type { MetricRow } from '../contract/run.ts';
import type { PromptNote } from '../engines/llm/promptNotes.ts';

/** What was done differently from what was asked for, in words. Law: pure. */

/** `times` begins the clause: `17 times` or `once`. */
const WORDS: Readonly<Record<PromptNote['kind'], (times: string) => string>> = {
  'span-split': (times) => `${times} a span was cut into pieces`,
  'memories-left-out': (times) => `${times} the least similar memories were left out`,
  'actions-capped': (times) => `${times} a reply had room for fewer actions than allowed`,
  'evidence-left-out': (times) => `${times} evidence was left out`,
  'actions-refused': (times) => `${times} actions of a reply were refused`,
  'reply-failed': (times) => `${times} a call was given up, since no reply could be used`,
};
const SMALL_CONTEXT: ReadonlySet<PromptNote['kind']> = new Set([
  'span-split',
  'memories-left-out',
  'actions-capped',
  'evidence-left-out',
]);

const PREFIX = 'note/';

const isKind = (kind: string): kind is PromptNote['kind'] => Object.hasOwn(WORDS, kind);

/** What the steps of a run counted: for each role a sentence of what did not fit its context, and one of what else was. */
export function promptNoteSentences(rows: readonly Pick<MetricRow, 'values'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { values } of rows)
    for (const [name, value] of Object.entries(values))
      if (name.startsWith(PREFIX) && value > 0)
        counts.set(name.slice(PREFIX.length), (counts.get(name.slice(PREFIX.length)) ?? 0) + value);
  return CALL_ROLES.flatMap((role) => {
    const noted = Object.keys(WORDS).flatMap((kind) => {
      const count = counts.get(`${role}/${kind}`);
      if (count === undefined || !isKind(kind)) return [];
      return [{ kind, words: WORDS[kind](count === 1 ? 'once' : `${count} times`) }];
    });
    const wordsOf = (isContext: boolean): string =>
      noted
        .filter(({ kind }) => SMALL_CONTEXT.has(kind) === isContext)
        .map(({ words }) => words)
        .join(', ');
    const [unfitting, other] = [wordsOf(true), wordsOf(false)];
    return [
      ...(unfitting === '' ? [] : [`${role}: ${unfitting}, to fit the context; a larger one avoids it.`]),
      ...(other === '' ? [] : [`${role}: ${other}.`]),
    ];
  });
}
