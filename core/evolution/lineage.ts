import { DIAGNOSES } from '../contract/hardCase.ts';
import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { BankChange, Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { BankVersion, DesignerIdentity, Skill, SkillLineage } from '../contract/skill.ts';
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

/** The skill whose text a change writes, and those whose texts it replaces; null when it writes none. */
function writtenSkill(
  change: BankChange,
): { readonly name: string; readonly replaces: readonly string[] } | null {
  if (change.kind === 'add') return { name: change.skill.name, replaces: [] };
  if (change.kind === 'refine') return { name: change.name, replaces: [change.name] };
  return change.kind === 'merge' ? { name: change.into.name, replaces: change.names } : null;
}

/** The most frequent diagnosis of a cluster; the earlier link of the chain among equals. */
function mainDiagnosis(cluster: Cluster): string {
  const share = (diagnosis: (typeof DIAGNOSES)[number]): number => cluster.diagnosisShares[diagnosis] ?? 0;
  return DIAGNOSES.toSorted((a, b) => share(b) - share(a))[0] ?? '';
}

/** Who drafted the text in force, or the one a reviewer edited into it. */
function designerOf({ revisions }: Proposal): DesignerIdentity | null {
  return revisions.findLast(({ author }) => author === 'designer')?.designer ?? null;
}

/** What the text is made of: the skills it replaces, and the imported text that a reviewer edited into it. */
function parentsOf({ revisions }: Proposal, replaced: readonly Skill[]): string[] {
  const imported = revisions.find(({ author }) => author === 'import')?.imported;
  return [
    ...new Set([...replaced.map(skillHash), ...(imported === undefined ? [] : [imported.contentHash])]),
  ];
}

function lineageOf(
  store: EvolutionStore,
  applied: AppliedProposal,
  replaced: readonly Skill[],
): SkillLineage {
  const { proposal, decision, replay } = applied;
  const cluster = proposal.clusterId === null ? null : store.clusters.get(proposal.clusterId);
  const cases = proposal.caseIds.map((id) => store.hardCases.get(id)).filter((found) => found !== null);
  return {
    parents: parentsOf(proposal, replaced),
    designer: designerOf(proposal),
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
    decision: {
      verdict: decision.verdict,
      source: decision.source,
      reviewer: decision.reviewer ?? null,
    },
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
    const { change: applying, imported } = currentRevision(applied.proposal);
    const written = writtenSkill(applying);
    if (written === null) continue;
    const skill = change.skills.find(({ name }) => name === written.name);
    // What a file says about its text is kept word for word, as long as it is that text.
    const isAsImported = skill !== undefined && imported?.contentHash === skillHash(skill);
    if (isAsImported && imported.lineage !== null) {
      kept.set(written.name, imported.lineage);
      continue;
    }
    const replaced = base.skills.filter(({ name }) => written.replaces.includes(name));
    kept.set(written.name, lineageOf(store, applied, replaced));
  }
  const names = new Set(change.skills.map((skill) => skill.name));
  return structuredClone(Object.fromEntries([...kept].filter(([name]) => names.has(name))));
}
