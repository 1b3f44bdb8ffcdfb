import { AppError } from '../shared/errors.ts';
import { readEntries } from './entries.ts';

/** Tells by the keys of its first entry what a data file is. */

export type DataFormat =
  'locomo' | 'longmemeval' | 'hotpotqa' | 'hotpotqa-distractor' | 'own' | 'chat' | 'alfworld';

interface FormatFacts {
  /** As a person knows it. */
  readonly label: string;
  /** What to do with such a file. */
  readonly remedy: string;
}

const FORMATS: Readonly<Record<DataFormat, FormatFacts>> = {
  locomo: { label: 'LoCoMo', remedy: 'set dataset (--dataset) to locomo' },
  longmemeval: { label: 'LongMemEval', remedy: 'set dataset (--dataset) to longmemeval' },
  hotpotqa: { label: 'HotpotQA with long contexts', remedy: 'set dataset (--dataset) to hotpotqa' },
  'hotpotqa-distractor': { label: 'HotpotQA', remedy: 'set dataset (--dataset) to hotpotqa' },
  own: { label: "this application's own traces", remedy: 'set dataset (--dataset) to own' },
  chat: {
    label: 'an export of chats',
    remedy: 'turn it into traces first, with "memskill data import FILE --to OUT.jsonl"',
  },
  alfworld: { label: 'ALFWorld', remedy: 'set dataset (--dataset) to alfworld' },
};

export function formatLabel(format: DataFormat): string {
  return FORMATS[format].label;
}

/** What to do with a file of a format, as half a sentence. */
export function remedyOf(format: DataFormat): string {
  return FORMATS[format].remedy;
}

/** The `--dataset` that reads a format; null where none does. */
export function datasetOfFormat(format: DataFormat): 'locomo' | 'longmemeval' | 'hotpotqa' | 'own' | null {
  if (format === 'hotpotqa-distractor') return 'hotpotqa';
  return format === 'chat' || format === 'alfworld' ? null : format;
}

/** What an entry looks like; null when like nothing that is known. */
export function formatOf(entry: unknown): DataFormat | null {
  // A conversation without anything around it, and a list of messages.
  if (Array.isArray(entry)) return formatOf(entry[0]) === 'chat' ? 'chat' : null;
  if (typeof entry !== 'object' || entry === null) return null;
  const has = (...keys: string[]): boolean => keys.every((key) => key in entry);
  if (has('conversation', 'qa')) return 'locomo';
  if (has('haystack_sessions')) return 'longmemeval';
  if (has('question', 'context') && 'context' in entry && Array.isArray(entry.context))
    return 'hotpotqa-distractor';
  if (has('input', 'context')) return 'hotpotqa';
  if (has('messages') || has('chat_messages') || has('mapping') || has('role', 'content')) return 'chat';
  if (has('turns') || has('spans') || has('events')) return 'own';
  if (has('pddl_domain') || Object.keys(entry).some((key) => /^(?:pick|look)_\w+$/u.test(key)))
    return 'alfworld';
  return null;
}

/** What a file looks like by its first entry; null when like nothing that is known. @throws as `readEntries`. */
export async function recogniseFile(file: string, signal?: AbortSignal): Promise<DataFormat | null> {
  for await (const { value } of readEntries(file, { signal, isOnce: true })) return formatOf(value);
  return null;
}

/** @throws AppError INVALID_INPUT when an entry plainly is of another format, which it names with the remedy. */
export function refuseOtherFormat(entry: unknown, wanted: DataFormat, file: string): void {
  const format = formatOf(entry);
  if (format === null || format === wanted || datasetOfFormat(format) === datasetOfFormat(wanted)) return;
  throw new AppError(
    'INVALID_INPUT',
    `The data file ${file} is not in the format of ${formatLabel(wanted)}: it looks like ${formatLabel(format)}; ${FORMATS[format].remedy}.`,
    { details: { file, format, keys: ['dataset'] } },
  );
}
