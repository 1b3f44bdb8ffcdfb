import type { RunConfig } from '../config/schema.ts';
import type { BankChange, Proposal } from '../contract/proposal.ts';
import type { BankVersion, DesignerIdentity, Skill } from '../contract/skill.ts';
import type { Draft } from '../engines/roles.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { applyChange } from '../skills/skillBank.ts';
import { changeHash } from '../skills/changeHash.ts';
import { skillOverlap } from '../skills/overlap.ts';
import type { TextEmbedder } from '../skills/overlap.ts';
import { validateChanges } from '../skills/validation.ts';
import { currentVersion } from './bankHistory.ts';
import { pastVerdicts } from './designerFeedback.ts';
import { nextId } from './evolutionStore.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { settle, textHash } from './proposalText.ts';
import type { Revision } from './proposalText.ts';
import { isOpen } from './proposalState.ts';

/** Nearest existing skills shown beside a proposal. */
const OVERLAPS_SHOWN = 5;

/** A designer's draft, or a change that comes from elsewhere (bank health, an import, a reviewer) and has no cluster. */
export type ProposalDraft = Omit<Draft, 'clusterId'> & {
  readonly clusterId: string | null;
  readonly imported?: Revision['imported'];
};

/** What the nearness of a proposed text to the existing skills is measured with. */
export interface OverlapSetup {
  readonly embedder: TextEmbedder;
  readonly skillText: RunConfig['skillText'];
}

