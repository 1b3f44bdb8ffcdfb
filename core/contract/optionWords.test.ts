import { expect, test } from 'vitest';
import { optionWords } from './optionWords.ts';

test('names in words', () => {
  expect(
    [
      'outerEpochs',
      'k',
      'isRefineOnly',
      'ppoEpochs',
      'memTopKEval',
      'hardCases',
      'targetKl',
      'modelMemoryGib',
    ].map(optionWords),
  ).toEqual([
    'Outer epochs',
    'K',
    'Refine only',
    'PPO epochs',
    'Mem top K eval',
    'Hard cases',
    'Target KL',
    'Model memory GiB',
  ]);
});
