import { expect, test } from 'vitest';
import type { BankChange, Decision, Proposal } from '../contract/proposal.ts';
import type { Run, RunEvent } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import type { StoredEvent } from '../store/eventLog.ts';
import { runEvents, type RunHistory } from './runEvents.ts';

const HASH = 'a'.repeat(64);

const RUN: Run = {
  id: 'r',
  name: 'r',
  status: 'paused',
  config: { review: 'manual' },
  dataHash: HASH,
  stage: 1,
  step: 7,
  bankVersion: 2,
  stages: [
    { stage: 0, reward: 0.2316, selectionScore: 0.3231, bankVersion: 1, action: 'first; 2 drafts' },
    { stage: 1, reward: 0.2, selectionScore: null, bankVersion: 2, action: 'worse; rolled back to v1' },
  ],
  message: null,
  warnings: [],
  createdAtMs: 1000,
  updatedAtMs: 9000,
};

/** The journal, one event for each line: type and ids. Event number n happened at n seconds. */
function journal(...lines: readonly (readonly [string, StoredEvent['ids']?])[]): StoredEvent[] {
  return lines.map(([type, ids = {}], index) => ({
    sequence: index + 1,
    type,
    runId: 'r',
    ids,
    atMs: (index + 1) * 1000,
    previousHash: HASH,
    hash: HASH,
  }));
}

function proposal(id: string, change: BankChange, about: Partial<Proposal> = {}): Proposal {
  return {
    id,
    runId: 'r',
    stage: 0,
    state: 'ready',
    baseHash: HASH,
    baseVersion: 1,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: [{ change, author: 'designer', reasoning: '', response: null, createdAtMs: 0 }],
    replayId: null,
    overlap: [],
    createdAtMs: 0,
    ...about,
  };
}

function decision(id: string, proposalId: string, about: Partial<Decision> = {}): Decision {
  return {
    id,
    proposalId,
    revision: 0,
    textHash: HASH,
    bankHash: HASH,
    verdict: 'approve',
    reason: '',
    source: 'app',
    createdAtMs: 0,
    ...about,
  };
}

function made(
  version: number,
  changes: BankChange[],
  about: Partial<BankVersion> = {},
): RunHistory['versions'][number] {
  const bank: BankVersion = {
    version,
    hash: HASH,
    parentVersion: 1,
    cause: 'decision',
    runId: 'r',
    stage: null,
    step: null,
    decisionIds: [],
    note: '',
    skills: [],
    lineage: {},
    statistics: {},
    createdAtMs: 0,
    ...about,
  };
  return { version: bank, changes };
}

const SKILL = {
  name: 'keep_dates',
  description: 'Dates.',
  instruction: 'Keep dates.',
  type: 'insert',
} as const;
const ADD: BankChange = { kind: 'add', skill: SKILL };
const REFINE: BankChange = { kind: 'refine', name: 'insert', changes: { description: 'All.' } };
const BACK: BankChange = { kind: 'rollback', toVersion: 1 };

function lines(events: readonly RunEvent[]): string[] {
  return events.map(({ id, kind, step, stage, atMs, text, proposalId, bankVersion }) =>
    [id, kind, `step ${step}`, `stage ${stage}`, atMs, text, proposalId ?? '-', bankVersion ?? '-'].join(
      ' | ',
    ),
  );
}

function marks(history: Partial<RunHistory>): string[] {
  return lines(
    runEvents({
      run: RUN,
      journal: [],
      versions: [],
      proposals: [],
      decisions: [],
      modelNames: new Map(),
      ...history,
    }),
  );
}

