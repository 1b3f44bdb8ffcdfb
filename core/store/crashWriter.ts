/**
 * Commits reviews to the workspace named on the command line until it is killed, and acknowledges each on stdout when
 * it is committed. What a killed one leaves behind is examined by `crashSoak.ts`.
 */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { createRng } from '../shared/rng.ts';
import type { CheckpointReference } from './checkpointFiles.ts';
import { sampleDecision, sampleProposal, sampleRun } from './sampleRecords.ts';
import { Workspace } from './workspace.ts';

export const SOAK_RUN_ID = 'soak';

/** What the writer resumes from: everything up to and including `step` is committed. */
export const soakStateSchema = z.strictObject({
  step: z.number().int(),
  checkpoint: z.strictObject({ name: z.string(), sha256: z.string(), sizeBytes: z.number() }).nullable(),
});

const CHECKPOINT_EVERY = 10;

function commitStep(workspace: Workspace, step: number, checkpoint: CheckpointReference | null): void {
  const rng = createRng('crash writer', step);
  const proposal = sampleProposal({
    id: `proposal-${step}`,
    runId: SOAK_RUN_ID,
    pattern: 'x'.repeat(rng.int(9000)),
  });
  const decision = sampleDecision({
    id: `decision-${step}`,
    proposalId: proposal.id,
    reason: 'y'.repeat(rng.int(3000)),
  });
  workspace.transaction(() => {
    workspace.proposals.put(proposal);
    workspace.decisions.append(decision);
    workspace.events.append({
      type: 'proposal.decided',
      runId: SOAK_RUN_ID,
      ids: { decision: decision.id, step },
    });
    workspace.metrics.put({ runId: SOAK_RUN_ID, step, stage: 0, values: { 'reward/mean': rng.next() } });
    workspace.runState.put(SOAK_RUN_ID, { step, checkpoint });
  });
}

async function writeUntilKilled(folder: string): Promise<never> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  if (workspace.runs.get(SOAK_RUN_ID) === null) workspace.runs.put(sampleRun({ id: SOAK_RUN_ID }));
  const stored = workspace.runState.get(SOAK_RUN_ID);
  let { step, checkpoint } = stored === null ? { step: 0, checkpoint: null } : soakStateSchema.parse(stored);
  for (;;) {
    step += 1;
    if (step % CHECKPOINT_EVERY === 0) {
      checkpoint = await workspace.checkpoints.write(`step-${step}`, Buffer.alloc(50_000, step % 251));
    }
    commitStep(workspace, step, checkpoint);
    writeSync(1, `decision-${step}\n`);
    for (const name of workspace.checkpoints.listUnreferenced(checkpoint === null ? [] : [checkpoint.name])) {
      workspace.checkpoints.delete(name);
    }
  }
}

if (import.meta.main) await writeUntilKilled(required(process.argv[2], 'workspace folder'));
