import { expect, test } from 'vitest';
import { parseRunConfig } from '../../config/options.ts';
import type { ExperimentInput } from '../../contract/experiment.ts';
import { seedSkills } from '../../skills/seeds.ts';
import { experimentArms, trainingConfig } from './recipes.ts';

type Transfer = Extract<ExperimentInput['recipe'], { name: 'transfer' }>;

const HOTPOT = { label: 'hotpotqa', config: { dataset: 'hotpotqa', data: '/data/hotpot.json' } };
const OWN = { label: 'own', config: { dataset: 'own', data: '/data/log.jsonl' } };

const input = (recipe: Partial<Transfer>, config: Record<string, unknown> = {}): ExperimentInput => ({
  recipe: { name: 'transfer', targets: [], sources: [], runs: [], banks: [], models: [], ...recipe },
  config,
  seeds: [42],
  split: 'validation',
  isJudged: false,
});

test('every bank is evaluated on its own data, on that of the others and on the targets', () => {
  const arms = experimentArms(input({ sources: [HOTPOT], targets: [OWN, HOTPOT] }));
  const targets = ['sample', 'hotpotqa', 'own'];
  expect(arms.map(({ place }) => place)).toEqual(
    ['seed skills', 'trained on sample', 'trained on hotpotqa'].flatMap((source) =>
      targets.map((target) => ({ source, target })),
    ),
  );
  expect(arms.map(({ base }) => base)).toEqual([
    ...[null, null, null],
    ...[1, 2].flatMap(() => targets.map((target) => `seed skills → ${target}`)),
  ]);
});

test('a column reads its data in one way for all banks; a training its own in its own', () => {
  const asked = input(
    { sources: [HOTPOT], targets: [OWN] },
    { dataset: 'locomo', data: '/data/locomo.json' },
  );
  const arms = experimentArms(asked);
  for (const target of ['locomo', 'hotpotqa', 'own']) {
    const configs = arms
      .filter(({ place }) => place?.target === target)
      .map(({ evaluation }) => evaluation.config);
    expect(new Set(configs.map((config) => JSON.stringify(config))).size).toBe(1);
    for (const arm of arms) {
      const training = trainingConfig(asked, arm, 42);
      if (training !== null) parseRunConfig(training);
      const tested = parseRunConfig({ ...(training ?? asked.config), ...configs[0] });
      expect(tested.dataset).toBe(target);
      expect([tested.sessionMode, tested.k]).toEqual(
        { locomo: ['full-session', 3], hotpotqa: ['fixed-length', 7], own: ['fixed-length', 3] }[target],
      );
    }
  }
  const trained = arms.find(({ place }) => place?.source === 'trained on hotpotqa');
  expect(trained?.training).toMatchObject({ dataset: 'hotpotqa', data: '/data/hotpot.json', k: 7 });
});

test('what is chosen for all holds for all; what belongs to one data set stays there', () => {
  const asked = input({ targets: [OWN] }, { ...HOTPOT.config, k: 2, chunkSize: 256, contextDocuments: 10 });
  const [first, second] = experimentArms(asked);
  expect(first?.evaluation.config).toMatchObject({ k: 2, chunkSize: 256, contextDocuments: 10 });
  expect(second?.evaluation.config).toMatchObject({ k: 2, chunkSize: 256, contextDocuments: null });
});

test('runs and bank files stand beside the seed skills, and nothing is trained then', () => {
  const banks = [{ label: 'bank.json', skills: [...seedSkills({ skipNoop: true })], controller: null }];
  const arms = experimentArms(input({ runs: ['r1'], banks, targets: [OWN] }));
  expect(arms.map(({ name, training, tested }) => [name, training, tested])).toEqual([
    ['seed skills → own', null, null],
    ['run r1 → own', null, { kind: 'run', runId: 'r1' }],
    ['bank bank.json → own', null, { kind: 'bank', at: 0 }],
  ]);
});

test('models are columns of their own', () => {
  const arms = experimentArms(input({ models: ['a', 'b'] }));
  expect(arms.map(({ place }) => place?.target)).toEqual([
    'sample, a',
    'sample, b',
    'sample, a',
    'sample, b',
  ]);
  expect(arms.map(({ evaluation }) => evaluation.config['executorModel'])).toEqual(['a', 'b', 'a', 'b']);
});

test('two files of one data set are told apart; nowhere to go is refused', () => {
  const other = { label: 'own', config: { dataset: 'own', data: '/data/other.jsonl' } };
  const targets = experimentArms(input({ targets: [OWN, other, OWN] })).map(({ place }) => place?.target);
  expect(new Set(targets)).toEqual(new Set(['sample', 'own (log.jsonl)', 'own (other.jsonl)']));
  expect(() => experimentArms(input({}))).toThrow(/somewhere to go/u);
});
