import { z } from 'zod';
import type { EpisodeResult } from '../engines/episode.ts';
import type { MemoryRecord } from '../memory/memoryBank.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import type { TrainingContext } from './trainingContext.ts';

/**
 * The memories worth keeping (design 4): those of the last episode of each trace in a stage. An open hard case was last
 * asked in that very episode, so its chain refers to memories that are kept. They are committed to the database with the
 * step that made them and indexed in LanceDB at the stage's end; the index can be rebuilt from there.
 */

const provenanceShape = {
  spanIndex: z.number().int(),
  date: z.string().nullable(),
  skill: z.string(),
  bankHash: z.string(),
};

const detailsSchema = z.object({
  stage: z.number().int(),
  ...provenanceShape,
  history: z.array(z.object({ text: z.string(), ...provenanceShape })),
});

interface StageOfRun {
  readonly runId: string;
  readonly stage: number;
}

function keepEpisode(
  workspace: Workspace,
  { runId, stage }: StageOfRun,
  episode: { readonly traceId: string; readonly memories: readonly MemoryRecord[] },
): void {
  const { traceId } = episode;
  workspace.memories.delete({ runId, traceId });
  workspace.memories.putMany(
    episode.memories.map(({ id, text, ...details }) => ({
      id,
      runId,
      traceId,
      text,
      details: { ...details, stage },
    })),
  );
}

/** Replaces what is kept of the episodes' traces; the later of two episodes of one trace stays. */
export function keepMemories(workspace: Workspace, of: StageOfRun, episodes: readonly EpisodeResult[]): void {
  const latest = new Map(episodes.map(({ traceId, memories }) => [traceId, memories]));
  workspace.transaction(() => {
    for (const [traceId, memories] of latest) {
      if (memories !== null) keepEpisode(workspace, of, { traceId, memories });
    }
  });
}

function keptMemories(workspace: Workspace, { runId, stage }: StageOfRun, traceId: string) {
  return workspace.memories.list({ runId, traceId }).flatMap(({ id, text, details }) => {
    const parsed = detailsSchema.safeParse(details);
    if (!parsed.success) {
      const path = parsed.error.issues[0]?.path.join('.') ?? '';
      throw new AppError('CORRUPT_DATA', `Memory ${id} of run ${runId} is damaged at "details.${path}".`, {
        cause: parsed.error,
      });
    }
    return parsed.data.stage === stage ? [{ memoryId: id, text, ...parsed.data }] : [];
  });
}

/** Indexes a stage's kept memories. `measured` stand in for traces that no episode of the stage drew. */
export async function archiveStage(
  context: TrainingContext,
  stage: number,
  measured: readonly EpisodeResult[],
): Promise<void> {
  const { workspace, archive, engines, runId, traces } = context;
  const of = { runId, stage };
  const space = { id: engines.embedderId, dimension: engines.embedderDimension };
  for (const { id: traceId } of traces) {
    let kept = keptMemories(workspace, of, traceId);
    if (kept.length === 0) {
      keepMemories(
        workspace,
        of,
        measured.filter((episode) => episode.traceId === traceId),
      );
      kept = keptMemories(workspace, of, traceId);
    }
    const vectors = await engines.embed(kept.map((memory) => memory.text));
    await archive.addEpisode(space, {
      runId,
      traceId,
      stage,
      memories: kept.map((memory, index) => ({
        ...memory,
        vector: required(vectors[index], 'memory vector'),
      })),
    });
  }
}
