import type { BankVersion } from '../contract/skill.ts';
import { splitSelection } from '../datasets/selectionSplit.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { EpisodeJob, EpisodeResult } from '../engines/episode.ts';
import { runEpisodes } from './runEpisodes.ts';
import type { TrainingContext } from './trainingContext.ts';

/** Scores of the selection set by question id, and the episodes they come from, one for each training trace. */
export interface SelectionMeasurement {
  readonly questionScores: Readonly<Record<string, number>>;
  readonly episodes: readonly EpisodeResult[];
}

/**
 * Measures bank and controller on the selection set (design 6): greedy, one episode for each training trace, questions
 * that training never asks.
 */
export async function measureSelection(
  context: TrainingContext,
  bank: BankVersion,
  signal: AbortSignal,
): Promise<SelectionMeasurement> {
  const { config, engines, controller, traces } = context;
  if (controller !== null) await engines.setPolicy(await controller.weights());
  const asked = [...splitSelection(traces)].filter(([, { selection }]) => selection.length > 0);
  const jobs = asked.map(([traceId, split]): EpisodeJob => ({
    traceId,
    skills: bank.skills,
    selection: choiceModeOf(config.selection, 'measuring'),
    forcedSkills: [],
    newSkills: [],
    biasScale: 0,
    stream: [config.seed, 'selection', traceId],
    questionIds: split.selection.map((question) => question.id),
    memoriesPerQuestion: config.memTopK,
    hidesNoop: true,
    judges: 'reward',
    returnsMemories: true,
  }));
  const episodes = await runEpisodes(engines, jobs, { signal });
  const scores = episodes.flatMap((episode) =>
    episode.outcomes.map(({ questionId, score }): [string, number] => [questionId, score]),
  );
  return { questionScores: Object.fromEntries(scores), episodes };
}