test('a stage with its proposals, what a person decided on them, and the version that came of it', () => {
  const events = marks({
    journal: journal(
      ['bank.started', { version: 1 }],
      ['run.started', { bankVersion: 1 }],
      ['run.stageEnded', { stage: 0, step: 6, bankVersion: 1 }],
      ['proposal.created', { proposal: 'p1' }],
      ['proposal.created', { proposal: 'p2' }],
      ['proposal.replayed', { proposal: 'p1' }],
      ['decision.recorded', { decision: 'd1', step: 6 }],
      ['decision.recorded', { decision: 'd2', step: 6 }],
      ['proposal.applied', { proposal: 'p1' }],
      ['bank.changed', { bankVersion: 2, step: 6 }],
    ),
    proposals: [proposal('p1', ADD), proposal('p2', REFINE)],
    decisions: [decision('d1', 'p1'), decision('d2', 'p2', { verdict: 'reject', reason: 'redundant' })],
    versions: [made(1, [], { cause: 'seed' }), made(2, [ADD])],
  });
  expect(events).toEqual([
    'e2 | start | step 0 | stage 0 | 2000 | Started with bank v1 | - | 1',
    'e3 | stage | step 6 | stage 0 | 3000 | Stage 1 ended: reward 23.2 points, selection set 32.3; first; 2 drafts | - | 1',
    'e4 | proposal | step 6 | stage 0 | 4000 | 2 proposals: add keep_dates, refine insert | p1 | -',
    'e7 | decision | step 6 | stage 0 | 7000 | Approved p1, add keep_dates | p1 | -',
    'e8 | decision | step 6 | stage 0 | 8000 | Rejected p2, refine insert | p2 | -',
    'e10 | version | step 6 | stage null | 10000 | Bank v2: add keep_dates | - | 2',
  ]);
});

test('a decision made while the run trains stands at the step it was made at; each stage has its own proposals', () => {
  const events = marks({
    journal: journal(
      ['run.started', { bankVersion: 1 }],
      ['run.stageEnded', { stage: 0, step: 6 }],
      ['proposal.created', { proposal: 'p1' }],
      ['decision.recorded', { decision: 'd1', step: 9 }],
      ['run.stageEnded', { stage: 1, step: 12 }],
      ['proposal.created', { proposal: 'p2' }],
    ),
    proposals: [proposal('p1', ADD), proposal('p2', REFINE, { stage: 1 })],
    decisions: [decision('d1', 'p1', { verdict: 'park' })],
  });
  expect(events.slice(2)).toEqual([
    'e3 | proposal | step 6 | stage 0 | 3000 | 1 proposal: add keep_dates | p1 | -',
    'e4 | decision | step 9 | stage 0 | 4000 | Parked p1, add keep_dates | p1 | -',
    'e5 | stage | step 12 | stage 1 | 5000 | Stage 2 ended: reward 20.0 points; worse; rolled back to v1 | - | 2',
    'e6 | proposal | step 12 | stage 1 | 6000 | 1 proposal: refine insert | p2 | -',
  ]);
});

test('going back at once is one mark; going back on request is a proposal like any other', () => {
  const back = proposal('p1', BACK);
  const asked = { ...back, revisions: back.revisions.map((one) => ({ ...one, author: 'system' as const })) };
  const history = {
    journal: journal(
      ['proposal.created', { proposal: 'p1' }],
      ['decision.recorded', { decision: 'd1', step: 7 }],
      ['bank.rolledBack', { bankVersion: 3, step: 7 }],
    ),
    decisions: [decision('d1', 'p1')],
    versions: [made(3, [BACK], { cause: 'rollback', stage: 1 })],
  };
  const rollback = 'e3 | rollback | step 7 | stage 1 | 3000 | Bank v3 has the skills of v1 again | - | 3';
  const byHand = {
    ...back,
    revisions: back.revisions.map((one) => ({ ...one, author: 'reviewer' as const })),
  };
  expect(marks({ ...history, proposals: [byHand] })).toEqual([rollback]);
  const guarded = { ...RUN, config: { review: 'guarded' } };
  expect(marks({ ...history, run: guarded, proposals: [asked] })).toEqual([rollback]);
  expect(marks({ ...history, proposals: [asked] })).toEqual([
    'e1 | proposal | step 0 | stage 0 | 1000 | 1 proposal: rollback to v1 | p1 | -',
    'e2 | decision | step 7 | stage 0 | 2000 | Approved p1, rollback to v1 | p1 | -',
    rollback,
  ]);
});

