import { expect, test } from 'vitest';
import type { Run } from '../../core/contract/run.ts';
import type { DueProposals } from '../state/studio.svelte.ts';
import { dueWords, engineModelId, engineWords, hasModel } from './runWords.ts';

/** Only what a run was started with is looked at. */
const runWith = (config: Run['config']): Run => ({ config }) as Run;

test('who works in a run', () => {
  const builtin = runWith({ engine: 'builtin', designer: 'builtin', executorModel: 'left over' });
  expect([hasModel(builtin), engineModelId(builtin), engineWords(builtin, null)]).toEqual([
    false,
    null,
    'Built-in (no model)',
  ]);
  const engine = runWith({ engine: 'llm', designer: 'llm', executorModel: 'a', designerModel: 'b' });
  expect([hasModel(engine), engineModelId(engine), engineWords(engine, 'A')]).toEqual([true, 'a', 'A']);
  const designer = runWith({ engine: 'builtin', designer: 'llm', executorModel: 'a', designerModel: null });
  expect([hasModel(designer), engineModelId(designer), engineWords(designer, 'A')]).toEqual([
    true,
    'a',
    'Built-in, designer: A',
  ]);
});

test('a run that names no model still says that it has one', () => {
  expect(engineWords(runWith({ engine: 'llm', designer: 'none' }), null)).toBe('Language model');
  expect(engineWords(runWith({ engine: 'builtin', designer: 'llm' }), null)).toBe(
    'Built-in, designer: a language model',
  );
});

/** How many there are is all that is asked of them. */
const rows = (count: number) => Array.from({ length: count }) as DueProposals['approved'];

test('what a run waits for: verdicts first, then that what is approved is applied', () => {
  expect(dueWords({ undecided: rows(2), approved: rows(1) })).toBe('Review 2 proposals');
  expect(dueWords({ undecided: [], approved: rows(1) })).toBe('Apply 1 approved change');
  expect(dueWords({ undecided: [], approved: [] })).toBe(null);
});
