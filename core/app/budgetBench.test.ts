import { expect, test } from 'vitest';
import { CALL_ROLES } from '../contract/forecast.ts';
import { benchBudget, totalCalls } from './budgetBench.ts';
import { sourcePlatform } from './platform.ts';

test('the calls of the first steps are those of the plan, fewer with caches, and the preset is counted whole', async () => {
  const labels = new Set<string>();
  const { start, budget, reference, changes } = await benchBudget({
    // All four seeds: each span then has something to do, and every question finds a memory.
    data: { dataset: 'sample', k: 4, outerEpochs: 2, innerEpochs: 1, batchSize: 2 },
    steps: 2,
    platform: sourcePlatform,
    signal: new AbortController().signal,
    onStep: (label) => labels.add(label),
  });
  expect(start.counted).toEqual(start.planned);
  for (const role of CALL_ROLES) expect(start.cached[role]).toBeLessThanOrEqual(start.counted[role]);
  expect(totalCalls(start.cached)).toBeLessThan(totalCalls(start.counted));
  expect(totalCalls(budget.counted)).toBeLessThanOrEqual(totalCalls(reference));
  expect(budget.counted.designer).toBeGreaterThan(0);
  expect(changes).toContainEqual({ name: 'questionSampling', flag: 'question-sampling', from: 1, to: 0.5 });
  expect(labels).toEqual(new Set(['reference', 'reference with caches', 'budget']));
});
