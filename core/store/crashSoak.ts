import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { createRng } from '../shared/rng.ts';
import type { Rng } from '../shared/rng.ts';
import { SOAK_RUN_ID, soakStateSchema } from './crashWriter.ts';
import { Workspace } from './workspace.ts';

export interface SoakSummary {
  readonly kills: number;
  readonly acknowledged: number;
  /** Commits that were on the disk although the kill came before their acknowledgement. */
  readonly unacknowledged: number;
  readonly events: number;
}

const WRITER = fileURLToPath(new URL('./crashWriter.ts', import.meta.url));
/** Longer than the writer takes to start, so that some kills hit the opening and migrating. */
const MAX_START_DELAY_MS = 600;
const MAX_WRITING_DELAY_MS = 200;

/** Starts a writer, kills it at a random moment and gives the ids it had acknowledged. */
async function killOneWriter(folder: string, rng: Rng): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  const firstWord = once(child.stdout, 'data');
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const closed = once(child, 'close');
  if (rng.next() < 0.5) {
    await Promise.race([firstWord, closed]);
    await Promise.race([sleep(rng.int(MAX_WRITING_DELAY_MS)), closed]);
  } else {
    await Promise.race([sleep(rng.int(MAX_START_DELAY_MS)), closed]);
  }
  child.kill('SIGKILL');
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new AppError('INTERNAL', `The writer ended by itself: ${errors}`);
  // A line without its end was cut by the kill: the reader never saw it whole.
  return output.split('\n').slice(0, -1);
}

async function examine(
  folder: string,
  acknowledged: readonly string[],
): Promise<{ decisions: number; events: number }> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  try {
    const failure = (what: string): AppError => new AppError('INTERNAL', `After a kill ${what} (${folder}).`);
    const stored = workspace.decisions.list().map((decision) => decision.id);
    const known = new Set(stored);
    const lost = acknowledged.filter((id) => !known.has(id));
    if (lost.length > 0)
      throw failure(`${lost.length} acknowledged decisions are lost, the first is ${String(lost[0])}`);
    const report = workspace.verify();
    if (!report.ok) throw failure(`the past does not verify: ${JSON.stringify(report)}`);
    const steps = workspace.metrics.list(SOAK_RUN_ID).map((row) => row.step);
    const state = workspace.runState.get(SOAK_RUN_ID);
    const { step, checkpoint } =
      state === null ? { step: 0, checkpoint: null } : soakStateSchema.parse(state);
    if (steps.length !== step || stored.length !== step) throw failure('a transaction is there in part');
    if (checkpoint !== null) workspace.checkpoints.read(checkpoint);
    return { decisions: stored.length, events: workspace.events.list().length };
  } finally {
    await workspace.close();
  }
}

/**
 * Kills a process that commits reviews `kills` times with SIGKILL and looks after each: INTERNAL unless every
 * acknowledged decision is there, transactions are whole, checkpoints readable and the event chain verifies.
 */
export async function crashSoak(options: {
  folder: string;
  kills: number;
  seed: number;
}): Promise<SoakSummary> {
  const acknowledged: string[] = [];
  let seen = { decisions: 0, events: 0 };
  for (let kill = 0; kill < options.kills; kill += 1) {
    acknowledged.push(...(await killOneWriter(options.folder, createRng(options.seed, 'kill', kill))));
    seen = await examine(options.folder, acknowledged);
  }
  return {
    kills: options.kills,
    acknowledged: acknowledged.length,
    unacknowledged: seen.decisions - acknowledged.length,
    events: seen.events,
  };
}
