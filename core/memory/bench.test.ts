import { expect, test } from 'vitest';
import { median } from '../shared/benchFigure.ts';
import { benchRetrieval } from './bench.ts';

test('the retrieval figure is named as published and is a positive median of its samples', () => {
  const figure = benchRetrieval();
  expect(figure).toMatchObject({ name: 'retrieval.top20.1000x1024', unit: 'ms' });
  expect(figure.samples).toHaveLength(200);
  expect(figure.value).toBe(median(figure.samples));
  expect(figure.value).toBeGreaterThan(0);
});
