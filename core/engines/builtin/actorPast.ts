import type { ActorInput } from '../roles.ts';
import { NOTHING_HAPPENS } from '../../textWorld/textGame.ts';

/** What has happened so far, read from the history. */
export interface ActorPast {
  readonly here: string | null;
  readonly held: string | null;
  /** Things that were treated. */
  readonly treated: ReadonlySet<string>;
  /** Where each put down thing is. */
  readonly placed: ReadonlyMap<string, string>;
  /** Places that were seen into, also those that had to be opened. */
  readonly explored: ReadonlySet<string>;
  /** How often each place was gone to while something was held. */
  readonly visitsHolding: ReadonlyMap<string, number>;
  /** Places by when they were last gone to, the longest ago first. */
  readonly order: readonly string[];
  /** Where each name was last read. */
  readonly seenAt: ReadonlyMap<string, string>;
}

const GO = /^go to (.+)$/u;
const OPEN = /^open (.+)$/u;
const TAKE = /^take (.+) from (.+)$/u;
const PUT = /^(?:move (.+) to (.+)|put (.+) in\/on (.+))$/u;
const TREAT = /^(?:clean|heat|cool) (.+) with .+$/u;
/** Said of a place whose door is shut, in any wording. */
const SHUT = /\bis (?:closed|shut)\b/u;

export function readPast(history: ActorInput['history']): ActorPast {
  let here: string | null = null;
  let held: string | null = null;
  const treated = new Set<string>();
  const placed = new Map<string, string>();
  const explored = new Set<string>();
  const visitsHolding = new Map<string, number>();
  const lastVisit = new Map<string, number>();
  const seenAt = new Map<string, string>();
  for (const [step, { action, observation }] of history.entries()) {
    if (observation === NOTHING_HAPPENS) continue;
    const going = GO.exec(action)?.[1];
    if (going !== undefined) {
      here = going;
      lastVisit.set(going, step);
      if (held !== null) visitsHolding.set(going, (visitsHolding.get(going) ?? 0) + 1);
      if (!SHUT.test(observation)) explored.add(going);
    }
    const opened = OPEN.exec(action)?.[1];
    if (opened !== undefined) explored.add(opened);
    if (here !== null && (going ?? opened) !== undefined) {
      for (const [name] of observation.matchAll(/\b[a-z]+ \d+/gu)) if (name !== here) seenAt.set(name, here);
    }
    const taken = TAKE.exec(action)?.[1];
    if (taken !== undefined) {
      held = taken;
      placed.delete(taken);
      seenAt.delete(taken);
    }
    const put = PUT.exec(action);
    if (put !== null) {
      placed.set(put[1] ?? put[3] ?? '', put[2] ?? put[4] ?? '');
      held = null;
    }
    const object = TREAT.exec(action)?.[1];
    if (object !== undefined) treated.add(object);
  }
  const order = [...lastVisit].sort((a, b) => a[1] - b[1]).map(([place]) => place);
  return { here, held, treated, placed, explored, visitsHolding, order, seenAt };
}
