import { expect, test } from 'vitest';
import type { RunOptionDescription } from '../../../core/contract/application.ts';
import { AppError } from '../../../core/shared/errors.ts';
import {
  changesIn,
  errorsByOption,
  groupHeading,
  isOffered,
  optionGroups,
  optionHint,
  roleOfOption,
  sampleConfig,
  toDefaults,
  valueInWords,
  valueOf,
  withValue,
  type Changes,
  type OptionValue,
  type RunOptions,
} from './runOptions.ts';

function option(
  name: string,
  value: OptionValue,
  about: Partial<RunOptionDescription> = {},
): RunOptionDescription {
  return {
    name,
    flag: name,
    kind: 'text',
    choices: [],
    minimum: null,
    isMinimumExclusive: false,
    maximum: null,
    isInteger: false,
    default: value,
    unit: null,
    group: 'data',
    datasets: null,
    description: name,
    values: 'anything',
    ...about,
  };
}

const DATASET = option('dataset', 'sample', { kind: 'choice', choices: ['sample', 'locomo'] });
const DATA = option('data', null, { kind: 'file' });
const STAGES = option('outerEpochs', 10, {
  kind: 'number',
  isInteger: true,
  minimum: 1,
  maximum: 1000,
  values: 'a whole number from 1 to 1000',
  group: 'loop',
});
const SEED = option('seed', 42, {
  kind: 'number',
  minimum: 0,
  isMinimumExclusive: true,
  values: 'a number above 0',
  group: 'loop',
});
const CONTEXTS = option('contexts', null, { kind: 'number', datasets: ['hotpotqa'] });
const ENGINE = option('engine', 'builtin', { kind: 'choice', choices: ['builtin', 'llm'] });
const PRESET = option('preset', 'auto', { kind: 'choice', choices: ['auto', 'full', 'budget'] });
const DESCRIBED: RunOptions = {
  options: [DATASET, DATA, CONTEXTS, STAGES, SEED],
  presets: { sample: { outerEpochs: 3 }, locomo: {} },
  modePresets: { budget: { sample: { outerEpochs: 2 }, locomo: {} } },
};

function change(changes: Changes, ...steps: readonly [RunOptionDescription, OptionValue][]): Changes {
  return steps.reduce(
    (before, [one, value]) => withValue(DESCRIBED, before, { option: one, value }),
    changes,
  );
}

test('what nobody changed follows the data set', () => {
  expect(valueOf(DESCRIBED, {}, STAGES)).toBe(3);
  const locomo = change({}, [DATASET, 'locomo']);
  expect(locomo).toEqual({ dataset: 'locomo' });
  expect(valueOf(DESCRIBED, locomo, STAGES)).toBe(10);
});

test('with a language model as engine options start from the budget preset, unless another is chosen', () => {
  const described = { ...DESCRIBED, options: [...DESCRIBED.options, ENGINE, PRESET] };
  expect(valueOf(described, { engine: 'llm' }, STAGES)).toBe(2);
  expect(valueOf(described, { engine: 'llm', preset: 'full' }, STAGES)).toBe(3);
  expect(valueOf(described, { preset: 'budget' }, STAGES)).toBe(2);
  expect(valueOf(described, { engine: 'llm', dataset: 'locomo' }, STAGES)).toBe(10);
});

test('a change stays when the data set changes, and goes when it is taken back', () => {
  expect(change({}, [STAGES, 5], [DATASET, 'locomo'])).toEqual({ outerEpochs: 5, dataset: 'locomo' });
  expect(change({}, [STAGES, 5], [STAGES, 3])).toEqual({});
  expect(change({}, [DATASET, 'locomo'], [DATASET, 'sample'])).toEqual({});
});

test('an empty field is a value', () => {
  const changes = change({}, [SEED, null]);
  expect(changes).toEqual({ seed: null });
  expect(valueOf(DESCRIBED, changes, SEED)).toBe(null);
});

test('the sample takes no file', () => {
  expect(change({}, [DATASET, 'locomo'], [DATA, 'f1'], [SEED, 1], [DATASET, 'sample'])).toEqual({ seed: 1 });
});

test('what only another data set has goes with it', () => {
  const contexts = change({}, [DATASET, 'hotpotqa'], [DATA, 'f1'], [CONTEXTS, 50]);
  expect(contexts).toEqual({ dataset: 'hotpotqa', data: 'f1', contexts: 50 });
  expect(isOffered(DESCRIBED, contexts, CONTEXTS)).toBe(true);
  const locomo = change(contexts, [DATASET, 'locomo']);
  expect(locomo).toEqual({ dataset: 'locomo', data: 'f1' });
  expect(isOffered(DESCRIBED, locomo, CONTEXTS)).toBe(false);
});

