import type { MemoryView } from '../roles.ts';
import { isLamp, treatmentOf, wordsOf, type ActorTask } from './actorTask.ts';

/** What memories say about where to look; kinds of place with how much speaks for each. */
export interface ActorHints {
  /** Where the thing was found. */
  readonly thing: ReadonlyMap<string, number>;
  /** Where it can be treated as the task asks. */
  readonly treatment: ReadonlyMap<string, number>;
  /** Where a lamp stood. */
  readonly lamp: ReadonlyMap<string, number>;
}

/** A thing that was put somewhere was not found there. */
const PUTTING: ReadonlySet<string> = new Set([
  'put',
  'move',
  'leave',
  'place',
  'left',
  'moved',
  'placed',
  'task',
]);
const LINKS: ReadonlySet<string> = new Set(['with', 'using', 'at', 'in', 'the']);

function add(counts: Map<string, number>, kinds: Iterable<string>, weight: number): void {
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + weight);
}

/** What is said of a place's inside belongs to the sentence that names the place. */
function sentencesOf(text: string): string[] {
  return text.replaceAll(/\. In it\b/gu, ' in it').split(/[.\n]|ACTION:|OBSERVATION:/u);
}

/** The kind of place that a sentence names after its treatment: `clean mug 1 with sink 1`. */
function treatmentPlace(
  words: readonly string[],
  task: ActorTask,
  placeKinds: ReadonlySet<string>,
): string | null {
  const from = words.findIndex((word) => task.treatment !== null && treatmentOf(word) === task.treatment);
  if (from === -1) return null;
  const link = words.findIndex((word, at) => at > from && LINKS.has(word) && word !== 'the');
  if (link === -1) return null;
  const named = words.slice(link + 1).find((word) => !LINKS.has(word));
  return named !== undefined && placeKinds.has(named) ? named : null;
}

/**
 * Reads memories, most similar first, sentence by sentence: a place named beside the thing is where it was found, unless the
 * sentence is about putting it there. Earlier memories weigh more.
 */
export function readHints(
  memories: readonly MemoryView[],
  task: ActorTask,
  placeKinds: ReadonlySet<string>,
): ActorHints {
  const hints = {
    thing: new Map<string, number>(),
    treatment: new Map<string, number>(),
    lamp: new Map<string, number>(),
  };
  for (const [rank, { text }] of memories.entries()) {
    const weight = 1 / (rank + 2);
    for (const sentence of sentencesOf(text)) {
      const words = wordsOf(sentence);
      const tool = treatmentPlace(words, task, placeKinds);
      if (tool !== null) {
        add(hints.treatment, [tool], weight);
        continue;
      }
      if (words.some((word) => PUTTING.has(word))) continue;
      const places = new Set(words.filter((word) => placeKinds.has(word)));
      // A list of the room's places says nothing about any of them.
      if (places.size !== 1) continue;
      if (words.some((word) => task.wanted.includes(word))) add(hints.thing, places, weight);
      if (words.some(isLamp)) add(hints.lamp, places, weight);
    }
  }
  return hints;
}
