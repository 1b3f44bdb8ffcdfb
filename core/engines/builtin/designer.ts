import type { HardCase } from '../../contract/hardCase.ts';
import type { BankChange } from '../../contract/proposal.ts';
import type { Skill } from '../../contract/skill.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { Designer, DesignerInput, DesignerOutput, Draft } from '../roles.ts';
import {
  countDiagnoses,
  readCluster,
  topicWords,
  type ClusterReading,
  type KindLoss,
} from './clusterReading.ts';
import { draftHistory, type DraftHistory } from './draftHistory.ts';
import type { InformationKind } from './informationKinds.ts';
import { KIND_GUIDES } from './kindGuides.ts';
import { kindAdditions, listOf, topicAdditions } from './newSkill.ts';
import { redraft } from './redraft.ts';
import { kindIntroductions, kindRefinements, retrievalRefinements } from './refinement.ts';
import { askedKinds, isDedicatedTo, isTextSkill } from './skillCoverage.ts';

/** Retrieval is left alone until its failures repeat: this many fails of a case on average (reference 10.2). */
const REPEATED_FAILS = 2;
/** A topic is a weaker guess than a kind. */
const TOPIC_CERTAINTY = 0.5;
const RETRIEVAL_CERTAINTY = 0.3;
const QUOTE_LENGTH = 120;

/** Something that could be drafted for a cluster. */
interface Need {
  readonly reading: ClusterReading;
  readonly kind: InformationKind | 'topic' | 'retrieval';
  readonly cases: readonly HardCase[];
  readonly loss: number;
}

function needsOf(reading: ClusterReading): Need[] {
  const { notRetrieved, evidence, lost } = reading;
  const total = lost.length + notRetrieved.length;
  if (total === 0) return [];
  if (reading.keptShare > 0.5) {
    const fails = evidence.cases.reduce((sum, { failCount }) => sum + failCount, 0) / evidence.cases.length;
    const isRepeated = notRetrieved.length > evidence.cases.length / 2 && fails >= REPEATED_FAILS;
    const loss = RETRIEVAL_CERTAINTY * notRetrieved.reduce((sum, { score }) => sum + 1 - score, 0);
    return isRepeated ? [{ reading, kind: 'retrieval', cases: notRetrieved, loss }] : [];
  }
  if (reading.kinds.length > 0)
    return reading.kinds.map(({ kind, cases, loss }) => ({ reading, kind, cases, loss }));
  return topicWords(lost).length > 0
    ? [{ reading, kind: 'topic', cases: lost, loss: TOPIC_CERTAINTY * reading.loss }]
    : [];
}

/** Skills whose text could be improved: of insert or update type, and not one the controller never selects. */
function improvable(input: DesignerInput, touched: ReadonlySet<string>): Skill[] {
  return input.skills.filter(
    (skill) =>
      isTextSkill(skill) && !touched.has(skill.name) && input.statistics[skill.name]?.usageCount !== 0,
  );
}

function kindChanges(loss: KindLoss, input: DesignerInput, touched: ReadonlySet<string>): BankChange[] {
  const open = improvable(input, touched);
  const taken = new Set([...input.skills.map(({ name }) => name), ...touched]);
  const isCovered = input.skills.some((skill) => isDedicatedTo(skill, loss.kind));
  if (isCovered) {
    return open
      .filter((skill) => isDedicatedTo(skill, loss.kind))
      .flatMap((skill) => kindRefinements(skill, loss));
  }
  const weight = (skill: Skill): number => askedKinds(skill).get(loss.kind) ?? 0;
  const hosts = open
    .filter((skill) => (input.isRefineOnly ? skill.type === 'insert' : weight(skill) > 0))
    .sort((a, b) => weight(b) - weight(a));
  const introductions = hosts.flatMap((skill) => kindIntroductions(skill, loss));
  if (input.isRefineOnly) return introductions;
  const additions = kindAdditions(loss, taken);
  return input.prefersNewSkills ? [...additions, ...introductions] : [...introductions, ...additions];
}

/** The skill that wrote most of the memories that were not found. */
function writerOf(cases: readonly HardCase[], skills: readonly Skill[]): Skill[] {
  const counts = new Map<string, number>();
  for (const { chain } of cases) {
    for (const action of chain.spans.flatMap(({ actions }) => actions))
      counts.set(action.skill, (counts.get(action.skill) ?? 0) + 1);
  }
  return skills
    .filter(({ name }) => counts.has(name))
    .sort((a, b) => (counts.get(b.name) ?? 0) - (counts.get(a.name) ?? 0));
}

function changesFor(need: Need, input: DesignerInput, touched: ReadonlySet<string>): BankChange[] {
  if (need.kind === 'retrieval')
    return writerOf(need.cases, improvable(input, touched)).flatMap(retrievalRefinements);
  if (need.kind !== 'topic') return kindChanges({ ...need, kind: need.kind }, input, touched);
  const taken = new Set([...input.skills.map(({ name }) => name), ...touched]);
  return input.isRefineOnly ? [] : topicAdditions(need.cases, taken);
}

function quote(text: string): string {
  return `"${text.length <= QUOTE_LENGTH ? text : `${text.slice(0, QUOTE_LENGTH)}...`}"`;
}

