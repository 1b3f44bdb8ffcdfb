import type { Run } from '../../core/contract/run.ts';
import type { DueProposals } from '../state/studio.svelte.ts';
import { counted } from './format.ts';

/** What a run waits for; null while it is nothing. */
export function dueWords({ undecided, approved }: DueProposals): string | null {
  if (undecided.length > 0) return `Review ${counted(undecided.length, 'proposal')}`;
  return approved.length === 0 ? null : `Apply ${counted(approved.length, 'approved change')}`;
}

/** What the states of a run are called everywhere. */
export const STATUS_WORDS: Readonly<Record<Run['status'], string>> = {
  running: 'training',
  paused: 'paused',
  waiting: 'waiting for review',
  finished: 'finished',
  cancelled: 'cancelled',
  failed: 'failed',
};

export const STATUS_TONES: Readonly<Record<Run['status'], 'neutral' | 'accent' | 'caution' | 'worse'>> = {
  running: 'accent',
  paused: 'neutral',
  waiting: 'caution',
  finished: 'neutral',
  cancelled: 'neutral',
  failed: 'worse',
};

export const REVIEW_WORDS: Readonly<Record<string, string>> = {
  manual: 'Nothing enters the bank without your decision.',
  guarded: 'What passes its replay enters the bank, the rest waits for you.',
  auto: 'Every proposal enters the bank by itself.',
};

export const ENGINE_WORDS: Readonly<Record<string, string>> = {
  builtin: 'Built-in (no model)',
  llm: 'Language model',
};

/** The value of an option that a run was started with, as text; empty when it has none. */
export function optionText(run: Run, name: string): string {
  const value = run.config[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
