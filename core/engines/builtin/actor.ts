import { required } from '../../shared/assertions.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { Actor, ActorInput } from '../roles.ts';
import { readHints, type ActorHints } from './actorHints.ts';
import { readPast, type ActorPast } from './actorPast.ts';
import { isLamp, kindOf, readTask, type ActorTask } from './actorTask.ts';

/**
 * Acts in household text worlds without a model. It knows how commands are typed and nothing about households: where a thing
 * is usually found and what heats it, it learns from its memories or by trying every place in turn. So memories help it by as
 * much as they say.
 */

/** One decision, with everything it is made from. */
class Decision {
  readonly #admissible: readonly string[];
  readonly #places: readonly string[];
  readonly #task: ActorTask;
  readonly #hints: ActorHints;
  readonly #past: ActorPast;

  constructor(input: ActorInput) {
    this.#admissible = input.admissible;
    this.#past = readPast(input.history);
    const reachable = this.#admissible.flatMap((command) => /^go to (.+)$/u.exec(command)?.[1] ?? []);
    const { here } = this.#past;
    this.#places = here === null || reachable.includes(here) ? reachable : [...reachable, here].sort();
    const kinds = new Set(this.#places.map(kindOf));
    this.#task = readTask(input.objective, kinds);
    this.#hints = readHints(input.memories, this.#task, kinds);
  }

  command(): string {
    const { held } = this.#past;
    const chosen =
      held === null ? this.#fetch() : this.#isWanted(held) ? this.#finish(held) : this.#putAway(held);
    return chosen ?? this.#anything();
  }

  #isWanted(name: string): boolean {
    return this.#task.wanted.includes(kindOf(name));
  }

  #find(pattern: RegExp): string | null {
    return this.#admissible.find((command) => pattern.test(command)) ?? null;
  }

  #has(command: string): string | null {
    return this.#admissible.includes(command) ? command : null;
  }

  /** Takes the thing, where it is at hand, or looks for it. */
  #fetch(): string | null {
    const { target, treatment } = this.#task;
    const take = this.#admissible.find((command) => {
      const match = /^take (.+) from (.+)$/u.exec(command);
      if (match?.[1] === undefined || match[2] === undefined || !this.#isWanted(match[1])) return false;
      // What lies where it belongs may stay, unless it is still to be treated.
      return kindOf(match[2]) !== target || (treatment !== null && !this.#past.treated.has(match[1]));
    });
    return take ?? this.#search(this.#hints.thing, (name) => this.#isWanted(name));
  }

  /** With the thing in hand: treat it, show it to the lamp, or bring it where it belongs. */
  #finish(held: string): string | null {
    const { isUnderLamp, treatment } = this.#task;
    if (isUnderLamp)
      return (
        this.#find(/^use \S*lamp \d+$/u) ?? this.#search(this.#hints.lamp, (name) => isLamp(kindOf(name)))
      );
    if (treatment !== null && !this.#past.treated.has(held)) {
      return this.#find(new RegExp(`^${treatment} ${held} with `, 'u')) ?? this.#tryPlaces();
    }
    return this.#bring(held);
  }

  #bring(held: string): string | null {
    const { here, placed } = this.#past;
    const target = this.#task.target;
    const put = this.#admissible.find((command) => {
      const match = /^(?:move .+ to (.+)|put .+ in\/on (.+))$/u.exec(command);
      return match !== null && kindOf(match[1] ?? match[2] ?? '') === target && command.includes(held);
    });
    if (put !== undefined) return put;
    if (here !== null && kindOf(here) === target) {
      const open = this.#has(`open ${here}`);
      if (open !== null) return open;
    }
    // Two things belong in one place.
    const before = [...placed].find(
      ([thing, place]) => this.#isWanted(thing) && kindOf(place) === target,
    )?.[1];
    const next = before ?? this.#places.find((place) => kindOf(place) === target && place !== here);
    return next === undefined ? null : this.#has(`go to ${next}`);
  }

  #putAway(held: string): string | null {
    return (
      this.#admissible.find((command) => /^(?:move|put) /u.test(command) && command.includes(held)) ??
      this.#tryPlaces()
    );
  }

  /** Looks on: where it was seen, then where memories say, then everywhere in turn. */
  #search(hints: ReadonlyMap<string, number>, isSought: (name: string) => boolean): string | null {
    const { here, explored, seenAt } = this.#past;
    if (here !== null && !explored.has(here)) {
      const open = this.#has(`open ${here}`);
      if (open !== null) return open;
    }
    const seen = [...seenAt].find(
      ([name, place]) => isSought(name) && place !== here && kindOf(place) !== this.#task.target,
    )?.[1];
    if (seen !== undefined) return this.#has(`go to ${seen}`);
    const left = this.#places.filter((place) => !explored.has(place) && place !== here);
    return this.#nearest(left, hints);
  }

  /** Goes where the thing in hand was not yet brought, to see what can be done with it there. */
  #tryPlaces(): string | null {
    const { here, visitsHolding } = this.#past;
    const left = this.#places.filter((place) => place !== here && !visitsHolding.has(place));
    return this.#nearest(left, this.#hints.treatment);
  }

  #nearest(places: readonly string[], hints: ReadonlyMap<string, number>): string | null {
    const best = [...places].sort((a, b) => (hints.get(kindOf(b)) ?? 0) - (hints.get(kindOf(a)) ?? 0))[0];
    return best === undefined ? null : this.#has(`go to ${best}`);
  }

  /** Everything was tried: the place that was left longest ago, else whatever can be done. */
  #anything(): string {
    const again = this.#past.order.find((place) => place !== this.#past.here);
    const command = again === undefined ? null : this.#has(`go to ${again}`);
    return command ?? required(this.#admissible[0], 'admissible command');
  }
}

export function createBuiltinActor(): Actor {
  return {
    id: 'builtin',
    async act(input, signal) {
      throwIfAborted(signal);
      return new Decision(input).command();
    },
  };
}
