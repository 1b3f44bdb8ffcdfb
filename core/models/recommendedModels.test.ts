import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './fixtures/testFolder.ts';
import { downloadUrl, readRecommendedModels, recommendFor } from './recommendedModels.ts';

const LIST = fileURLToPath(new URL('../../resources/models.json', import.meta.url));
const GIB = 2 ** 30;

test('there is a model for each role on cards of 8 and of 4 GB, and a small embedder', () => {
  const models = readRecommendedModels(LIST);
  expect(recommendFor(models, 'executor', 8 * GIB)?.file).toBe('Qwen3-4B-Instruct-2507-Q4_K_M.gguf');
  expect(recommendFor(models, 'designer', 4 * GIB)?.id).toBe('qwen3-1.7b');
  expect(recommendFor(models, 'judge', GIB)).toBeNull();
  expect(recommendFor(models, 'embedder', 4 * GIB)?.bytes).toBeLessThanOrEqual(700_000_000);
  expect(new Set(models.map((model) => model.id)).size).toBe(models.length);
});

test('a download names the revision its hash is of', () => {
  const [model] = readRecommendedModels(LIST);
  expect(downloadUrl(model!)).toContain(`/resolve/${model!.revision}/${model!.file}`);
  expect(downloadUrl({ ...model!, revision: null })).toContain('/resolve/main/');
});

test('a damaged list is refused', () => {
  const folder = makeFolder();
  onTestFinished(folder.remove);
  const path = join(folder.path, 'models.json');
  writeFileSync(path, '{"schemaVersion":1,"models":[{"id":"a"}]}');
  expect(() => readRecommendedModels(path)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
});
