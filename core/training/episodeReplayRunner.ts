import type { RunConfig } from '../config/schema.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob } from '../engines/episode.ts';
import type { ReplayAnswers, ReplayRequest, ReplayRunner } from '../evolution/replay.ts';
import { runEpisodes } from './runEpisodes.ts';
import { sum } from '../shared/arithmetic.ts';

/** Replays as episodes with the greedy controller: no sampling, so old and new bank differ by the change alone. */
export class EpisodeReplayRunner implements ReplayRunner {
  readonly #engines: Engines;
  readonly #config: RunConfig;

  constructor(options: { readonly engines: Engines; readonly config: RunConfig }) {
    this.#engines = options.engines;
    this.#config = options.config;
  }

  async runEpisodes(request: ReplayRequest): Promise<ReplayAnswers> {
    const jobs = request.traceIds.map((traceId) => this.#job(traceId, request));
    const episodes = await runEpisodes(this.#engines, jobs, {
      signal: request.signal,
      onDone: () => request.onEpisode?.(),
    });
    const spans = sum(episodes.map((episode) => episode.selections.length));
    const memories = sum(episodes.map((episode) => episode.memoryCount));
    return {
      answers: episodes.flatMap((episode) =>
        episode.outcomes.map(({ questionId, prediction, score }) => ({ questionId, prediction, score })),
      ),
      memoriesPerSpan: spans === 0 ? 0 : memories / spans,
      contextCharacters: sum(episodes.map((episode) => episode.contextCharacters)),
    };
  }

  #job(traceId: string, request: ReplayRequest): EpisodeJob {
    return {
      traceId,
      skills: request.bank,
      selection: choiceModeOf(this.#config.selection, 'measuring'),
      forcedSkills: request.forcedSkills,
      newSkills: [],
      biasScale: 0,
      stream: [request.seed, 'replay', traceId],
      questionIds: request.questionIds,
      memoriesPerQuestion: this.#config.memTopK,
      hidesNoop: true,
      judges: 'reward',
      returnsMemories: false,
    };
  }
}
