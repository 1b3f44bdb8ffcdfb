import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shortSamplePlatform } from '../app/models/fixtures/shortSample.ts';
import type { Platform } from '../app/platform.ts';
import { Studio } from '../app/studio.ts';
import type { Client } from '../contract/rpc.ts';
import type { TrainResult } from '../contract/run.ts';
import { currentRevision } from '../evolution/proposalText.ts';
import { writeTinyGguf } from '../models/fixtures/tinyGguf.ts';
import { forkModelProcess } from '../models/llama/modelProcessPort.ts';
import { sum } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { contentHash } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { changeHash } from '../skills/changeHash.ts';
import { Workspace } from '../store/workspace.ts';
import { ModelKiller, type KillCounts } from './modelKiller.ts';

/**
 * `npm run soak:model -- --kills 100`: runs with reviews on the shortened sample and llama.cpp, with a model of random
 * weights, whose processes are killed with SIGKILL at random moments between successful replies. Each run ends with the numbers, the
 * bank, the decisions and the memories of one that was never disturbed, and its event chain verifies.
 */

export interface ModelSoakOptions {
  /** An empty folder; each run gets a workspace in it. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  /** Of each run, as `runs.start` takes it. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface ModelSoakSummary extends KillCounts {
  /** Finished with kills on the way; each equals the undisturbed one. */
  readonly runs: number;
  /** Processes that took the place of a killed one, as the runs' events tell. */
  readonly restarts: number;
  readonly decisions: number;
  readonly steps: number;
  readonly memories: number;
  readonly metricsHash: string;
  readonly bankHash: string;
  /** Of a run: undisturbed, and on average with kills. */
  readonly undisturbedSeconds: number;
  readonly killedSeconds: number;
}

/** On the processor, with keys and values in full precision, equal requests have equal replies. */
export const MODEL_SOAK_CONFIG = {
  engine: 'llm',
  designer: 'builtin',
  review: 'manual',
  outerEpochs: 2,
  batchSize: 1,
  maxActionsPerSpan: 1,
  maxChanges: 2,
  gpuLayers: 0,
  seed: 7,
} as const;

/** What a run has in common with every other of its seed and decisions. */
interface RunImage {
  readonly metricsHash: string;
  readonly bankHash: string;
  readonly steps: number;
  readonly decisions: readonly string[];
  readonly memories: number;
  readonly memoriesHash: string;
}

interface Finished {
  readonly image: RunImage;
  readonly restarts: number;
  readonly seconds: number;
}

/** One reviewer in all runs: what is decided follows from the text alone. A third is refused. */
async function review(client: Client, runId: string): Promise<void> {
  for (const proposal of await client.call('proposals.list', { runId, states: ['ready'] })) {
    if (proposal.isStale) continue;
    const hash = changeHash(currentRevision(proposal).change);
    const isRefused = Number.parseInt(hash.slice(0, 8), 16) % 3 === 0;
    await client.call('review.decide', {
      proposalId: proposal.id,
      verdict: isRefused ? 'reject' : 'approve',
      revision: null,
      reason: isRefused ? 'not this time' : '',
      edit: null,
      source: 'cli',
    });
  }
  const approved = await client.call('proposals.list', { runId, states: ['approved', 'edited'] });
  if (approved.some(({ isStale }) => !isStale)) await client.call('review.apply', { runId, staged: null });
}

/** @throws AppError INTERNAL when the run does not end by itself: the models are replaced, so nothing may pause it. */
async function trainReviewed(
  client: Client,
  config: Readonly<Record<string, unknown>>,
): Promise<TrainResult> {
  const { id: runId } = await client.call('runs.start', { config, name: null, isContinue: false });
  for (;;) {
    const result = await client.call('runs.wait', { runId });
    if (result.status === 'finished') return result;
    const { message } = await client.call('runs.get', { runId });
    if (result.status !== 'waiting')
      throw new AppError(
        'INTERNAL',
        `Run ${runId} stopped as ${result.status}: ${message ?? 'for no reason.'}`,
      );
    await review(client, runId);
    await client.call('runs.resume', { runId, isContinue: false });
  }
}

