import { parseRunConfig } from '../core/config/options.ts';
import type { RunConfig } from '../core/config/schema.ts';
import type { Diagnosis, HardCase } from '../core/contract/hardCase.ts';
import type { BankChange, PairedResult, Proposal, Replay } from '../core/contract/proposal.ts';
import type { BankVersion } from '../core/contract/skill.ts';
import { sourcePlatform } from '../core/app/platform.ts';
import { loadDataset } from '../core/datasets/dataset.ts';
import { openTraces } from '../core/datasets/traceReader.ts';
import type { Question, Trace } from '../core/datasets/trace.ts';
import { startLine } from '../core/evolution/bankHistory.ts';
import { changedSkills } from '../core/evolution/proposalText.ts';
import { summarise } from '../core/hardCases/clusterSummary.ts';
import { required } from '../core/shared/assertions.ts';
import { systemClock } from '../core/shared/clock.ts';
import { contentHash } from '../core/shared/contentHash.ts';
import { createRng, type Rng } from '../core/shared/rng.ts';
import { bankHash } from '../core/skills/skillBank.ts';
import { seedSkills } from '../core/skills/seeds.ts';
import { Workspace } from '../core/store/workspace.ts';
import { INITIAL_RUN_STATE } from '../core/training/runState.ts';

/**
 * A workspace as large as a reviewer ever meets, for measuring screens: one run that waits for review, its hard cases with
 * whole chains, clusters, and proposals that are ready, each with its replay. The words are the sample's, the numbers are
 * drawn, so nothing in it was trained.
 */
export interface LargeWorkspace {
  readonly cases: number;
  readonly proposals: number;
  readonly steps: number;
}

const RUN_ID = 'large-1';
const CLUSTERS = 20;
const CASES_PER_PROPOSAL = 12;
const REPLAYED_CASES = 40;
const SPANS_PER_CASE = 3;
const RETRIEVED = 10;
/** No case is a bad one yet: that is for a person to say. */
const DIAGNOSES = ['not_stored', 'stored_weak', 'not_retrieved', 'not_used'] as const;
const TOPICS = ['travel', 'pets', 'work', 'food', 'health', 'music', 'sport', 'family', 'books', 'plans'];

interface Asked {
  readonly trace: Trace;
  readonly question: Question;
}

function pick<T>(rng: Rng, items: readonly T[]): T {
  return required(items[rng.int(items.length)], 'item to pick');
}

function chainOf({ trace, question }: Asked, rng: Rng, diagnosis: Diagnosis): HardCase['chain'] {
  const turns = trace.turns.filter(({ id }) => question.evidence.includes(id));
  const evidence = (turns.length > 0 ? turns : trace.turns.slice(0, 1)).map(({ id, text }) => ({
    turnId: id,
    text,
    spanIndex: trace.spans.findIndex((span) => span.turnIds.includes(id)),
  }));
  const text = required(evidence[0], 'evidence').text;
  const retrieved = Array.from({ length: RETRIEVED }, (_, at) => ({
    memoryId: `m${rng.int(500)}-${at}`,
    text: pick(rng, trace.turns).text,
    similarity: Math.round((0.8 - at * 0.05) * 1000) / 1000,
  }));
  const rank = diagnosis === 'not_used' ? 1 + rng.int(RETRIEVED) : RETRIEVED + 1 + rng.int(40);
  const names = seedSkills({ skipNoop: false }).map(({ name }) => name);
  return {
    evidence,
    spans: Array.from({ length: SPANS_PER_CASE }, (_, at) => {
      const span = pick(rng, trace.spans);
      return {
        spanIndex: span.index,
        date: span.date,
        skills: names.map((name, place) => ({ name, probability: [0.6, 0.2, 0.15, 0.05][place] ?? 0 })),
        actions: [{ type: 'insert', text: pick(rng, trace.turns).text, skill: names[at] ?? 'insert' }],
      };
    }),
    needed:
      diagnosis === 'not_stored'
        ? null
        : { memoryId: 'm-needed', text, coverage: diagnosis === 'stored_weak' ? 0.45 : 0.9, rank },
    retrieved,
  };
}

