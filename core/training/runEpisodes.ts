import type { Engines } from '../engines/engines.ts';
import type { EpisodeJob, EpisodeResult } from '../engines/episode.ts';

export interface RunEpisodesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as each ends, with the number that have and what it came to. */
  readonly onDone?: (done: number, result: EpisodeResult) => void;
}

/**
 * Runs episodes side by side; results in the order of the jobs. The first that fails stops the others, and nothing runs
 * any more when its error is thrown.
 */
export async function runEpisodes(
  engines: Pick<Engines, 'runEpisode'>,
  jobs: readonly EpisodeJob[],
  { signal, onDone }: RunEpisodesOptions = {},
): Promise<EpisodeResult[]> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  let done = 0;
  const running = jobs.map(async (job) => {
    const result = await engines.runEpisode(job, either);
    done += 1;
    onDone?.(done, result);
    return result;
  });
  try {
    return await Promise.all(running);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(running);
    throw error;
  }
}
