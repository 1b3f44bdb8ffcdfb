/** A game as it was played. */
export interface PlayedStep {
  readonly action: string;
  readonly observation: string;
}

/** What stands between trajectories in a span. */
export const TRAJECTORY_SEPARATOR = '\n\n=== TRAJECTORY ===\n\n';

/** A trajectory as the reference writes it (1.5): first text, actions with what they answered, how it ended. */
export function renderTrajectory(first: string, steps: readonly PlayedStep[], isWon: boolean): string {
  const lines = steps.map(({ action, observation }) => `ACTION: ${action}\nOBSERVATION: ${observation}`);
  return `${first}\n\n\n${lines.join('\n')}\n\n\nTRAJECTORY_STATUS: ${isWon ? 'SUCCESS' : 'FAILED'}`;
}
