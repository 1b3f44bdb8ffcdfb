import type { RunConfig } from '../config/schema.ts';
import { choiceModeOf } from '../engines/chooseSkills.ts';
import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob } from '../engines/episode.ts';
import type { SpanLimit } from '../engines/spanLimit.ts';
import type { ReplayAnswers, ReplayRequest, ReplayRunner } from '../evolution/replay.ts';
import { runEpisodes } from './runEpisodes.ts';
import { sum } from '../shared/arithmetic.ts';

/**
 * Replays as episodes with the greedy controller: no sampling, so old and new bank differ by the change alone. With
 * `replaySpans: evidence` memories are built from the spans that matter to the change: those that hold the evidence of a
 * replayed question (a case or a guard case) of the trace, and those for which the controller by itself would select other
 * skills from the new bank (spanLimit.ts); both sides read the same. The rest of a trace only competes for a place among
 * the retrieved memories, on both sides alike: what a limited replay cannot show is a change in that competition.
 */
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
    const spans = sum(episodes.map(({ readSpans }) => readSpans.length));
    const memories = sum(episodes.map((episode) => episode.memoryCount));
    const isLimited = jobs.some((job) => job.spans !== undefined);
    const read = Object.fromEntries(episodes.map(({ traceId, readSpans }) => [traceId, readSpans]));
    return {
      answers: episodes.flatMap((episode) =>
        episode.outcomes.map(({ questionId, prediction, score }) => ({ questionId, prediction, score })),
      ),
      memoriesPerSpan: spans === 0 ? 0 : memories / spans,
      spans: isLimited ? { read, total: sum(episodes.map(({ spanCount }) => spanCount)) } : null,
      contextCharacters: sum(episodes.map((episode) => episode.contextCharacters)),
    };
  }

  #limit(traceId: string, { spans, otherBank }: ReplayRequest): SpanLimit | undefined {
    if (spans !== null) return { always: spans[traceId] ?? [], otherBank: null };
    return this.#config.replaySpans === 'all' ? undefined : { always: 'evidence', otherBank };
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
      spans: this.#limit(traceId, request),
    };
  }
}
