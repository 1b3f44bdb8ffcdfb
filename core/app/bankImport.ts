import type { CallInput, CallOutput } from '../contract/calls.ts';
import type { BankVersion } from '../contract/skill.ts';
import { createBuiltinEmbedder } from '../engines/builtin/embedder.ts';
import { applyStaged } from '../evolution/apply.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { recordDecision } from '../evolution/decisions.ts';
import { createProposals } from '../evolution/proposals.ts';
import { currentRevision } from '../evolution/proposalText.ts';
import { adoptImport, importAsChanges } from '../exchange/bankImport.ts';
import { ownEntry } from '../exchange/bankFile.ts';
import { skillMapHash } from '../exchange/bankController.ts';
import { viewSignature } from '../exchange/bankSignature.ts';
import { readImport, type ReadImport } from '../exchange/readImport.ts';
import { AppError } from '../shared/errors.ts';
import { changedNames } from '../skills/validation.ts';
import { flagChange } from '../skills/instructionFlags.ts';
import { skillHash } from '../skills/skillBank.ts';
import type { StudioParts } from './openTraining.ts';

/**
 * The quarantine of what comes from elsewhere. Law: what is read becomes proposals, all of it or nothing, and no skill of
 * a file is in a bank before a verdict on its exact text.
 */

async function propose(parts: StudioParts, read: ReadImport, signal: AbortSignal) {
  const { workspace, clock } = parts;
  const current = currentVersion(workspace, null);
  const byName = new Map(read.skills.map((skill) => [skill.name, skill]));
  const importedOf = (name: string) => {
    const skill = byName.get(name);
    if (skill === undefined) return {};
    const lineage = ownEntry(read.lineage, name);
    return { imported: { fileName: read.name, contentHash: skillHash(skill), lineage } };
  };
  const { created } = await createProposals(workspace, {
    runId: null,
    stage: null,
    drafts: importAsChanges(current.skills, read).map((change) => ({
      clusterId: null,
      caseIds: [],
      change,
      pattern: 'import',
      rootCause: `imported from ${read.name}`,
      reasoning: 'imported',
      ...(change.kind === 'pin' ? {} : importedOf(changedNames(change)[0] ?? '')),
    })),
    author: 'import',
    isWhole: true,
    overlap: { embedder: createBuiltinEmbedder(), skillText: 'full' },
    clock,
    signal,
  });
  return created.map(({ proposal }) => proposal);
}

/** One decision for each imported skill, bound to its text, then one version that keeps what the file knows. */
async function acceptAll(
  parts: StudioParts,
  proposalIds: readonly string[],
  read: ReadImport,
): Promise<BankVersion> {
  const { workspace, clock } = parts;
  for (const proposalId of proposalIds) {
    recordDecision(workspace, {
      proposalId,
      verdict: 'approve',
      reason: 'import accepted as a whole',
      source: 'cli',
      clock,
    });
  }
  const { version } = await applyStaged(workspace, {
    runId: null,
    maxSkills: Number.POSITIVE_INFINITY,
    only: proposalIds,
    replay: null,
    adopt: (made) => adoptImport(made, read),
    clock,
  });
  if (version === null) throw new AppError('INTERNAL', 'The imported skills were not applied.');
  return version;
}

type ImportInput = CallInput<'bank.import'>;

/**
 * Opens files as proposals against the current bank.
 *
 * @throws AppError INVALID_INPUT or CORRUPT_DATA naming file and reason; nothing was written then.
 */
export async function importSkills(
  parts: StudioParts,
  { files, acceptAll: acceptsAll }: ImportInput,
  signal: AbortSignal,
): Promise<Omit<CallOutput<'bank.import'>, 'version'> & { readonly version: BankVersion | null }> {
  const read = readImport(files.map(({ path, base64 }) => ({ path, bytes: Buffer.from(base64, 'base64') })));
  const { trustedKeys } = parts.workspace.settings.get();
  const proposals = await propose(parts, read, signal);
  const proposalIds = proposals.map(({ id }) => id);
  if (read.controller !== undefined)
    parts.workspace.receivedControllers.put({
      skillsHash: skillMapHash(read.controller.skills),
      fileName: read.name,
      receivedAtMs: parts.clock.now(),
      part: read.controller,
    });
  const isTaken = acceptsAll && proposalIds.length > 0;
  return {
    proposalIds,
    format: read.format,
    skillCount: read.skills.length,
    notes: [...read.notes],
    signature: viewSignature(read.signature ?? null, trustedKeys),
    hasController: read.controller !== undefined,
    caseCount: read.evaluations?.cases.length ?? 0,
    flagged: proposals.flatMap((proposal) => {
      const { change } = currentRevision(proposal);
      const flags = flagChange(change);
      return flags.length === 0
        ? []
        : [{ proposalId: proposal.id, name: changedNames(change)[0] ?? '', flags }];
    }),
    version: isTaken ? await acceptAll(parts, proposalIds, read) : null,
  };
}
