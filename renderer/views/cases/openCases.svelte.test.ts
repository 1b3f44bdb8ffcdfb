import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WorkspaceDomain } from '../../../core/contract/application.ts';
import { settingsSchema } from '../../../core/contract/application.ts';
import type { HardCaseSummary } from '../../../core/contract/hardCase.ts';
import { createInMemoryTransport } from '../../../core/contract/inMemoryTransport.ts';
import { serve, type Handlers, type ServerConnection } from '../../../core/contract/rpc.ts';
import type { Run } from '../../../core/contract/run.ts';
import { Studio } from '../../state/studio.svelte.ts';
import { OpenCases } from './openCases.svelte.ts';

function run(id: string, status: Run['status']): Run {
  return {
    id,
    name: id,
    status,
    config: {},
    dataHash: 'h',
    stage: 0,
    step: 1,
    bankVersion: 0,
    stages: [],
    message: null,
    warnings: [],
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

function summary(id: string, runId: string): HardCaseSummary {
  return {
    id,
    runId,
    traceId: 't1',
    questionId: id,
    question: 'When did Ana move?',
    golds: ['7 May 2023'],
    category: 2,
    prediction: '',
    score: 0,
    judge: null,
    failCount: 1,
    step: 0,
    bankHash: 'h',
    diagnosis: 'not_stored',
  };
}

/** An engine with one list of runs and cases; every call that is not named here fails. */
class FakeEngine {
  runs: Run[] = [];
  cases: HardCaseSummary[] = [];
  listed = 0;
  #connection: ServerConnection | null = null;

  connect(): ReturnType<typeof createInMemoryTransport>[0] {
    const [page, engine] = createInMemoryTransport();
    const handlers: Partial<Handlers> = {
      'application.get': async () => ({
        version: '0',
        shell: 'browser',
        fileChoice: 'none',
        nodeVersion: '24',
        electronVersion: null,
        system: '',
        trainingBackend: null,
        workspace: '',
      }),
      'settings.get': async () => settingsSchema.parse({}),
      'runs.list': async () => this.runs,
      'runs.progress': async () => null,
      'proposals.list': async () => [],
      'cases.list': async ({ runId }) => {
        this.listed += 1;
        return this.cases.filter((one) => one.runId === runId);
      },
    };
    // Calls that the fake lacks are answered with an error, which fails the test that makes them.
    this.#connection = serve(engine, handlers as Handlers);
    return page;
  }

  tell(...domains: WorkspaceDomain[]): void {
    this.#connection?.emit('workspace.onChange', { domains });
  }
}

let engine: FakeEngine;
let studio: Studio;
let open: OpenCases;
let stop: () => void;

/** Until every message that is under way has been handled. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    await Promise.resolve();
    flushSync();
  }
}

function ids(): string[] | null {
  return open.cases?.map(({ id }) => id) ?? null;
}

async function begin(runs: Run[], cases: HardCaseSummary[]): Promise<void> {
  engine = new FakeEngine();
  engine.runs = runs;
  engine.cases = cases;
  studio = new Studio(async () => engine.connect());
  stop = $effect.root(() => {
    open = new OpenCases(studio);
  });
  await settle();
}

beforeEach(() => {
  vi.stubGlobal('window', { location: { hash: '' }, addEventListener: () => undefined });
  vi.stubGlobal('document', { addEventListener: () => undefined });
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test('a run that does not train: the list follows every change', async () => {
  await begin([run('r1', 'waiting')], [summary('c1', 'r1')]);
  expect(ids()).toEqual(['c1']);
  engine.cases = [summary('c2', 'r1'), summary('c1', 'r1')];
  engine.tell('cases');
  await settle();
  expect([ids(), open.isBehind]).toEqual([['c2', 'c1'], false]);
});

test('a run that trains: the list stays until it is asked for', async () => {
  await begin([run('r1', 'running')], [summary('c1', 'r1')]);
  const listed = engine.listed;
  const revision = open.revision;
  engine.cases = [summary('c2', 'r1'), summary('c1', 'r1')];
  engine.tell('cases');
  await settle();
  expect([ids(), open.isBehind, engine.listed - listed, open.revision]).toEqual([['c1'], true, 0, revision]);
  open.askAgain();
  await settle();
  expect([ids(), open.isBehind]).toEqual([['c2', 'c1'], false]);
  expect(open.revision).not.toBe(revision);
});

test('a run that trains and has no case yet: the first ones appear by themselves', async () => {
  await begin([run('r1', 'running')], []);
  expect(ids()).toEqual([]);
  engine.cases = [summary('c1', 'r1')];
  engine.tell('cases');
  await settle();
  expect(ids()).toEqual(['c1']);
});

test('when training ends, what changed meanwhile is shown', async () => {
  await begin([run('r1', 'running')], [summary('c1', 'r1')]);
  engine.cases = [summary('c2', 'r1')];
  engine.tell('cases');
  await settle();
  engine.runs = [run('r1', 'finished')];
  engine.tell('runs');
  await settle();
  expect([ids(), open.isBehind]).toEqual([['c2'], false]);
});

test('another run has another list, also while the first trains', async () => {
  await begin([run('r1', 'running'), run('r2', 'finished')], [summary('c1', 'r1'), summary('c9', 'r2')]);
  expect(ids()).toEqual(['c9']);
  studio.chooseRun('r1');
  flushSync();
  expect(ids()).toBeNull();
  await settle();
  expect(ids()).toEqual(['c1']);
});

test('no run, no list', async () => {
  await begin([], []);
  expect([ids(), open.error, engine.listed]).toEqual([null, null, 0]);
});
