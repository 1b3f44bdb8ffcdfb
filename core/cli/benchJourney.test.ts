import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { apart, here, makeFolder } from './testProcess.ts';

const report = z.strictObject({
  model: z.string(),
  figures: z.array(
    z.strictObject({
      name: z.string(),
      value: z.number().positive(),
      unit: z.string(),
      samples: z.array(z.number()).min(1),
    }),
  ),
  promptTokens: z.strictObject({ submitted: z.number(), evaluated: z.number() }),
  device: z.union([
    z.literal('not measured'),
    z.strictObject({ names: z.array(z.string()).min(1), layers: z.number(), gpuLayers: z.number() }),
  ]),
});

/** Two models at work on a machine that does other things besides. */
const BENCH_TIMEOUT_MS = 180_000;

test('bench llm measures a tiny model through ours and directly', { timeout: BENCH_TIMEOUT_MS }, async () => {
  const { model, figures, promptTokens } = await apart.document(report, 'bench', 'llm');
  expect(model).toBe('tiny');
  const names = [1, 2, 4, 8].flatMap((n) =>
    [`llm.read.${n}`, `llm.read.reused.${n}`, `llm.write.${n}`].flatMap((name) => [name, `${name}.direct`]),
  );
  expect(figures.map(({ name }) => name)).toEqual(['llm.overhead.ratio', ...names]);
  // The first prompt is evaluated whole, of the others what is unlike it.
  expect(promptTokens.evaluated).toBeLessThan(promptTokens.submitted / 4);
});

test('what cannot be measured is said', async () => {
  const missing = join(makeFolder(), 'none.gguf');
  expect(await here.refusal(1, 'bench', 'llm', '--model', missing)).toContain('none.gguf cannot be opened');
  expect(await here.refusal(2, 'bench', 'fly')).toBe('bench takes llm, budget or nothing, not "fly".');
  expect(await here.refusal(2, 'bench', '--model', missing)).toBe('--model is for "memskill bench llm".');
});