export interface CreateProposalsInput {
  readonly runId: string | null;
  readonly stage: number | null;
  readonly drafts: readonly ProposalDraft[];
  readonly author: Revision['author'];
  /** Who drafted them, where a designer did. */
  readonly designer?: DesignerIdentity | undefined;
  /** At most this many drafts are taken (reference 10.4); all when omitted. */
  readonly maxChanges?: number | undefined;
  readonly isRefineOnly?: boolean | undefined;
  /** All drafts or none: one that would be skipped is an error, and nothing is kept. */
  readonly isWhole?: boolean | undefined;
  readonly overlap: OverlapSetup;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

export interface CreateProposalsResult {
  readonly created: readonly { readonly proposal: Proposal; readonly warnings: readonly string[] }[];
  /** Drafts that became no proposal, by their place in the input, with why. */
  readonly skipped: readonly { readonly index: number; readonly reasons: readonly string[] }[];
}

/** The text a change writes, and the skills it replaces; null when it writes none. */
function proposedText(
  skills: readonly Skill[],
  change: BankChange,
): {
  readonly text: Pick<Skill, 'name' | 'description' | 'instruction'>;
  readonly replaces: readonly string[];
} | null {
  if (change.kind === 'add') return { text: change.skill, replaces: [] };
  if (change.kind === 'merge') return { text: change.into, replaces: change.names };
  if (change.kind !== 'refine') return null;
  const after = applyChange(skills, change, { origin: 'designer', maxSkills: Number.POSITIVE_INFINITY });
  const text = after.find((skill) => skill.name === change.name);
  return text === undefined ? null : { text, replaces: [change.name] };
}

/** Existing skills nearest to the text a change writes, most similar first; empty when it writes none. */
export async function proposalOverlap(
  skills: readonly Skill[],
  change: BankChange,
  setup: OverlapSetup & { readonly signal?: AbortSignal | undefined },
): Promise<Proposal['overlap']> {
  const proposed = proposedText(skills, change);
  if (proposed === null) return [];
  const others = skills.filter((skill) => !proposed.replaces.includes(skill.name));
  const options = setup.signal === undefined ? {} : { signal: setup.signal };
  const overlap = await skillOverlap(setup.embedder, others, proposed.text, {
    mode: setup.skillText,
    ...options,
  });
  return overlap.slice(0, OVERLAPS_SHOWN).map(({ name, similarity }) => ({ name, similarity }));
}

/** Why the same words need no second proposal, or null. */
function repetition(
  store: EvolutionStore,
  input: CreateProposalsInput,
  facts: { readonly hash: string; readonly base: BankVersion },
): string | null {
  const { runId } = input;
  const open = store.proposals
    .list({ where: { runId } })
    .find(
      (proposal) =>
        isOpen(proposal.state) && proposal.baseHash === facts.base.hash && textHash(proposal) === facts.hash,
    );
  if (open !== undefined) return `The same change waits already as proposal ${open.id}.`;
  if (input.author !== 'designer' || runId === null) return null;
  const refused = pastVerdicts(store, runId).find((past) => changeHash(past.change) === facts.hash);
  return refused === undefined ? null : 'A reviewer did not take the same words before.';
}

function newProposal(
  store: EvolutionStore,
  input: CreateProposalsInput,
  made: {
    readonly draft: ProposalDraft;
    readonly change: BankChange;
    readonly base: BankVersion;
    readonly overlap: Proposal['overlap'];
  },
): Proposal {
  const { draft, change, base, overlap } = made;
  const nowMs = input.clock.now();
  return settle(store, {
    id: nextId('p', store.proposals),
    runId: input.runId,
    stage: input.stage,
    state: 'draft',
    baseHash: base.hash,
    baseVersion: base.version,
    clusterId: draft.clusterId,
    caseIds: [...draft.caseIds],
    pattern: draft.pattern,
    rootCause: draft.rootCause,
    revisions: [
      {
        change,
        author: input.author,
        reasoning: draft.reasoning,
        response: null,
        createdAtMs: nowMs,
        ...(input.designer === undefined ? {} : { designer: input.designer }),
        ...(draft.imported === undefined ? {} : { imported: draft.imported }),
      },
    ],
    replayId: null,
    overlap,
    createdAtMs: nowMs,
  });
}

/**
 * Turns drafts into proposals for the bank as it is. An invalid draft is skipped with its reasons, the others go on; the
 * same words as a waiting or a refused proposal are skipped too, so that a resumed stage does not propose twice.
 *
 * @throws AppError CONFLICT when the bank moved on meanwhile; INVALID_INPUT for a rollback (see rollback.ts); CANCELLED.
 */
export async function createProposals(
  store: EvolutionStore,
  input: CreateProposalsInput,
): Promise<CreateProposalsResult> {
  const { drafts, runId } = input;
  if (drafts.some((draft) => draft.change.kind === 'rollback')) {
    throw new AppError('INVALID_INPUT', 'A rollback is no draft; propose it through the bank history.');
  }
  const base = currentVersion(store, runId);
  const { accepted, rejected } = validateChanges(
    drafts.map((draft) => draft.change),
    {
      skills: base.skills,
      author: input.author,
      maxChanges: input.maxChanges ?? drafts.length,
      isRefineOnly: input.isRefineOnly ?? false,
    },
  );
  const overlaps: Proposal['overlap'][] = [];
  for (const { change } of accepted) {
    overlaps.push(await proposalOverlap(base.skills, change, { ...input.overlap, signal: input.signal }));
  }
  return store.transaction(() => {
    if (currentVersion(store, runId).hash !== base.hash) {
      throw new AppError('CONFLICT', 'The bank moved on while the drafts were checked; design again.');
    }
    const created: CreateProposalsResult['created'][number][] = [];
    const skipped: CreateProposalsResult['skipped'][number][] = [...rejected];
    for (const [at, { index, change, warnings }] of accepted.entries()) {
      const draft = drafts[index];
      if (draft === undefined) continue;
      const hash = changeHash(change);
      const reason = repetition(store, input, { hash, base });
      if (reason !== null) {
        skipped.push({ index, reasons: [reason] });
        continue;
      }
      const proposal = newProposal(store, input, { draft, change, base, overlap: overlaps[at] ?? [] });
      store.proposals.put(proposal);
      store.events.append({
        type: 'proposal.created',
        runId,
        ids: { proposal: proposal.id, baseHash: base.hash, textHash: hash },
      });
      created.push({ proposal, warnings });
    }
    if (input.isWhole === true && skipped.length > 0) {
      const reasons = skipped.flatMap((one) => one.reasons).join(' ');
      throw new AppError('INVALID_INPUT', `Nothing of it was taken: ${reasons}`);
    }
    return { created, skipped: skipped.toSorted((a, b) => a.index - b.index) };
  });
}
