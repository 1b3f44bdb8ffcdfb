import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { calls } from '../contract/calls.ts';
import { runSchema, trainResultSchema, type Run } from '../contract/run.ts';
import { exportBank } from '../exchange/bankFile.ts';
import { seedSkills } from '../skills/seeds.ts';
import { here, makeFolder, startMemskill, type Running } from './testProcess.ts';

// A process that trains owns the workspace; the commands here, in another process, speak with it through its socket.

const { document, refusal, report } = here;
const POLL_MS = 100;

type Workspace = readonly ['--workspace', string];

function newWorkspace(): Workspace {
  return ['--workspace', join(makeFolder(), 'work')];
}

/** A run that would take hours. */
function startLongRun(workspace: Workspace): Running {
  return follow(
    startMemskill(
      ...['train', '--outer-epochs', '1', '--inner-epochs', '10000', '--batch-size', '1', '--json'],
      ...workspace,
    ),
  );
}

function follow(running: Running): Running {
  onTestFinished(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

function allRuns(workspace: Workspace): Promise<Run[]> {
  return document(z.array(runSchema), 'runs', ...workspace);
}

async function currentRun(workspace: Workspace): Promise<Run | null> {
  return (await allRuns(workspace))[0] ?? null;
}

/** Waits until the process says whom it is, so that nobody here becomes the owner, and has trained `steps` steps. */
async function trainedFor({ child }: Running, workspace: Workspace, steps: number): Promise<Run> {
  while (ownerOf(workspace) !== child.pid) {
    expect(child.exitCode).toBeNull();
    await setTimeout(POLL_MS);
  }
  for (;;) {
    expect(child.exitCode).toBeNull();
    const run = await currentRun(workspace);
    if (run !== null && run.step >= steps) return run;
    await setTimeout(POLL_MS);
  }
}

const ownerFile = z.object({ pid: z.number(), address: z.string().nullable() });

/** The process that serves the workspace, or null. */
function ownerOf([, folder]: Workspace): number | null {
  try {
    const owner = ownerFile.parse(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')));
    return owner.address === null ? null : owner.pid;
  } catch {
    // Not there yet.
    return null;
  }
}

test('while one process trains, others look and review through it; Ctrl-C pauses it, resume goes on', async () => {
  const workspace = newWorkspace();
  const [, folder] = workspace;
  const bank = join(folder, '..', 'bank.json');
  const pets = {
    name: 'keep_pets',
    description: 'Record pets.',
    instruction: 'Record which pets people have.',
    type: 'insert',
    origin: 'designer',
    isPinned: false,
  } as const;
  const skills = [...seedSkills({ skipNoop: false }), pets];
  writeFileSync(bank, exportBank({ skills, lineage: {}, statistics: {} }));
  await report('bank', 'import', bank, ...workspace);

  const running = startLongRun(workspace);
  const run = await trainedFor(running, workspace, 1);
  expect(run).toMatchObject({ id: 'sample-1', status: 'running' });

  const waiting = await document(calls['proposals.list'].output, 'proposals', ...workspace);
  expect(waiting.map(({ state }) => state)).toEqual(['ready']);
  const card = await document(calls['proposals.get'].output, 'review', 'p1', '--approve', ...workspace);
  expect(card.proposal.state).toBe('approved');
  expect(await document(calls['bank.versions'].output, 'bank', 'list', ...workspace)).toHaveLength(2);

  // What would change the bank under the run's feet is refused.
  const training = 'Run sample-1 is training; pause it before you';
  expect(await refusal(1, 'review', '--apply', ...workspace)).toContain(training);
  expect(await refusal(1, 'bank', 'import', bank, '--accept-all', ...workspace)).toContain(training);
  expect(await refusal(1, 'bank', 'rollback', '0', ...workspace)).toContain(training);
  expect(await refusal(1, 'train', '--resume', 'sample-1', ...workspace)).toContain(training);

  running.child.kill('SIGINT');
  const { status, stdout, stderr } = await running.ended;
  expect(status).toBe(0);
  expect(stderr).toBe('Stopping; Ctrl-C once more ends at once.\n');
  const paused = trainResultSchema.parse(JSON.parse(stdout));
  expect(paused).toMatchObject({ run: 'sample-1', status: 'paused', stages: [] });
  expect(ownerOf(workspace)).toBeNull();

  const saved = await currentRun(workspace);
  expect(saved).toMatchObject({ status: 'paused' });
  const resumed = follow(startMemskill('train', '--resume', 'sample-1', ...workspace));
  await trainedFor(resumed, workspace, saved!.step + 1);
  resumed.child.kill('SIGINT');
  const words = (await resumed.ended).stdout;
  expect(words).toContain('Run sample-1: paused');
  expect(words).toContain(`go on with "memskill train --resume sample-1 --workspace ${folder}"`);
});

test('when the process that another one trains in is stopped, the other says why it stops and how to go on', async () => {
  const workspace = newWorkspace();
  const owner = startLongRun(workspace);
  await trainedFor(owner, workspace, 1);
  const second = startLongRun(workspace);
  while (((await allRuns(workspace))[1]?.step ?? 0) < 1) {
    expect(second.child.exitCode).toBeNull();
    await setTimeout(POLL_MS);
  }
  owner.child.kill('SIGINT');
  expect((await owner.ended).status).toBe(0);
  // Whether it hears of the pause or of the lost connection first is a matter of luck.
  expect((await second.ended).stderr).toMatch(
    /The process that trained run sample-2 has ended, which paused the run\.|Run sample-2 is saved: go on with/u,
  );
  expect(await allRuns(workspace)).toMatchObject([{ status: 'paused' }, { status: 'paused' }]);
});

test('a second training process uses the first as its engine; when that one is killed both runs can go on', async () => {
  const workspace = newWorkspace();
  const owner = startLongRun(workspace);
  const before = await trainedFor(owner, workspace, 1);
  const second = startLongRun(workspace);
  while (((await allRuns(workspace))[1]?.step ?? 0) < 1) {
    expect(second.child.exitCode).toBeNull();
    await setTimeout(POLL_MS);
  }
  expect(ownerOf(workspace)).toBe(owner.child.pid);
  owner.child.kill('SIGKILL');
  expect((await owner.ended).status).toBeNull();
  const { status, stdout, stderr } = await second.ended;
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `memskill: The connection to the application closed; try again. Run sample-2 is saved: go on with "memskill train --resume sample-2 --workspace ${workspace[1]}".\n`,
  );

  const left = await allRuns(workspace);
  const interrupted = { status: 'paused', message: 'The process ended while the run was training.' };
  expect(left).toMatchObject([interrupted, interrupted]);
  expect(left[0]!.step).toBeGreaterThanOrEqual(before.step);
  expect(await report('doctor', ...workspace)).toContain('chain intact');
  const resumed = follow(startMemskill('train', '--resume', 'sample-1', ...workspace));
  expect(await trainedFor(resumed, workspace, left[0]!.step + 1)).toMatchObject({ status: 'running' });
});

test('a reader that goes away, as `head` does, is no error', async () => {
  const workspace = newWorkspace();
  await report('runs', ...workspace);
  const { child, ended } = startMemskill('bank', 'show', ...workspace);
  child.stdout!.destroy();
  const { status, stderr } = await ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
