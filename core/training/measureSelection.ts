import type { BankVersion } from '../contract/skill.ts';
import { splitSelection } from '../datasets/selectionSplit.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { EpisodeJob, EpisodeResult } from '../engines/episode.ts';
import { required } from '../shared/assertions.ts';
import { runEpisodes } from './runEpisodes.ts';
import type { TrainingContext } from './trainingContext.ts';

/** Scores of the selection set by question id, and the episodes they come from, one for each training trace. */
export interface SelectionMeasurement {
  readonly questionScores: Readonly<Record<string, number>>;
  readonly episodes: readonly EpisodeResult[];
}

/**
 * Measures bank and controller on the selection set (design 6): greedy, one episode for each training trace, questions
 * that training never asks. These are also the last episodes of the stage, whose memories are archived.
 */
export async function measureSelection(
  context: TrainingContext,
  bank: BankVersion,
  signal: AbortSignal,
): Promise<SelectionMeasurement> {
  const { config, engines, controller, traces } = context;
  if (controller !== null) await engines.setPolicy(await controller.weights());
  const jobs = traces.map((trace): EpisodeJob => ({
    traceId: trace.id,
    skills: bank.skills,
    selection: choiceModeOf(config.selection, 'measuring'),
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [config.seed, 'selection', trace.id],
    questionIds: splitSelection(trace).selection.map((question) => question.id),
    memoriesPerQuestion: config.memTopK,
    hidesNoop: true,
    judgesAll: false,
    returnsMemories: true,
  }));
  const episodes = await runEpisodes(engines, jobs, { signal });
  const scores = episodes.flatMap((episode) =>
    episode.outcomes.map(({ questionId, score }): [string, number] => [questionId, score]),
  );
  return { questionScores: Object.fromEntries(scores), episodes };
}

/**
 * Keeps the memories of a stage's last episodes: committed to the database first, then indexed in LanceDB, which can be
 * rebuilt from there (design 4).
 */
export async function archiveEpisodes(
  context: TrainingContext,
  stage: number,
  episodes: readonly EpisodeResult[],
): Promise<void> {
  const { workspace, archive, engines, runId } = context;
  const space = { id: engines.embedderId, dimension: engines.embedderDimension };
  for (const { traceId, memories } of episodes) {
    if (memories === null) continue;
    workspace.transaction(() => {
      workspace.memories.delete({ runId, traceId });
      workspace.memories.putMany(
        memories.map(({ id, text, ...details }) => ({
          id,
          runId,
          traceId,
          text,
          details: { ...details, stage },
        })),
      );
    });
    const vectors = await engines.embed(memories.map((memory) => memory.text));
    await archive.addEpisode(space, {
      runId,
      traceId,
      stage,
      memories: memories.map((memory, index) => ({
        memoryId: memory.id,
        text: memory.text,
        vector: required(vectors[index], 'memory vector'),
        spanIndex: memory.spanIndex,
        date: memory.date,
        skill: memory.skill,
        bankHash: required(memory.bankHash, 'bank hash of a memory'),
        history: memory.history,
      })),
    });
  }
}