test('who decided is said when it was no person; a text that was edited is named as it was decided on', () => {
  const edited = proposal('p1', ADD);
  const second = { ...edited.revisions[0]!, change: { ...ADD, skill: { ...SKILL, name: 'keep_days' } } };
  const events = marks({
    journal: journal(
      ['decision.recorded', { decision: 'd1' }],
      ['decision.recorded', { decision: 'd2' }],
      ['decision.recorded', { decision: 'd3' }],
      ['decision.recorded', { decision: 'd4' }],
    ),
    proposals: [{ ...edited, revisions: [...edited.revisions, second] }],
    decisions: [
      decision('d1', 'p1', { source: 'guarded' }),
      decision('d2', 'p1', { source: 'guarded', verdict: 'retract' }),
      decision('d3', 'p1', { verdict: 'redraft' }),
      decision('d4', 'p1', { source: 'cli', verdict: 'edit', revision: 1 }),
    ],
  });
  expect(events.map((line) => line.split(' | ')[5])).toEqual([
    'Approved p1, add keep_dates (by guarded mode)',
    'Verdict taken back: p1, add keep_dates (by guarded mode)',
    'Another draft was asked for: p1, add keep_dates',
    'Edited and approved p1, add keep_days',
  ]);
});

test('a kill, and how the run stands', () => {
  const interrupted = journal(
    ['run.started', { bankVersion: 1 }],
    ['run.interrupted', { step: 4, stage: 0 }],
  );
  const end = (status: Run['status'], message: string | null): string[] =>
    marks({ run: { ...RUN, status, message }, journal: interrupted }).slice(2);
  expect(marks({ journal: interrupted })[1]).toBe(
    'e2 | interrupted | step 4 | stage 0 | 2000 | The process ended while the run was training | - | -',
  );
  expect(end('paused', 'The process ended while the run was training.')).toEqual([]);
  expect(end('waiting', 'Proposals wait for review.')).toEqual([]);
  expect(end('running', null)).toEqual([]);
  expect(end('finished', null)).toEqual(['end | end | step 7 | stage 1 | 9000 | Finished | - | 2']);
  expect(end('cancelled', null)).toEqual(['end | end | step 7 | stage 1 | 9000 | Cancelled | - | 2']);
  expect(end('failed', 'The disk is full.')).toEqual([
    'end | end | step 7 | stage 1 | 9000 | Failed: The disk is full. | - | 2',
  ]);
});

test('many changes at once are counted; what the journal says of other things, or of records that are gone, is no mark', () => {
  const changes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name): BankChange => ({ kind: 'retire', name }));
  expect(
    marks({
      journal: journal(
        ['bank.changed', { bankVersion: 2 }],
        ['bank.changed', { bankVersion: 99 }],
        ['case.markedBad', { case: 'c1' }],
        ['decision.recorded', { decision: 'gone' }],
        ['proposal.created', { proposal: 'gone' }],
        ['run.stageEnded', { stage: 99, step: 3 }],
      ),
      versions: [made(2, changes)],
    }),
  ).toEqual([
    'e1 | version | step 0 | stage null | 1000 | Bank v2: retire a, retire b, retire c, retire d and 2 more | - | 2',
  ]);
});

test('what became of model processes, by the name of the model or what it was', () => {
  const restarted = journal(
    ['run.started', { bankVersion: 1 }],
    ['model.restarted', { model: 'gguf:1', cause: 'crash', step: 3, stage: 0 }],
    ['model.restarted', { model: 'gguf:1', cause: 'out-of-memory', gpuLayers: 18, step: 3, stage: 0 }],
    ['model.restarted', { model: 'gguf:2', cause: 'load', gpuLayers: 0, step: 4, stage: 0 }],
    ['model.restarted', { model: 'gguf:2', cause: 'unheard', step: 4, stage: 0 }],
  );
  const modelNames = new Map([['gguf:1', 'Small']]);
  expect(marks({ journal: restarted, modelNames }).slice(1)).toEqual([
    'e2 | model | step 3 | stage 0 | 2000 | Small: its process was started again, because it ended unexpectedly | - | -',
    'e3 | model | step 3 | stage 0 | 3000 | Small: it keeps 18 layers on the GPU from now on, because there was not enough memory | - | -',
    'e4 | model | step 4 | stage 0 | 4000 | gguf:2: it runs on the processor from now on, because the model could not be loaded | - | -',
  ]);
});