async function assignModels(client: Client, folder: string): Promise<void> {
  for (const role of ['executor', 'embedder'] as const) {
    const file = join(folder, `${role}.gguf`);
    writeTinyGguf(file, { contextTokens: 8192, isEmbeddingModel: role === 'embedder' });
    const { id: modelId } = await client.call('models.addFile', { file, name: `Tiny ${role}` });
    await client.call('models.assign', { role, modelId });
  }
}

/** Opens the workspace again, as the next start of the application would. */
async function imageOf(folder: string, result: TrainResult): Promise<Pick<Finished, 'image' | 'restarts'>> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  try {
    const report = workspace.verify();
    if (!report.ok)
      throw new AppError('INTERNAL', `The past of ${folder} does not verify: ${JSON.stringify(report)}`);
    const memories = workspace.memories.list({ runId: result.run });
    const image = {
      metricsHash: result.metricsHash,
      bankHash: result.bank.hash,
      steps: workspace.metrics.list(result.run).length,
      decisions: workspace.decisions.list().map(({ verdict, textHash }) => `${verdict} ${textHash}`),
      memories: memories.length,
      memoriesHash: contentHash(memories),
    };
    const restarts = workspace.events.list({ runId: result.run, type: 'model.restarted' }).length;
    return { image, restarts };
  } finally {
    await workspace.close();
  }
}

/** One run from an empty workspace to its end. */
async function finishRun(
  folder: string,
  { config }: ModelSoakOptions,
  startModelProcess: Platform['startModelProcess'],
): Promise<Finished> {
  mkdirSync(folder, { recursive: true });
  const studio = await Studio.open(folder, {
    platform: shortSamplePlatform(folder, { startModelProcess }),
    clock: systemClock,
  });
  const startedMs = systemClock.now();
  let result: TrainResult;
  try {
    const client = studio.connect();
    await assignModels(client, folder);
    result = await trainReviewed(client, config);
  } finally {
    await studio.close();
  }
  return { ...(await imageOf(folder, result)), seconds: (systemClock.now() - startedMs) / 1000 };
}

/** Kills `kills` processes in as many runs as that takes. INTERNAL at the first thing that is not as it should be. */
export async function modelSoak(options: ModelSoakOptions): Promise<ModelSoakSummary> {
  const { folder, kills, seed } = options;
  const undisturbed = await finishRun(join(folder, 'undisturbed'), options, forkModelProcess);
  const killer = new ModelKiller({ kills, seed, start: forkModelProcess });
  const killed: Finished[] = [];
  while (killer.counts.kills < kills) {
    const place = join(folder, `killed-${killed.length + 1}`);
    const finished = await finishRun(place, options, killer.start);
    killed.push(finished);
    if (contentHash(finished.image) !== contentHash(undisturbed.image))
      throw new AppError(
        'INTERNAL',
        `A run whose models were killed differs from the undisturbed one (${place}).`,
        {
          details: { expected: undisturbed.image, found: finished.image },
        },
      );
  }
  const { metricsHash, bankHash, decisions, steps, memories } = required(killed.at(-1), 'killed run').image;
  return {
    ...killer.counts,
    runs: killed.length,
    restarts: sum(killed.map(({ restarts }) => restarts)),
    decisions: decisions.length,
    steps,
    memories,
    metricsHash,
    bankHash,
    undisturbedSeconds: undisturbed.seconds,
    killedSeconds: sum(killed.map(({ seconds }) => seconds)) / killed.length,
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'memskill-model-soak-'));
  // Kept when it fails, to be looked at: the error names it.
  const summary = await modelSoak({
    folder,
    kills: Number(values.kills),
    seed: Number(values.seed),
    config: { ...MODEL_SOAK_CONFIG, innerEpochs: 3 },
  });
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify(summary));
}
