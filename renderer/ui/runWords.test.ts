import { expect, test } from 'vitest';
import type { Run } from '../../core/contract/run.ts';
import { engineModelId, engineWords, hasModel } from './runWords.ts';

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
