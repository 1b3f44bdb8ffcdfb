import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWorkspace } from '../app/connectWorkspace.ts';
import { sourcePlatform } from '../app/platform.ts';
import { DEFAULT_EVALUATION, type EvaluationQuestionSummary } from '../contract/evaluation.ts';
import type { Client } from '../contract/rpc.ts';
import { pairedBootstrap } from '../evaluation/pairedBootstrap.ts';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { checkedRunOptions } from './runOptions.ts';
import { points } from './table.ts';

/** Runs whose results are compared on the validation conversations, for the tables of the README. */

export const DEFAULT_SEEDS = [42, 43, 44];

/** A workspace of its own, gone with the temporary folder it is in. */
export async function openEvidence(): Promise<{
  readonly client: Client;
  readonly close: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'memskill-evidence-'));
  return connectWorkspace(folder, { platform: sourcePlatform, clock: systemClock });
}

export async function trainRun(
  client: Client,
  config: Record<string, unknown>,
  what: string,
): Promise<string> {
  const run = await client.call('runs.start', {
    config: checkedRunOptions(config),
    name: null,
    isContinue: false,
  });
  const result = await client.call('runs.wait', { runId: run.id });
  process.stderr.write(
    `${run.id}: seed ${String(config['seed'])}, ${what}, ${result.seconds.toFixed(0)} s, peak ${result.peakMiB.toFixed(0)} MiB\n`,
  );
  return run.id;
}

export interface MeasuredRun {
  readonly f1: number;
  readonly byCategory: readonly { readonly f1: number }[];
  readonly memoriesPerSpan: number;
  readonly perQuestion: readonly EvaluationQuestionSummary[];
}

/** On the validation conversations, greedy, memories from nothing. @param controller null: the run's own */
export async function evaluateRun(
  client: Client,
  runId: string,
  controller: 'random' | 'similarity' | null,
): Promise<MeasuredRun> {
  const subject = { kind: 'run', runId } as const;
  const { id } = await client.call('evaluation.start', { ...DEFAULT_EVALUATION, subject, controller });
  const results = required(
    (await client.call('evaluation.wait', { evaluationId: id })).results,
    `results of evaluation ${id}`,
  );
  return {
    f1: results.f1.mean,
    byCategory: results.byCategory.map(({ f1 }) => ({ f1: f1.mean })),
    memoriesPerSpan: results.memoriesPerSpan ?? 0,
    perQuestion: await client.call('evaluation.questions', { evaluationId: id }),
  };
}

/** F1 of a report minus that of another, paired over questions, with its 95 % interval, in points. */
export function difference(report: MeasuredRun, base: MeasuredRun, seed: number): string {
  const baseScores = new Map(base.perQuestion.map((row) => [row.questionId, row.f1]));
  const differences = report.perQuestion.map(
    (row) => row.f1 - required(baseScores.get(row.questionId), 'paired question'),
  );
  const { mean, interval } = pairedBootstrap(differences, { seed });
  return `${points(mean, true)} [${points(interval[0], true)}, ${points(interval[1], true)}]`;
}
