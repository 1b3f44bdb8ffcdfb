import { DIAGNOSES } from '../contract/hardCase.ts';
import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { BankChange, Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { BankVersion, Skill, SkillLineage } from '../contract/skill.ts';
import { contentHash } from '../shared/contentHash.ts';
import { skillHash } from '../skills/skillBank.ts';
import type { EvolutionStore } from './evolutionStore.ts';
import { currentRevision } from './proposalText.ts';

/** Where each skill's text comes from, by content and never by local ids, so that it survives an export. */

export interface AppliedProposal {
  readonly proposal: Proposal;
  readonly decision: Decision;
  /** The replay of this change alone, else the one of all changes applied with it. */
  readonly replay: Replay | null;
}

/** Identity of a hard case across workspaces. */
export function hardCaseHash(hardCase: Pick<HardCase, 'question' | 'golds'>): string {
  return contentHash({ question: hardCase.question, golds: hardCase.golds });
}

/** The skill whose text a change writes, and the one whose text it replaces; null when it writes none. */
function writtenSkill(
  change: BankChange,
): { readonly name: string; readonly replaces: string | null } | null {
  if (change.kind === 'add') return { name: change.skill.name, replaces: null };
  if (change.kind === 'refine') return { name: change.name, replaces: change.name };
  if (change.kind !== 'merge') return null;
  const { names, into } = change;
  return { name: into.name, replaces: names.find((name) => name === into.name) ?? names[0] ?? null };
}

/** The most frequent diagnosis of a cluster; the earlier link of the chain among equals. */
function mainDiagnosis(cluster: Cluster): string {
  const share = (diagnosis: (typeof DIAGNOSES)[number]): number => cluster.diagnosisShares[diagnosis] ?? 0;
  return DIAGNOSES.toSorted((a, b) => share(b) - share(a))[0] ?? '';
}

function lineageOf(store: EvolutionStore, applied: AppliedProposal, parent: Skill | undefined): SkillLineage {
  const { proposal, decision, replay } = applied;
  const cluster = proposal.clusterId === null ? null : store.clusters.get(proposal.clusterId);
  const cases = proposal.caseIds.map((id) => store.hardCases.get(id)).filter((found) => found !== null);
  return {
    parent: parent === undefined ? null : skillHash(parent),
    cluster:
      cluster === null
        ? null
        : { name: cluster.name, size: cluster.caseIds.length, diagnosis: mainDiagnosis(cluster) },
    cases: cases.map(hardCaseHash),
    replay:
      replay === null
        ? null
        : {
            wins: replay.overall.wins,
            ties: replay.overall.ties,
            losses: replay.overall.losses,
            meanDifference: replay.overall.meanDifference,
            interval: [...replay.overall.interval],
          },
    decision: { verdict: decision.verdict, source: decision.source },
    // Not the designer's reasoning: it quotes questions and memories, and a bank is made to be given away.
    reason: decision.reason,
  };
}

/** The lineage of every skill of `skills` after the changes: new for those written, kept for the others. */
export function lineageAfter(
  store: EvolutionStore,
  base: BankVersion,
  change: { readonly skills: readonly Skill[]; readonly applied: readonly AppliedProposal[] },
): Record<string, SkillLineage> {
  const kept = new Map(Object.entries(base.lineage));
  for (const applied of change.applied) {
    const written = writtenSkill(currentRevision(applied.proposal).change);
    if (written === null) continue;
    const parent = base.skills.find((skill) => skill.name === written.replaces);
    kept.set(written.name, lineageOf(store, applied, parent));
  }
  const names = new Set(change.skills.map((skill) => skill.name));
  return structuredClone(Object.fromEntries([...kept].filter(([name]) => names.has(name))));
}
