/** What a household task asks for, read from its sentence. */
export interface ActorTask {
  /** Kind of the thing, and how it may also be written. */
  readonly wanted: readonly string[];
  /** Kind of the place where it belongs; null where there is none. */
  readonly target: string | null;
  readonly treatment: Treatment | null;
  readonly count: number;
  /** To be looked at under a lamp instead of put somewhere. */
  readonly isUnderLamp: boolean;
}

export type Treatment = 'clean' | 'heat' | 'cool';

const TREATMENT_WORDS: Readonly<Record<Treatment, readonly string[]>> = {
  clean: ['clean', 'wash', 'rinse', 'washed', 'cleaned'],
  heat: ['heat', 'hot', 'warm', 'heated', 'warmed'],
  cool: ['cool', 'cold', 'chill', 'chilled', 'cooled'],
};
const TREATMENTS: readonly Treatment[] = ['clean', 'heat', 'cool'];

/** Words of task sentences that name neither thing nor place. */
const FILLERS: ReadonlySet<string> = new Set(
  `a an the some any one two both it them and then in on into onto to at with under by of from for same inside
  put place move bring leave find get take hold look examine inspect switched switch turn turned on`.split(
    /\s+/u,
  ),
);

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/gu) ?? [];
}

export function isLamp(kind: string): boolean {
  return kind.endsWith('lamp');
}

/** Kind of a name: `cupboard` of `cupboard 3`. */
export function kindOf(name: string): string {
  return name.replace(/ \d+$/u, '');
}

/** The treatment that a word speaks of, or null. */
export function treatmentOf(word: string): Treatment | null {
  return TREATMENTS.find((treatment) => TREATMENT_WORDS[treatment].includes(word)) ?? null;
}

/** Reads a task; `placeKinds` are those of the room. */
export function readTask(objective: string, placeKinds: ReadonlySet<string>): ActorTask {
  const words = wordsOf(objective);
  const singular = (word: string): string => word.replace(/s$/u, '');
  const isPlace = (word: string): boolean => placeKinds.has(word) || placeKinds.has(singular(word));
  const isUnderLamp = words.some(isLamp);
  const places = words.filter(isPlace);
  const target = isUnderLamp ? undefined : places.at(-1);
  const thing = words.find(
    (word) => !FILLERS.has(word) && treatmentOf(word) === null && !isPlace(word) && !isLamp(word),
  );
  const count = words.includes('two') ? 2 : 1;
  return {
    wanted: thing === undefined ? [] : count === 1 ? [thing] : [thing, singular(thing)],
    target: target === undefined ? null : placeKinds.has(target) ? target : singular(target),
    treatment: words.map(treatmentOf).find((one) => one !== null) ?? null,
    count,
    isUnderLamp,
  };
}
