import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_EVALUATION, type EvaluationInput } from '../contract/evaluation.ts';
import type { ExperimentInput } from '../contract/experiment.ts';
import type { Client } from '../contract/rpc.ts';
import { systemClock } from '../shared/clock.ts';
import { SEED_SKILLS } from '../skills/seeds.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

const SEEDS: EvaluationInput = { ...DEFAULT_EVALUATION, subject: { kind: 'seeds' }, isJudged: false };
const baseline = (name: 'bm25' | 'full-context'): EvaluationInput => ({
  ...SEEDS,
  subject: { kind: 'baseline', baseline: name },
});
const WITH_MODEL = { engine: 'llm', executorModel: 'gguf:some' };

async function open(): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-evaluations-'));
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return studio.connect();
}

test('what is foreseen is what is read and answered', async () => {
  const client = await open();
  const outlook = await client.call('evaluation.forecast', { inputs: [SEEDS, baseline('bm25')] });
  expect(outlook).toMatchObject({ traces: 1, isSpanCountExact: true, forecast: null });
  const { id: evaluationId } = await client.call('evaluation.start', SEEDS);
  expect(await client.call('evaluation.wait', { evaluationId })).toMatchObject({
    status: 'done',
    results: { questions: outlook.questions, spans: outlook.spans },
  });
});

test('with a model every span is read once, and every question answered and judged once', async () => {
  const client = await open();
  const of = async (...inputs: EvaluationInput[]) =>
    client.call('evaluation.forecast', {
      inputs: inputs.map((input) => ({ ...input, config: WITH_MODEL })),
    });
  const { spans, questions, forecast } = await of({ ...SEEDS, isJudged: true });
  expect(forecast).toMatchObject({
    roles: { executor: { calls: spans }, answerer: { calls: questions }, judge: { calls: questions } },
    parts: { measuring: spans + 2 * questions, training: 0 },
    hours: null,
  });
  const context = (await of(baseline('full-context'))).forecast;
  expect(context?.roles.executor.calls).toBe(0);
  // The whole of the text is before every answer.
  expect(context?.roles.answerer.promptTokens).toBeGreaterThan(forecast?.roles.answerer.promptTokens ?? 0);
  const both = (await of(SEEDS, baseline('full-context'))).forecast;
  expect(both?.calls).toBe(spans + 2 * questions);
});

test('what cannot be evaluated is said before it starts', async () => {
  const client = await open();
  const unknown: EvaluationInput = { ...SEEDS, subject: { kind: 'version', version: 7 } };
  await expect(client.call('evaluation.forecast', { inputs: [unknown] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect(client.call('evaluation.forecast', { inputs: [{ ...SEEDS, split: 'test' }] })).rejects.toThrow(
    /no traces in its test split/u,
  );
  await expect(
    client.call('evaluation.openBank', { base64: btoa('{}'), fileName: 'bank.json' }),
  ).rejects.toThrow(/bank\.json/u);
});

test('a bank file is opened with its skills, for an evaluation', async () => {
  const client = await open();
  const { files } = await client.call('bank.export', {
    version: 0,
    format: 'json',
    hasController: false,
    hasCases: false,
    license: null,
  });
  const opened = await client.call('evaluation.openBank', {
    base64: Buffer.from(files[0]?.text ?? '').toString('base64'),
    fileName: 'bank.json',
  });
  expect(opened.skills.map(({ name }) => name)).toEqual(SEED_SKILLS.map(({ name }) => name));
  expect(opened.controller).toBeNull();
});

test('the outline of an experiment counts what is trained once, and what each seed asks of models', async () => {
  const client = await open();
  const asked = (
    recipe: ExperimentInput['recipe'],
    config: Record<string, unknown> = {},
  ): ExperimentInput => ({
    ...{ recipe, config, seeds: [42, 43], split: 'validation', isJudged: false },
  });
  const baselines = await client.call('experiment.outline', asked({ name: 'baselines' }));
  expect(baselines).toMatchObject({ trainings: 2, evaluations: 12, steps: 2 * 60, forecast: null });
  expect(baselines.arms[0]).toBe('memory skills');
  const sweep = { name: 'sweep', option: 'k', values: [3, 5], phase: 'training' } as const;
  const swept = await client.call(
    'experiment.outline',
    asked({ ...sweep, values: [...sweep.values] }, { ...WITH_MODEL, outerEpochs: 1, innerEpochs: 2 }),
  );
  expect(swept).toMatchObject({ trainings: 4, evaluations: 4, steps: 8 });
  const { parts, calls } = swept.forecast ?? { parts: null, calls: 0 };
  expect(parts?.training).toBeGreaterThan(0);
  expect(calls % 2).toBe(0);
});
