import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { describeValues, optionOfFlag, parseRunConfig, RUN_OPTIONS } from './options.ts';
import { OPTIONS_WITHOUT_EFFECT, presets } from './presets.ts';
import { DATASETS, runConfigSchema } from './schema.ts';

const NAMES = RUN_OPTIONS.map((option) => option.name);

function refusal(values: Readonly<Record<string, unknown>>): AppError {
  try {
    parseRunConfig(values);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return expect.unreachable('the values were taken');
}

describe('the list of options', () => {
  test('has every key of the schema, in its order, each with its own flag', () => {
    expect(NAMES).toEqual(Object.keys(runConfigSchema.shape));
    expect(new Set(RUN_OPTIONS.map((option) => option.flag)).size).toBe(NAMES.length);
    for (const option of RUN_OPTIONS) {
      expect(option.flag).toMatch(/^[a-z]+(?:-[a-z]+)*$/u);
      expect(optionOfFlag(option.flag)).toBe(option);
    }
  });

  test.each([
    ['k', 'k'],
    ['outerEpochs', 'outer-epochs'],
    ['memTopKEval', 'mem-top-k-eval'],
    ['newSkillPMin', 'new-skill-p-min'],
    ['isRefineOnly', 'refine-only'],
    ['prefersNewSkills', 'prefers-new-skills'],
  ])('%s has the flag --%s', (name, flag) => {
    expect(optionOfFlag(flag)?.name).toBe(name);
  });

  test('a boolean option and its --no- form do not collide with another flag', () => {
    const flags = RUN_OPTIONS.map((option) => option.flag);
    const negated = RUN_OPTIONS.filter((option) => option.kind === 'boolean').map(({ flag }) => `no-${flag}`);
    expect(flags.filter((flag) => negated.includes(flag))).toEqual([]);
  });

  test('kinds, ranges and units come from the schema', () => {
    expect(optionOfFlag('k')).toMatchObject({ kind: 'number', minimum: 1, maximum: 64, isInteger: true });
    expect(optionOfFlag('gamma')).toMatchObject({ kind: 'number', minimum: 0, maximum: 1, isInteger: false });
    expect(optionOfFlag('learning-rate')).toMatchObject({ minimum: 0, isMinimumExclusive: true });
    expect(optionOfFlag('review')).toMatchObject({ kind: 'choice', choices: ['manual', 'guarded', 'auto'] });
    expect(optionOfFlag('skip-noop')).toMatchObject({ kind: 'boolean', default: false });
    expect(optionOfFlag('data')).toMatchObject({ kind: 'file', default: null, placeholder: 'FILE' });
    expect(optionOfFlag('chunk-size')).toMatchObject({ unit: 'tokens' });
    expect(optionOfFlag('model-context')).toMatchObject({
      kind: 'number',
      minimum: 256,
      isInteger: true,
      default: null,
    });
    expect(optionOfFlag('gpu-layers')).toMatchObject({ kind: 'number', minimum: 0, default: null });
    expect(optionOfFlag('executor-model')).toMatchObject({ kind: 'text', default: null });
  });

  test.each(RUN_OPTIONS.map((option) => [option.name, option] as const))(
    '%s has a description and a range that holds its default',
    (_name, option) => {
      expect(option.description.length).toBeGreaterThan(5);
      expect(option.description.length).toBeLessThan(100);
      if (option.kind === 'choice') expect(option.choices).toContain(option.default);
      if (option.kind === 'boolean') expect(typeof option.default).toBe('boolean');
      // Null stands for a value that is chosen later.
      if (option.kind !== 'number' || option.default === null) return;
      const value = Number(option.default);
      expect(value).toBeGreaterThanOrEqual(option.minimum ?? NaN);
      expect(value).toBeLessThanOrEqual(option.maximum ?? NaN);
      if (option.isInteger) expect(Number.isInteger(value)).toBe(true);
    },
  );

  test('an option of the reference without effect is not offered as well', () => {
    const flags = RUN_OPTIONS.map((option) => option.flag);
    const named = Object.keys(OPTIONS_WITHOUT_EFFECT).flatMap((key) => key.split(', '));
    expect(flags.filter((flag) => named.includes(flag))).toEqual([]);
  });

  test('values in words', () => {
    const words = (flag: string): string => {
      const option = optionOfFlag(flag);
      return option === undefined ? expect.unreachable(flag) : describeValues(option);
    };
    expect(words('review')).toBe('manual, guarded or auto');
    expect(words('k')).toBe('a whole number from 1 to 64');
    expect(words('learning-rate')).toBe('a number above 0 and up to 1');
    expect(words('gamma')).toBe('a number from 0 to 1');
    expect(words('skip-noop')).toBe('true or false');
  });
});

describe('every option has a user', () => {
  const CORE = fileURLToPath(new URL('..', import.meta.url));
  const sources = globSync('**/*.ts', { cwd: CORE })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.test.ts') && !/^(?:config|cli)\/|\/fixtures\//u.test(file))
    .map((file) => readFileSync(join(CORE, file), 'utf8'));

  // Read as a property, named in a Pick, or taken apart by a destructuring: a word in a comment is not enough.
  test.each(NAMES)('%s is read somewhere outside config', (name) => {
    const read = new RegExp(`\\.${name}\\b|'${name}'|[{,]\\s*${name}\\s*[,:}]`, 'u');
    expect(sources.some((text) => read.test(text))).toBe(true);
  });
});

describe('parseRunConfig', () => {
  test('without values: the defaults with the sample’s preset', () => {
    expect(parseRunConfig({})).toEqual({ ...runConfigSchema.parse({}), ...presets.sample });
    expect(parseRunConfig({})).toMatchObject({ outerEpochs: 3, innerEpochs: 6, k: 3, review: 'manual' });
  });

  test('defaults of the reference’s training script for LoCoMo (reference 6.7)', () => {
    expect(parseRunConfig({ dataset: 'locomo', data: 'x.json' })).toMatchObject({
      outerEpochs: 10,
      innerEpochs: 100,
      batchSize: 4,
      k: 3,
      memTopK: 20,
      memTopKEval: 20,
      gamma: 0.99,
      gaeLambda: 0.95,
      clipEpsilon: 0.2,
      ppoEpochs: 2,
      entropyCoef: 0.01,
      valueCoef: 0.5,
      maxGradNorm: 0.5,
    });
  });

  test('a given value wins over the preset, the preset over the default', () => {
    expect(parseRunConfig({ innerEpochs: 7 })).toMatchObject({ outerEpochs: 3, innerEpochs: 7 });
  });

  test('every preset is a possible configuration', () => {
    for (const dataset of DATASETS) {
      const data = dataset === 'sample' || dataset === 'alfworld' ? null : 'x.json';
      expect(parseRunConfig({ dataset, data })).toMatchObject(presets[dataset]);
    }
  });

  test('the result is frozen, and a parsed one parses to itself', () => {
    const config = parseRunConfig({ k: 5 });
    expect(Object.isFrozen(config)).toBe(true);
    expect(parseRunConfig(config)).toEqual(config);
  });

  test.each([
    [{ k: 0 }, 'Wrong setting: k (--k) is 0 but must be a whole number from 1 to 64.'],
    [{ k: 2.5 }, 'Wrong setting: k (--k) is 2.5 but must be a whole number from 1 to 64.'],
    [{ k: NaN }, 'Wrong setting: k (--k) is NaN but must be a whole number from 1 to 64.'],
    [{ k: '3' }, 'Wrong setting: k (--k) is "3" but must be a whole number from 1 to 64.'],
    [
      { learningRate: 0 },
      'Wrong setting: learningRate (--learning-rate) is 0 but must be a number above 0 and up to 1.',
    ],
    [{ review: 'never' }, 'Wrong setting: review (--review) is "never" but must be manual, guarded or auto.'],
    [{ skipNoop: 'yes' }, 'Wrong setting: skipNoop (--skip-noop) is "yes" but must be true or false.'],
    [
      { dataset: 'webarena' },
      'Wrong setting: dataset (--dataset) is "webarena" but must be sample, locomo, longmemeval, hotpotqa, alfworld or own.',
    ],
    [{ topK: 3 }, 'Wrong setting: there is no option topK.'],
    [
      { k: 0, gamma: 2 },
      'Wrong setting: k (--k) is 0 but must be a whole number from 1 to 64; gamma (--gamma) is 2 but must be a number from 0 to 1.',
    ],
    [{ dataset: 'locomo' }, 'The data set locomo needs its file: name it in data (--data FILE).'],
    [
      { data: 'a.json' },
      'The bundled sample takes no data file, but data (--data) is a.json: name the format of that file in dataset (--dataset).',
    ],
    [
      { sessionMode: 'fixed-length', chunkSize: 64, chunkOverlap: 64 },
      'chunkOverlap (--chunk-overlap) is 64 but must be smaller than chunkSize (--chunk-size), 64.',
    ],
    [
      { dataset: 'locomo', data: 'a.json', contextDocuments: 50 },
      'contextDocuments (--context-documents) is of no use for the data set locomo, only for hotpotqa: leave it out.',
    ],
    [
      { dataset: 'hotpotqa', data: 'a.json', sessionMode: 'turn' },
      'sessionMode (--session-mode) is turn, which the data set hotpotqa does not have: use fixed-length, paragraph, full-session.',
    ],
    [
      { dataset: 'locomo', data: 'a.json', sessionMode: 'paragraph' },
      'sessionMode (--session-mode) is paragraph, which the data set locomo does not have: use turn, turn-pair, full-session, fixed-length.',
    ],
    [
      { dataset: 'hotpotqa', data: 'a.json', testData: 'b.json', splitFile: 'c.json' },
      'testData (--test-data) and splitFile (--split-file) both say what is tested on: leave one of them out.',
    ],
  ])('%j is refused with the key, the flag, the value and what is possible', (values, message) => {
    const error = refusal(values);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toBe(message);
  });

  test('the overlap matters only where spans overlap', () => {
    expect(parseRunConfig({ chunkSize: 64, chunkOverlap: 64 })).toMatchObject({ chunkOverlap: 64 });
  });

  test('details name the keys for a form', () => {
    expect(refusal({ k: 0, gamma: 2, topK: 1 }).details).toEqual({ keys: ['k', 'gamma', 'topK'] });
  });
});
