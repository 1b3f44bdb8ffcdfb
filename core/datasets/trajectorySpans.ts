import { TRAJECTORY_SEPARATOR } from '../textWorld/trajectory.ts';
import type { ExpertTrajectory } from './expertTrajectory.ts';
import { countTokens } from './tokens.ts';
import type { Span } from './trace.ts';

/**
 * Whole trajectories packed into spans of at most `chunkSize` tokens, separators not counted (reference 1.5). A trajectory is
 * never cut: a longer one is a span of its own.
 */
export function packTrajectories(trajectories: readonly ExpertTrajectory[], chunkSize: number): Span[] {
  const packs: { readonly members: ExpertTrajectory[]; tokens: number }[] = [];
  for (const trajectory of trajectories) {
    const tokens = countTokens(trajectory.text);
    const last = packs.at(-1);
    if (last === undefined || last.tokens + tokens > chunkSize) packs.push({ members: [trajectory], tokens });
    else {
      last.members.push(trajectory);
      last.tokens += tokens;
    }
  }
  return packs.map(({ members }, index) => ({
    index,
    text: members.map(({ text }) => text).join(TRAJECTORY_SEPARATOR),
    date: null,
    session: index + 1,
    turnIds: members.flatMap(({ id, steps }) => steps.map((_, step) => `${id}:${step + 1}`)),
  }));
}