function patternOf({ kind, cases }: Need): string {
  if (kind === 'topic') return `what is said about ${listOf(topicWords(cases).slice(0, 3))} is lost`;
  if (kind === 'retrieval') return 'memories are stored but not found';
  return `${KIND_GUIDES[kind].noun} are lost`;
}

function rootCauseOf({ kind, cases }: Need): string {
  const counts = countDiagnoses(cases);
  if (kind === 'retrieval') return `retrieval failure (${counts})`;
  const weak = cases.filter(({ diagnosis }) => diagnosis === 'stored_weak').length;
  return weak > cases.length / 2
    ? `memory quality failure: memories keep part of the fact (${counts})`
    : `storage failure: the fact is in no memory (${counts})`;
}

/** Names the evidence: how many questions, one example in full, and which skills were at work there. */
function reasoningOf(need: Need): string {
  const { cases, reading, kind } = need;
  const asked = kind === 'topic' || kind === 'retrieval' ? 'show this' : `ask ${KIND_GUIDES[kind].label}`;
  const example =
    cases.find((one) => reading.evidence.cluster.representativeIds.includes(one.id)) ?? cases[0];
  const active = [
    ...new Set(
      cases.flatMap(({ chain }) => chain.spans.flatMap(({ skills }) => skills)).map(({ name }) => name),
    ),
  ];
  const [needed, gold] = [example?.chain.needed, example?.golds[0]];
  return [
    `${cases.length} of the cluster's ${reading.evidence.cases.length} failed questions ${asked}.`,
    ...(example === undefined || gold === undefined
      ? []
      : [
          `For example ${quote(example.question)} expects ${quote(gold)}, while ${
            needed === null || needed === undefined
              ? 'no memory tells of it'
              : `memory says ${quote(needed.text)}`
          }.`,
        ]),
    ...(active.length > 0 ? [`Skills selected there: ${listOf(active.sort())}.`] : []),
  ].join(' ');
}

function targetOf(change: BankChange): string {
  if (change.kind === 'add') return change.skill.name;
  return change.kind === 'refine' ? change.name : '';
}

function draftFor(need: Need, change: BankChange): Draft {
  return {
    clusterId: need.reading.evidence.cluster.id,
    caseIds: need.cases.map(({ id }) => id),
    change,
    pattern: patternOf(need),
    rootCause: rootCauseOf(need),
    reasoning: reasoningOf(need),
  };
}

function summaryOf(
  drafts: readonly Draft[],
  readings: readonly ClusterReading[],
  needs: readonly Need[],
): string {
  if (drafts.length > 0)
    return `${drafts.length === 1 ? '1 draft' : `${drafts.length} drafts`}: ${drafts.map(({ pattern }) => pattern).join('; ')}.`;
  if (readings.length === 0) return 'No draft, because there are no failed questions.';
  if (needs.length === 0) {
    return readings.every(({ keptShare }) => keptShare > 0.5)
      ? 'No draft, because what was asked is in memory: retrieval or answering failed, which no skill mends.'
      : 'No draft, because the failed questions share neither a kind of information nor a topic.';
  }
  return 'No draft, because the bank asks for everything that was lost, or every remaining draft was refused before.';
}

/** Worst loss first; a kind once, for the cluster that loses most of it; a skill once. */
function chooseDrafts(needs: readonly Need[], input: DesignerInput, history: DraftHistory): Draft[] {
  const drafts: Draft[] = [];
  const touched = new Set<string>();
  const done = new Set<string>();
  for (const need of needs) {
    if (drafts.length >= input.maxChanges) break;
    const key = need.kind === 'topic' ? `topic ${need.reading.evidence.cluster.id}` : need.kind;
    if (done.has(key)) continue;
    const change = changesFor(need, input, touched).find((candidate) => !history.repeats(candidate));
    if (change === undefined) continue;
    drafts.push(draftFor(need, change));
    touched.add(targetOf(change));
    done.add(key);
  }
  return drafts;
}

async function design(
  input: DesignerInput,
  knows: readonly Need['kind'][] | null,
  signal?: AbortSignal,
): Promise<DesignerOutput> {
  throwIfAborted(signal);
  const readings = input.clusters.filter(({ cases }) => cases.length > 0).map(readCluster);
  const needs = readings
    .flatMap(needsOf)
    .filter(({ kind }) => knows?.includes(kind) ?? true)
    .sort((a, b) => b.loss - a.loss);
  const drafts = chooseDrafts(needs, input, draftHistory(input));
  return { drafts, summary: summaryOf(drafts, readings, needs) };
}

/**
 * The designer without a model: it reads which kind of information the failed questions of a cluster ask for, and drafts a
 * skill for it or refines the one the bank has. Deterministic; what a reviewer rejected, or what lowered the score, is not
 * drafted again in the same words. Clusters whose facts are in memory get no draft, unless retrieval fails repeatedly.
 *
 * @param knows kinds it has an eye for; null: all, topics and failures of retrieval too.
 */
export function createBuiltinDesigner(knows: readonly InformationKind[] | null = null): Designer {
  return {
    id: knows === null ? 'builtin' : 'builtin narrowed',
    design: (input, signal) => design(input, knows, signal),
    redraft,
  };
}
