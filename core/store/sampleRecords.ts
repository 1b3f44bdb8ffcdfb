/** Invented records that fit the contract, for the tests and the crash soak of this folder. */
import { DEFAULT_EVALUATION, type Evaluation } from '../contract/evaluation.ts';
import type { Cluster, HardCase } from '../contract/hardCase.ts';
import type { Decision, Proposal, Replay } from '../contract/proposal.ts';
import type { Run } from '../contract/run.ts';
import type { BankVersion, Skill } from '../contract/skill.ts';
import { contentHash } from '../shared/contentHash.ts';

const HASH = contentHash('sample');

export function sampleSkill(change: Partial<Skill> = {}): Skill {
  return {
    name: 'keep_pets',
    description: 'Which animals people live with.',
    instruction: 'Write down each pet with its name and its owner.',
    type: 'insert',
    origin: 'designer',
    isPinned: false,
    ...change,
  };
}

export function sampleRun(change: Partial<Run> = {}): Run {
  return {
    id: 'run-1',
    name: 'first',
    status: 'running',
    config: { seed: 42, review: 'manual' },
    dataHash: HASH,
    stage: 0,
    step: 0,
    bankVersion: 0,
    stages: [],
    message: null,
    warnings: [],
    createdAtMs: 1000,
    updatedAtMs: 1000,
    ...change,
  };
}

export function sampleProposal(change: Partial<Proposal> = {}): Proposal {
  const { name, description, instruction, type } = sampleSkill();
  return {
    id: 'proposal-1',
    runId: 'run-1',
    stage: 0,
    state: 'ready',
    baseHash: HASH,
    baseVersion: 0,
    clusterId: null,
    caseIds: ['case-1'],
    pattern: 'pets are not stored',
    rootCause: 'no skill asks for animals',
    revisions: [
      {
        change: { kind: 'add', skill: { name, description, instruction, type } },
        author: 'designer',
        reasoning: 'the evidence names a dog',
        response: null,
        createdAtMs: 1000,
      },
    ],
    replayId: null,
    overlap: [],
    createdAtMs: 1000,
    ...change,
  };
}

export function sampleDecision(change: Partial<Decision> = {}): Decision {
  return {
    id: 'decision-1',
    proposalId: 'proposal-1',
    revision: 0,
    textHash: HASH,
    bankHash: HASH,
    verdict: 'approve',
    reason: 'it helps',
    source: 'cli',
    createdAtMs: 2000,
    ...change,
  };
}

export function sampleReplay(change: Partial<Replay> = {}): Replay {
  const result = {
    count: 1,
    wins: 1,
    ties: 0,
    losses: 0,
    meanDifference: 0.5,
    interval: [0.1, 0.9] as [number, number],
  };
  return {
    id: 'replay-1',
    proposalIds: ['proposal-1'],
    baseHash: HASH,
    proposedHash: contentHash('other'),
    seed: 42,
    affected: result,
    guard: result,
    overall: result,
    cases: [],
    spans: null,
    cost: { oldMemoriesPerSpan: 3, newMemoriesPerSpan: 4, contextGrowth: 0.1 },
    createdAtMs: 1500,
    ...change,
  };
}

export function sampleHardCase(change: Partial<HardCase> = {}): HardCase {
  return {
    id: 'case-1',
    runId: 'run-1',
    traceId: 'trace-1',
    questionId: 'trace-1_0',
    question: 'What is the name of the dog?',
    golds: ['Biscuit'],
    category: 4,
    prediction: '',
    score: 0,
    judge: null,
    attempts: [{ step: 3, score: 0, prediction: '' }],
    failCount: 1,
    step: 3,
    bankHash: HASH,
    diagnosis: 'not_stored',
    chain: { evidence: [], spans: [], needed: null, retrieved: [] },
    ...change,
  };
}

export function sampleCluster(change: Partial<Cluster> = {}): Cluster {
  return {
    id: 'cluster-1',
    runId: 'run-1',
    stage: 0,
    name: 'pets',
    caseIds: ['case-1'],
    representativeIds: ['case-1'],
    severity: 1,
    diagnosisShares: { not_stored: 1 },
    ...change,
  };
}

export function sampleBankVersion(change: Partial<BankVersion> = {}): BankVersion {
  return {
    version: 0,
    hash: HASH,
    parentVersion: null,
    cause: 'seed',
    runId: null,
    stage: null,
    step: null,
    decisionIds: [],
    note: '',
    skills: [sampleSkill()],
    lineage: {},
    statistics: {},
    createdAtMs: 500,
    ...change,
  };
}

/** One that was just begun, of plain retrieval. */
export function sampleEvaluation(change: Partial<Evaluation> = {}): Evaluation {
  return {
    id: 'e1',
    experimentId: null,
    name: 'plain retrieval by words (BM25)',
    status: 'running',
    message: null,
    input: { ...DEFAULT_EVALUATION, subject: { kind: 'baseline', baseline: 'bm25' } },
    bank: null,
    controller: null,
    dataset: { name: 'sample', fileHash: 'a'.repeat(64), split: 'validation', traces: 1, questions: 1 },
    engine: { kind: 'builtin', embedderId: 'builtin', models: [], promptVersions: {}, warnings: [] },
    config: { dataset: 'sample', seed: 42, k: 3 },
    applicationVersion: '0.0.0',
    results: null,
    createdAtMs: 1000,
    updatedAtMs: 1000,
    ...change,
  };
}