function hardCaseOf(asked: Asked, number: number, steps: number): HardCase {
  const rng = createRng('large workspace', 'case', number);
  const { trace, question } = asked;
  const diagnosis = pick(rng, DIAGNOSES);
  const failCount = 1 + rng.int(8);
  const score = rng.int(3) === 0 ? Math.round(rng.next() * 40) / 100 : 0;
  const prediction = score === 0 ? '' : pick(rng, trace.turns).text.slice(0, 60);
  const step = rng.int(steps);
  return {
    id: `case-${contentHash({ number }).slice(0, 24)}`,
    runId: RUN_ID,
    traceId: trace.id,
    questionId: `${question.id}#${number}`,
    question: question.text,
    golds: [...question.golds],
    category: question.category,
    prediction,
    score,
    judge: { score: 0, reason: 'the answer names something else' },
    attempts: Array.from({ length: failCount }, (_, at) => ({
      step: Math.max(0, step - failCount + 1 + at),
      score,
      prediction,
    })),
    failCount,
    step,
    bankHash: bankHash(seedSkills({ skipNoop: false })),
    diagnosis,
    chain: chainOf(asked, rng, diagnosis),
  };
}

function changeOf(number: number): BankChange {
  const topic = required(TOPICS[number % TOPICS.length], 'topic');
  const description = `What is said about ${topic}, with who and when (${number}).`;
  const steps = [
    `Read the text for ${topic}: who, what, when and where.`,
    'Write one memory for each fact, in full sentences that stand alone.',
    'Put the calendar date in place of words such as "yesterday".',
    `Leave out greetings and opinions that say nothing about ${topic}.`,
  ];
  const instruction = [...steps, 'INSERT only.'].join('\n');
  if (number % 4 === 3) return { kind: 'refine', name: 'insert', changes: { description, instruction } };
  return {
    kind: 'add',
    skill: { name: `keep_${topic}_${number}`, description, instruction, type: 'insert' },
  };
}

function replayOf(
  cases: readonly HardCase[],
  about: { readonly proposalId: string; readonly baseHash: string; readonly proposedHash: string },
): Replay {
  const rng = createRng('large workspace', 'replay', about.proposalId);
  const replayed = cases.slice(0, REPLAYED_CASES).map((one): Replay['cases'][number] => ({
    questionId: one.questionId,
    set: 'affected',
    question: one.question,
    golds: one.golds,
    oldPrediction: one.prediction,
    newPrediction: pick(rng, one.golds),
    oldScore: one.score,
    newScore: pick(rng, [0, one.score, 1]),
  }));
  const differences = replayed.map(({ oldScore, newScore }) => newScore - oldScore);
  const wins = differences.filter((difference) => difference > 0).length;
  const losses = differences.filter((difference) => difference < 0).length;
  const meanDifference = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  const result: PairedResult = {
    count: replayed.length,
    wins,
    ties: replayed.length - wins - losses,
    losses,
    meanDifference,
    interval: [meanDifference - 0.1, meanDifference + 0.1],
  };
  const { proposalId, ...hashes } = about;
  return {
    id: `r-${proposalId}`,
    proposalIds: [proposalId],
    ...hashes,
    seed: 42,
    affected: result,
    guard: { count: 0, wins: 0, ties: 0, losses: 0, meanDifference: 0, interval: [0, 0] },
    overall: result,
    cases: replayed.toSorted((a, b) => a.newScore - a.oldScore - (b.newScore - b.oldScore)),
    spans: null,
    cost: { oldMemoriesPerSpan: 2.4, newMemoriesPerSpan: 2.9, contextGrowth: 0.08 },
    createdAtMs: systemClock.now(),
  };
}

/** The hard cases in clusters of one topic each, by turns. */
function writeClusters(
  workspace: Workspace,
  cases: readonly HardCase[],
): { id: string; members: HardCase[] }[] {
  return Array.from({ length: Math.min(CLUSTERS, cases.length) }, (_, at) => {
    const members = cases.filter((_case, number) => number % CLUSTERS === at);
    const name = `${TOPICS[at % TOPICS.length] ?? 'mixed'} questions ${at + 1}`;
    const representativeIds = members.slice(0, 3).map(({ id }) => id);
    const cluster = summarise({ runId: RUN_ID, stage: 0, name, representativeIds }, members);
    workspace.clusters.put(cluster);
    return { id: cluster.id, members };
  });
}

