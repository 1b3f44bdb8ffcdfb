import { expect, test } from 'vitest';
import { parseRunConfig } from '../../config/options.ts';
import type { ExperimentInput } from '../../contract/experiment.ts';
import { experimentArms, trainingConfig } from './recipes.ts';

const input = (recipe: ExperimentInput['recipe'], config: Record<string, unknown> = {}): ExperimentInput => ({
  recipe,
  config,
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

const RECIPES: ExperimentInput['recipe'][] = [
  { name: 'ablation' },
  { name: 'noise' },
  { name: 'growth' },
  { name: 'baselines' },
  { name: 'sweep', option: 'k', values: [3, 5, 7], phase: 'evaluation' },
  {
    ...{ name: 'transfer', sources: [], runs: [], banks: [], models: [] },
    targets: [{ label: 'other', config: { chunkSize: 64 } }],
  },
];

test.each(RECIPES)('every arm of $name has options that a run takes, and nobody to ask', (recipe) => {
  const asked = input(recipe);
  for (const arm of experimentArms(asked)) {
    const config = trainingConfig(asked, arm, 42);
    if (config === null) expect(arm.evaluation.baseline).not.toBeNull();
    else expect(parseRunConfig(config)).toMatchObject({ review: 'auto', seed: 42 });
    parseRunConfig({ ...config, ...arm.evaluation.config });
  }
});

test('a sweep of evaluation trains once, one of training each time', () => {
  const sweep = { name: 'sweep', option: 'k', values: [3, 5] } as const;
  const trainings = (phase: 'training' | 'evaluation'): number => {
    const asked = input({ ...sweep, values: [...sweep.values], phase });
    return new Set(experimentArms(asked).map((arm) => JSON.stringify(trainingConfig(asked, arm, 1)))).size;
  };
  expect(trainings('evaluation')).toBe(1);
  expect(trainings('training')).toBe(2);
});

test('a growth has ten times the stages; what is asked wins over what is small', () => {
  const asked = input({ name: 'growth' }, { outerEpochs: 2, innerEpochs: 5 });
  const [first] = experimentArms(asked);
  expect(trainingConfig(asked, first!, 1)).toMatchObject({ outerEpochs: 20, innerEpochs: 5 });
});

test('what is no option, and two arms that are one, are refused', () => {
  const sweep = (option: string, values: (string | number)[]): ExperimentInput =>
    input({ name: 'sweep', option, values, phase: 'training' });
  expect(() => experimentArms(sweep('nothing', [1, 2]))).toThrow(/no option nothing/u);
  expect(() => experimentArms(sweep('k', [0, 2]))).toThrow(/k \(--k\) is 0/u);
  expect(() => experimentArms(sweep('k', [2, 2]))).toThrow(/the same/u);
});
