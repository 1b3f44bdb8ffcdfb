export interface ResolvedEvidence {
  /** Ids of turns of the conversation, in file order, each once. */
  readonly ids: readonly string[];
  /** Ids that name no turn of the conversation, as normalised; an entry without any id as written. */
  readonly unresolved: readonly string[];
  /** Entries that were not one id in the usual form and had to be split or rewritten. */
  readonly repairedCount: number;
}

// As people typed them: "D8:6; D9:17", "D9:1 D4:4", "D:11:26", "D30:05".
const TURN_ID = /D\s*:?\s*0*(\d+)\s*:\s*0*(\d+)/giu;

/** Looks up the evidence of a LoCoMo question among the ids of the conversation's turns. */
export function resolveEvidence(entries: readonly string[], turnIds: ReadonlySet<string>): ResolvedEvidence {
  const ids = new Set<string>();
  const unresolved: string[] = [];
  let repairedCount = 0;
  for (const entry of entries) {
    const written = entry.trim();
    const named = Array.from(written.matchAll(TURN_ID), ([, session, turn]) => `D${session}:${turn}`);
    const candidates = turnIds.has(written) || named.length === 0 ? [written] : named;
    if (candidates.length > 1 || candidates[0] !== written) repairedCount += 1;
    for (const id of candidates) {
      if (turnIds.has(id)) ids.add(id);
      else unresolved.push(id);
    }
  }
  return { ids: [...ids], unresolved, repairedCount };
}