test('what a configuration changes', () => {
  const config = { dataset: 'locomo', data: '/data/a.json', outerEpochs: 10, seed: 7, gone: 1 };
  expect(changesIn(DESCRIBED, config)).toEqual({ dataset: 'locomo', data: '/data/a.json', seed: 7 });
  expect(changesIn(DESCRIBED, { dataset: 'sample', data: null, outerEpochs: 3, seed: 42 })).toEqual({});
  expect(changesIn(DESCRIBED, { seed: ['odd'] })).toEqual({});
});

test('defaults hold no file', () => {
  expect(
    toDefaults(DESCRIBED, { dataset: 'locomo', data: 'f1', contexts: 50, seed: 7, outerEpochs: null }),
  ).toEqual({
    dataset: 'locomo',
    seed: 7,
  });
  expect(sampleConfig({ dataset: 'locomo', data: 'f1', seed: 7 })).toEqual({ dataset: 'sample', seed: 7 });
});

test('an error is shown at the fields it is about', () => {
  const wrong = new AppError('INVALID_INPUT', 'Wrong setting: ...', {
    details: { keys: ['outerEpochs', 'seed', 'unknown'] },
  });
  for (const outerEpochs of [0, 1.5, 1001, null, 'x'])
    expect(errorsByOption(DESCRIBED, { outerEpochs, seed: 0 }, wrong)).toEqual({
      outerEpochs: 'It must be a whole number from 1 to 1000.',
      seed: 'It must be a number above 0.',
    });
});

test('where the value itself is right, the engine says what is wrong', () => {
  const file = new AppError(
    'INVALID_INPUT',
    'Name the file in data (--data FILE); or use --dataset sample.',
    {
      details: { keys: ['data'] },
    },
  );
  expect(errorsByOption(DESCRIBED, { dataset: 'locomo' }, file)).toEqual({
    data: 'Name the file in data; or use dataset sample.',
  });
});

test('an error about something else is at no field', () => {
  expect(errorsByOption(DESCRIBED, {}, new AppError('UNAVAILABLE', 'Gone.'))).toEqual({});
  expect(errorsByOption(DESCRIBED, {}, new Error('Odd'))).toEqual({});
});

test('groups in the order of their options, and what a field says', () => {
  expect(optionGroups(DESCRIBED).map(({ name, options }) => [name, options.length])).toEqual([
    ['data', 3],
    ['loop', 2],
  ]);
  expect(optionHint(STAGES)).toBe('OuterEpochs. A whole number from 1 to 1000.');
  expect(optionHint(DATASET)).toBe('Dataset.');
});

test('values as a person reads them', () => {
  expect(valueInWords({ kind: 'file' }, '/a/b\\c.json')).toBe('c.json');
  expect([null, true, false, 0.5, 'manual'].map((value) => valueInWords({ kind: 'text' }, value))).toEqual([
    'none',
    'yes',
    'no',
    '0.5',
    'manual',
  ]);
});

test('options that name models, and what their group is called', () => {
  const inGroup = (name: string, about: Partial<RunOptionDescription> = {}) =>
    roleOfOption(option(name, null, { group: 'model', ...about }));
  expect(['executorModel', 'embedderModel', 'otherModel', 'executor'].map((name) => inGroup(name))).toEqual([
    'executor',
    'embedder',
    null,
    null,
  ]);
  expect(inGroup('executorModel', { group: 'engine' })).toBe(null);
  expect(inGroup('executorModel', { kind: 'number' })).toBe(null);
  expect(['model', 'hardCases'].map(groupHeading)).toEqual(['Language models', 'Hard cases']);
});

test('a default is right, empty or not', () => {
  const layers = option('gpuLayers', null, { kind: 'number', minimum: 0, values: 'a whole number' });
  const described = { ...DESCRIBED, options: [...DESCRIBED.options, layers] };
  const wrong = new AppError('INVALID_INPUT', 'Too many layers.', { details: { keys: ['gpuLayers'] } });
  expect(errorsByOption(described, {}, wrong)).toEqual({ gpuLayers: 'Too many layers.' });
  expect(errorsByOption(described, { gpuLayers: -1 }, wrong)).toEqual({
    gpuLayers: 'It must be a whole number.',
  });
});
