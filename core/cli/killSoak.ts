import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listStaged } from '../evolution/apply.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import { currentRevision, isStale } from '../evolution/proposalText.ts';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';
import { changeHash } from '../skills/changeHash.ts';
import { Workspace } from '../store/workspace.ts';
import { parseRunState } from '../training/runState.ts';
import { metricsHash } from '../training/stepMetrics.ts';

/**
 * `npm run soak -- --kills 50`: runs with reviews, driven through the command line as a person would, whose processes are
 * killed with SIGKILL at random moments. After each kill every acknowledged decision is there, the event chain verifies
 * and the checkpoint can be read; a run that ends has the numbers and the bank of one that was never killed.
 */

export interface KillSoakOptions {
  /** An empty folder; two workspaces are made in it. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  /** Flags of `memskill train`. */
  readonly trainFlags: readonly string[];
}

export interface KillSoakSummary {
  readonly kills: number;
  /** Kills by the command that was running. */
  readonly killed: Readonly<Record<string, number>>;
  readonly processes: number;
  /** Decisions whose process said so and ended with 0; all of them were found after every kill. */
  readonly acknowledged: number;
  /** Decisions that were on the disk although their process was killed before it could say so. */
  readonly unacknowledged: number;
  /** Runs that were finished with kills on the way; each equals the undisturbed one. */
  readonly runs: number;
  readonly events: number;
  readonly metricsHash: string;
  readonly bankHash: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
export const SOAK_FLAGS = ['--dataset', 'sample', '--review', 'manual', '--seed', '7'] as const;
/** Longer than the commands take, so that some kills come too late and the run gets on. */
const MAX_DELAY_MS = { train: 9000, review: 1500, apply: 7000 } as const;
type CommandKind = keyof typeof MAX_DELAY_MS;

interface Command {
  readonly kind: CommandKind;
  readonly args: readonly string[];
  /** For a review: the proposal and the verdict that is acknowledged when it ends with 0. */
  readonly decides?: { readonly proposalId: string; readonly verdict: 'approve' | 'reject' };
}

/** One reviewer in both workspaces: what is decided follows from the text alone. A third is refused. */
function reviewOf(proposalId: string, hash: string): Command {
  const isRefused = Number.parseInt(hash.slice(0, 8), 16) % 3 === 0;
  return {
    kind: 'review',
    args: ['review', proposalId, ...(isRefused ? ['--reject', 'not this time'] : ['--approve'])],
    decides: { proposalId, verdict: isRefused ? 'reject' : 'approve' },
  };
}

/** What a person would do next with the newest run; null when it is finished. */
function nextCommand(workspace: Workspace, trainFlags: readonly string[]): Command | null {
  const run = workspace.runs.list().at(-1);
  if (run === undefined) return { kind: 'train', args: ['train', ...trainFlags] };
  if (run.status === 'finished') return null;
  const resume: Command = { kind: 'train', args: ['train', '--resume', run.id] };
  if (run.status !== 'waiting') return resume;
  const ready = workspace.proposals
    .list({ where: { runId: run.id, state: 'ready' } })
    .find((proposal) => !isStale(workspace, proposal));
  if (ready !== undefined) return reviewOf(ready.id, changeHash(currentRevision(ready).change));
  const isStaged = listStaged(workspace, run.id).staged.length > 0;
  return isStaged ? { kind: 'apply', args: ['review', '--apply', '--run', run.id] } : resume;
}

/** Runs a command, killed after `killAfterMs` unless that is null or the command is faster. INTERNAL when it fails. */
async function runCommand(
  folder: string,
  command: Command,
  killAfterMs: number | null,
): Promise<'done' | 'killed'> {
  const args = [MAIN, ...command.args, '--workspace', folder, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const closed = once(child, 'close');
  if (killAfterMs !== null) {
    const cancelSleep = new AbortController();
    await Promise.race([closed, sleep(killAfterMs, null, { signal: cancelSleep.signal })]);
    cancelSleep.abort();
    child.kill('SIGKILL');
  }
  await closed;
  if (child.signalCode === 'SIGKILL') return 'killed';
  if (child.exitCode === 0) return 'done';
  throw new AppError('INTERNAL', `"${command.args.join(' ')}" ended with ${child.exitCode}: ${errors}`);
}

/** What a finished run has in common with every other of its seed and decisions. */
interface Result {
  readonly metricsHash: string;
  readonly bankHash: string;
}

/** Trains and reviews without a kill until the newest run is finished. */
async function finishRun(folder: string, trainFlags: readonly string[]): Promise<Result> {
  for (;;) {
    const command = await withWorkspace(folder, (workspace) => nextCommand(workspace, trainFlags));
    if (command === null) break;
    await runCommand(folder, command, null);
  }
  return resultOf(folder);
}

async function resultOf(folder: string): Promise<Result> {
  return withWorkspace(folder, (workspace) => {
    const run = required(workspace.runs.list().at(-1), 'finished run');
    return {
      metricsHash: metricsHash(workspace.metrics.list(run.id)),
      bankHash: currentVersion(workspace, run.id).hash,
    };
  });
}

async function withWorkspace<T>(folder: string, look: (workspace: Workspace) => T): Promise<T> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  try {
    return look(workspace);
  } finally {
    await workspace.close();
  }
}

type Acknowledged = NonNullable<Command['decides']>;

/** @throws AppError INTERNAL when something acknowledged is lost or anything is damaged. */
function examine(workspace: Workspace, acknowledged: readonly Acknowledged[]): void {
  const failure = (what: string): AppError =>
    new AppError('INTERNAL', `After a kill ${what} (${workspace.folderPath}).`);
  const stored = new Set(
    workspace.decisions.list().map(({ proposalId, verdict }) => `${proposalId} ${verdict}`),
  );
  const lost = acknowledged.find(({ proposalId, verdict }) => !stored.has(`${proposalId} ${verdict}`));
  if (lost !== undefined) throw failure(`the acknowledged ${lost.verdict} of ${lost.proposalId} is lost`);
  const report = workspace.verify();
  if (!report.ok) throw failure(`the past does not verify: ${JSON.stringify(report)}`);
  for (const { id } of workspace.runs.list()) {
    const { checkpoint, bestCheckpoint, step } = parseRunState(id, workspace.runState.get(id));
    for (const file of [checkpoint, bestCheckpoint]) if (file !== null) workspace.checkpoints.read(file);
    if (workspace.metrics.list(id).length !== step) throw failure(`run ${id} has a step in part`);
  }
}

interface Soaked {
  readonly acknowledged: Acknowledged[];
  readonly killed: Map<string, number>;
  processes: number;
  kills: number;
  runs: number;
}

/** One command under threat; what it acknowledged and whether it was killed goes into `soaked`. */
async function threaten(folder: string, command: Command, soaked: Soaked, seed: number): Promise<void> {
  const rng = createRng(seed, 'kill', soaked.processes);
  soaked.processes += 1;
  const end = await runCommand(folder, command, rng.int(MAX_DELAY_MS[command.kind]));
  if (end === 'killed') {
    soaked.kills += 1;
    soaked.killed.set(command.kind, (soaked.killed.get(command.kind) ?? 0) + 1);
  } else if (command.decides !== undefined) soaked.acknowledged.push(command.decides);
}

/** Kills `kills` processes and finishes the run then in progress. INTERNAL at the first thing that is not as it should be. */
export async function killSoak(options: KillSoakOptions): Promise<KillSoakSummary> {
  const { folder, kills, seed, trainFlags } = options;
  const expected = await finishRun(join(folder, 'undisturbed'), trainFlags);
  const place = join(folder, 'killed');
  const soaked: Soaked = { acknowledged: [], killed: new Map(), processes: 0, kills: 0, runs: 0 };
  const check = async (result: Result): Promise<void> => {
    soaked.runs += 1;
    if (result.metricsHash === expected.metricsHash && result.bankHash === expected.bankHash) return;
    throw new AppError('INTERNAL', `A killed and resumed run differs from the undisturbed one (${place}).`, {
      details: { expected, result },
    });
  };
  while (soaked.kills < kills) {
    const command = await withWorkspace(place, (workspace) => {
      examine(workspace, soaked.acknowledged);
      return nextCommand(workspace, trainFlags);
    });
    if (command === null) await check(await resultOf(place));
    await threaten(place, command ?? { kind: 'train', args: ['train', ...trainFlags] }, soaked, seed);
  }
  const decided = await withWorkspace(place, (workspace) => workspace.decisions.count());
  await check(await finishRun(place, trainFlags));
  return withWorkspace(place, (workspace) => {
    examine(workspace, soaked.acknowledged);
    return {
      kills: soaked.kills,
      killed: Object.fromEntries(soaked.killed),
      processes: soaked.processes,
      acknowledged: soaked.acknowledged.length,
      unacknowledged: decided - soaked.acknowledged.length,
      runs: soaked.runs,
      events: workspace.events.list().length,
      ...expected,
    };
  });
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'memskill-kill-soak-'));
  const trainFlags = [...SOAK_FLAGS, '--outer-epochs', '4', '--inner-epochs', '3', '--batch-size', '2'];
  const startedMs = systemClock.now();
  // Kept when it fails, to be looked at: the error names it.
  const summary = await killSoak({
    folder,
    kills: Number(values.kills),
    seed: Number(values.seed),
    trainFlags,
  });
  rmSync(folder, { recursive: true });
  console.log(JSON.stringify({ ...summary, seconds: (systemClock.now() - startedMs) / 1000 }));
}
