import { parseRunConfig } from '../config/options.ts';
import { withAssignedModels } from '../config/modelOptions.ts';
import type { RunConfig } from '../config/schema.ts';
import type { CallInput, CallOutput } from '../contract/calls.ts';
import type { BankController } from '../contract/bankExchange.ts';
import { controllerOptions, refuseOtherOptions } from '../exchange/bankController.ts';
import { tracesOf } from '../exchange/bankEvaluations.ts';
import { parseBank, type ImportedBank } from '../exchange/bankFile.ts';
import { viewSignature } from '../exchange/bankSignature.ts';
import { proveBank } from '../exchange/proveBank.ts';
import { AppError } from '../shared/errors.ts';
import { openEnginesOn, type StudioParts } from './openTraining.ts';

type Changes = CallInput<'bank.verify'>['config'];

/** A bank's own controller selects, unless another selection is asked for. */
function controllerFor({ controller }: ImportedBank, config: Changes): BankController | null {
  const { selection } = config;
  if (selection === 'trained' && controller === undefined)
    throw new AppError(
      'INVALID_INPUT',
      'The file has no controller to select with; leave --selection out, or give similarity or random.',
      { details: { keys: ['selection'] } },
    );
  return selection === undefined || selection === 'trained' ? (controller ?? null) : null;
}

function configFor({ workspace }: StudioParts, bank: ImportedBank, config: Changes): RunConfig {
  const { evaluations } = bank;
  const controller = controllerFor(bank, config);
  const asked = parseRunConfig({
    ...(evaluations === undefined
      ? {}
      : { k: evaluations.k, memTopK: evaluations.memoriesPerQuestion, seed: evaluations.seed }),
    ...(controller === null ? { selection: 'similarity' } : controllerOptions(controller)),
    ...config,
    designer: 'none',
  });
  if (controller !== null) refuseOtherOptions(controller, asked);
  return withAssignedModels(asked, workspace.settings.get().modelRoles);
}

async function prove(
  parts: StudioParts,
  bank: ImportedBank,
  { config: changes, fileName }: CallInput<'bank.verify'>,
  work: { readonly onProgress: (done: number, total: number) => void; readonly signal: AbortSignal },
): Promise<CallOutput<'bank.verify'>['proof']> {
  const { evaluations } = bank;
  if (evaluations === undefined) return null;
  const controller = controllerFor(bank, changes);
  const config = configFor(parts, bank, changes);
  const opened = await openEnginesOn(config, { kind: 'held', traces: tracesOf(evaluations) }, parts);
  try {
    const { affected, guard, overall, cases, cost } = await proveBank({
      skills: bank.skills,
      evaluations,
      controller,
      engines: opened.engines,
      config,
      fileName,
      ...work,
    });
    const { embedderId } = opened.engines;
    const engine = config.engine === 'builtin' ? 'builtin' : (config.executorModel ?? config.engine);
    return {
      engine,
      embedder: embedderId,
      selection: config.selection,
      affected,
      guard,
      overall,
      cases,
      cost,
    };
  } finally {
    await opened.close();
  }
}

/**
 * Checks a bank file and, where it brings its cases, asks them again.
 *
 * @throws AppError INVALID_INPUT or CORRUPT_DATA for a file that is not as it was exported; CONFLICT for a controller that
 *   does not fit what it would be used with.
 */
export async function verifyBank(
  parts: StudioParts,
  input: CallInput<'bank.verify'>,
  work: { readonly onProgress: (done: number, total: number) => void; readonly signal: AbortSignal },
): Promise<CallOutput<'bank.verify'>> {
  const bank = parseBank(Buffer.from(input.base64, 'base64'), input.fileName);
  const { trustedKeys } = parts.workspace.settings.get();
  return {
    bankHash: bank.bankHash,
    skillCount: bank.skills.length,
    signature: viewSignature(bank.signature ?? null, trustedKeys),
    hasController: bank.controller !== undefined,
    proof: await prove(parts, bank, input, work),
  };
}
