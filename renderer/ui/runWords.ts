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

/** The value of an option that a run was started with, as text; empty when it has none. */
export function optionText(run: Run, name: string): string {
  const value = run.config[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

/** Whether a run asks a language model for anything. */
export function hasModel(run: Run): boolean {
  return optionText(run, 'engine') === 'llm' || optionText(run, 'designer') === 'llm';
}

/** The model that does most of a run's work; null for one without. */
export function engineModelId(run: Run): string | null {
  if (!hasModel(run)) return null;
  const id =
    optionText(run, 'engine') === 'llm'
      ? optionText(run, 'executorModel')
      : optionText(run, 'designerModel') || optionText(run, 'executorModel');
  return id === '' ? null : id;
}

/** Who executes, answers and judges in a run, and who designs where that is somebody else. */
export function engineWords(run: Run, modelName: string | null): string {
  const name = modelName ?? 'a language model';
  if (optionText(run, 'engine') === 'llm') return modelName ?? 'Language model';
  return optionText(run, 'designer') === 'llm' ? `Built-in, designer: ${name}` : 'Built-in (no model)';
}
