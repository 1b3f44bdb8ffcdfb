import { expect, test } from 'vitest';
import { parseRunConfig, presetChanges } from './options.ts';
import { modePresets, presetOf, presets } from './presets.ts';

const LOCOMO = { dataset: 'locomo', data: 'file.json' } as const;

test('with a language model as engine a run starts from the budget preset, visible in its options', () => {
  const config = parseRunConfig({ ...LOCOMO, engine: 'llm' });
  expect(presetOf(config)).toBe('budget');
  expect(config).toMatchObject({ ...presets.locomo, ...modePresets.budget.locomo });
  expect(parseRunConfig(LOCOMO)).toMatchObject({ questionSampling: 1, replaySpans: 'all', innerEpochs: 100 });
});

test('the preset changes the options it lists and no other', () => {
  const full = parseRunConfig({ ...LOCOMO, engine: 'llm', preset: 'full' });
  const budget = parseRunConfig({ ...LOCOMO, engine: 'llm', preset: 'budget' });
  const changed = Object.entries(budget).filter(([name, value]) => full[name as keyof typeof full] !== value);
  expect(Object.fromEntries(changed)).toEqual({ preset: 'budget', ...modePresets.budget.locomo });
});

test('what the preset changed is told with the old value and the new one; what was given is not its doing', () => {
  const config = parseRunConfig({ ...LOCOMO, engine: 'llm', questionSampling: 0.75 });
  const changes = presetChanges(config);
  expect(changes).toContainEqual({ name: 'innerEpochs', flag: 'inner-epochs', from: 100, to: 12 });
  expect(changes.map(({ name }) => name)).not.toContain('questionSampling');
  expect(presetChanges(parseRunConfig(LOCOMO))).toEqual([]);
});

test('what is given stands, whatever the preset', () => {
  const config = parseRunConfig({ ...LOCOMO, engine: 'llm', questionSampling: 0.75, innerEpochs: 7 });
  expect(config).toMatchObject({ questionSampling: 0.75, innerEpochs: 7, batchSize: 3 });
});

test("the reference's settings for LoCoMo are a preset, also with the built-in engine", () => {
  expect(parseRunConfig({ ...LOCOMO, preset: 'reference' })).toMatchObject({
    ...{ outerEpochs: 10, innerEpochs: 100, batchSize: 4, k: 3, memTopK: 20, maxChanges: 3, ppoEpochs: 2 },
    ...{ learningRate: 1e-4, questionSampling: 1, reflectionRounds: 2, sessionMode: 'full-session' },
    ...{ newSkillBiasSteps: 25, stageComparison: 'reference', review: 'manual', cachesReplies: false },
  });
});

test('a configuration that is saved and read again is the same', () => {
  const config = parseRunConfig({ ...LOCOMO, engine: 'llm', questionSampling: 1 });
  expect(parseRunConfig(JSON.parse(JSON.stringify(config)) as Record<string, unknown>)).toEqual(config);
});