function writeProposal(
  workspace: Workspace,
  number: number,
  made: { readonly cluster: { id: string; members: HardCase[] }; readonly base: BankVersion },
): void {
  const { cluster, base } = made;
  const id = `p${number + 1}`;
  const nowMs = systemClock.now();
  const revision: Proposal['revisions'][number] = {
    change: changeOf(number),
    author: 'designer',
    reasoning: `${cluster.members.length} questions fail alike; the skills selected there ask for something else.`,
    response: null,
    createdAtMs: nowMs - number * 60_000,
  };
  const proposedHash = bankHash(changedSkills(workspace, base.skills, revision));
  const replay = replayOf(cluster.members, { proposalId: id, baseHash: base.hash, proposedHash });
  workspace.replays.put(replay);
  workspace.proposals.put({
    id,
    runId: RUN_ID,
    stage: 0,
    state: 'ready',
    baseHash: base.hash,
    baseVersion: base.version,
    clusterId: cluster.id,
    caseIds: cluster.members.slice(0, CASES_PER_PROPOSAL).map((one) => one.id),
    pattern: 'facts of this kind are not stored',
    rootCause: 'not stored',
    revisions: [revision],
    replayId: replay.id,
    overlap: base.skills.slice(0, 3).map(({ name }, at) => ({ name, similarity: 0.6 - at / 10 })),
    createdAtMs: revision.createdAtMs,
  });
  workspace.events.append({ type: 'proposal.created', runId: RUN_ID, ids: { proposal: id } });
}

function writeRun(
  workspace: Workspace,
  config: RunConfig,
  about: { dataHash: string; steps: number },
): BankVersion {
  const { dataHash, steps } = about;
  const nowMs = systemClock.now();
  workspace.runs.put({
    id: RUN_ID,
    name: RUN_ID,
    status: 'waiting',
    config: { ...config },
    dataHash,
    stage: 0,
    step: steps,
    bankVersion: 0,
    stages: [{ stage: 0, reward: 0.4, selectionScore: 0.4, bankVersion: 0, action: 'first' }],
    message: 'Proposals wait for review.',
    warnings: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  });
  const rng = createRng('large workspace', 'rewards');
  for (let step = 0; step < steps; step += 1) {
    const reward = 0.4 + 0.1 * rng.next();
    const values = { 'reward/mean': reward, 'reward/category_4': reward, 'time/elapsed_s': 12 * (step + 1) };
    workspace.metrics.put({ runId: RUN_ID, step, stage: 0, values });
  }
  const from = { seeds: seedSkills({ skipNoop: false }) };
  return startLine(workspace, { runId: RUN_ID, from, clock: systemClock });
}

/** Writes it into a new folder. A few seconds; about 20 MiB with 2,000 cases and 200 proposals. */
export async function writeLargeWorkspace(folder: string, size: LargeWorkspace): Promise<void> {
  const config = parseRunConfig({ dataset: 'sample', review: 'manual', innerEpochs: size.steps });
  const dataset = await loadDataset(config, sourcePlatform.sampleFile);
  const reader = openTraces(dataset.source);
  const traces = await Promise.all(dataset.traces.map(({ id }) => reader.read(id)));
  const asked = traces.flatMap((trace) => trace.questions.map((question) => ({ trace, question })));
  const workspace = await Workspace.open(folder, { clock: systemClock });
  try {
    workspace.transaction(() => {
      const base = writeRun(workspace, config, { dataHash: dataset.fileHash, steps: size.steps });
      workspace.runState.put(RUN_ID, {
        ...INITIAL_RUN_STATE,
        stageStep: size.steps,
        step: size.steps,
        phase: 'reviewing',
        bankVersion: base.version,
      });
      const cases = Array.from({ length: size.cases }, (_, number) =>
        hardCaseOf(required(asked[number % asked.length], 'question'), number, size.steps),
      );
      for (const hardCase of cases) workspace.hardCases.put(hardCase);
      const clusters = writeClusters(workspace, cases);
      for (let number = 0; number < size.proposals; number += 1) {
        const cluster = required(clusters[number % clusters.length], 'cluster');
        writeProposal(workspace, number, { cluster, base });
      }
    });
  } finally {
    await workspace.close();
  }
}
