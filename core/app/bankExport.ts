import type { BankController, BankEvaluations, ExportRequest } from '../contract/bankExchange.ts';
import type { BankVersion } from '../contract/skill.ts';
import { decodeCheckpoint } from '../controller/checkpoint.ts';
import type { NamedArrays } from '../controller/weights.ts';
import { loadDataset } from '../datasets/dataset.ts';
import type { LoadedDataset } from '../datasets/loadedDataset.ts';
import type { Trace } from '../datasets/trace.ts';
import { openTraces } from '../datasets/traceReader.ts';
import { selectReplayQuestions, type ReplayQuestion } from '../evolution/replay.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { encodeController } from '../exchange/bankController.ts';
import { makeEvaluations } from '../exchange/bankEvaluations.ts';
import type { BankParts } from '../exchange/bankFile.ts';
import { writeExport, type BankExport } from '../exchange/writeExport.ts';
import { isUsable } from '../hardCases/badCase.ts';
import { AppError } from '../shared/errors.ts';
import { refuseOtherData } from '../training/runSession.ts';
import { parseRunState } from '../training/runState.ts';
import { takeInBank } from '../training/takeInBank.ts';
import { configOf, openEnginesOn, type StudioParts } from './openTraining.ts';

/** What may go along with a bank, gathered from the run it comes from. */

/**
 * The controller that belongs to the bank of a run: a bank that went back brings its own.
 *
 * @throws AppError CONFLICT when the run never trained one.
 */
export function trainedWeights({ workspace }: StudioParts, runId: string): NamedArrays {
  const state = parseRunState(runId, workspace.runState.get(runId));
  const { checkpoint } = takeInBank(workspace, runId, state);
  if (checkpoint === null) {
    throw new AppError(
      'CONFLICT',
      `Run ${runId} has no trained controller yet; train it, or use --controller similarity.`,
    );
  }
  return decodeCheckpoint(workspace.checkpoints.read(checkpoint), checkpoint.name).weights;
}

/** @throws AppError CONFLICT for a bank that no run trained, or no longer stands behind. */
function runOf(bank: BankVersion, what: string): string {
  const { runId } = bank;
  if (runId === null)
    throw new AppError(
      'CONFLICT',
      `Bank v${bank.version} belongs to no run, so there ${what} to go along; leave that out.`,
    );
  return runId;
}

async function controllerOf(parts: StudioParts, bank: BankVersion): Promise<BankController> {
  const runId = runOf(bank, 'is no controller');
  const current = currentVersion(parts.workspace, runId);
  if (current.version !== bank.version)
    throw new AppError(
      'CONFLICT',
      `The controller of run ${runId} belongs to bank v${current.version}, not v${bank.version}; export that version, or leave the controller out.`,
    );
  const weights = trainedWeights(parts, runId);
  const config = configOf(parts.workspace.runs.require(runId));
  // Only to learn what the embedder is called and how long its vectors are.
  const opened = await openEnginesOn(
    { ...config, selection: 'similarity', designer: 'none', workers: 1 },
    { kind: 'held', traces: [] },
    parts,
  );
  try {
    const { embedderId: id, embedderDimension: dimension } = opened.engines;
    return encodeController(weights, { options: config, embedder: { id, dimension }, skills: bank.skills });
  } finally {
    await opened.close();
  }
}

/** The traces that are asked about, in the order of the data set. */
async function readTraces({ traces, source }: LoadedDataset, asked: ReadonlySet<string>): Promise<Trace[]> {
  const reader = openTraces(source);
  try {
    const read: Trace[] = [];
    for (const { id } of traces) if (asked.has(id)) read.push(await reader.read(id));
    return read;
  } finally {
    await reader.close();
  }
}

/** Hard cases of the run, those solved since among them, and a sample of what was solved. */
async function evaluationsOf(parts: StudioParts, bank: BankVersion): Promise<BankEvaluations> {
  const { workspace, platform } = parts;
  const runId = runOf(bank, 'are no cases');
  const run = workspace.runs.require(runId);
  const config = configOf(run);
  const state = parseRunState(runId, workspace.runState.get(runId));
  const dataset = await loadDataset(config, platform.sampleFile);
  refuseOtherData(run, dataset.fileHash);
  const questions = new Map(
    dataset.traces.flatMap((trace) => trace.questions.map((one) => [one.id, { ...one, traceId: trace.id }])),
  );
  const asQuestion = (id: string): ReplayQuestion[] => {
    const found = questions.get(id);
    return found === undefined
      ? []
      : [{ questionId: id, traceId: found.traceId, question: found.text, golds: found.golds }];
  };
  const open = workspace.hardCases.list({ where: { runId } });
  const bad = new Set(open.filter((one) => !isUsable(one)).map(({ questionId }) => questionId));
  const hard = [...open, ...state.resolvedCases]
    .map(({ questionId }) => questionId)
    .filter((id) => !bad.has(id))
    .toSorted();
  const solved = Object.keys(state.solved)
    .filter((id) => !bad.has(id))
    .toSorted();
  const { replayCases, guardCases, seed, k, memTopK } = config;
  const selection = selectReplayQuestions(
    [{ own: [], cluster: [...new Set(hard)].flatMap(asQuestion) }],
    solved.flatMap(asQuestion),
    { replayCases, guardCases, seed },
  );
  if (selection.affected.length + selection.guard.length === 0)
    throw new AppError(
      'CONFLICT',
      `Run ${runId} has no cases yet to go along; train it first, or leave them out.`,
    );
  const asked = new Set([...selection.affected, ...selection.guard].map(({ traceId }) => traceId));
  const traces = await readTraces(dataset, asked);
  return makeEvaluations({ traces, selection, k, memoriesPerQuestion: memTopK, seed });
}

async function partsOf(parts: StudioParts, bank: BankVersion, request: ExportRequest): Promise<BankParts> {
  return {
    ...(request.hasController ? { controller: await controllerOf(parts, bank) } : {}),
    ...(request.hasCases ? { evaluations: await evaluationsOf(parts, bank) } : {}),
  };
}

/**
 * A bank version in a format, with what was asked for.
 *
 * @throws AppError CONFLICT for what its run does not have; INVALID_INPUT for what the format has no place for.
 */
export async function exportVersion(parts: StudioParts, request: ExportRequest): Promise<BankExport> {
  const { version } = request;
  const bank =
    version === null ? currentVersion(parts.workspace, null) : parts.workspace.bankVersions.require(version);
  return writeExport(bank, await partsOf(parts, bank, request), request);
}
