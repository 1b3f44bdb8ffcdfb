/** What difficulty is computed from; a hard case is one. */
export interface Difficult {
  readonly score: number;
  readonly failCount: number;
}

/**
 * severity x ln(1 + fails), severity = clamp(1 - score, 0, 1) (reference 9.3). `failRate`, the share of attempts that
 * failed, scales the fails: a question asked twice as often is not harder for that (15.2 #32).
 */
export function difficulty({ score, failCount }: Difficult, failRate = 1): number {
  const severity = Math.min(1, Math.max(0, 1 - score));
  return severity * Math.log1p(failCount * failRate);
}
