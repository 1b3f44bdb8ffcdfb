import { SvelteSet } from 'svelte/reactivity';

/** Which cases of a proposal lie open. By key one at a time; by hand as many as one likes. */
export class CaseFolds {
  readonly #open = new SvelteSet<string>();
  #current = $state<string | null>(null);
  #followed = $state<string | null>(null);

  /** The one that was opened last and still is: what a key is about. */
  get current(): string | null {
    return this.#current;
  }

  /** Opened by key: the focus goes there. */
  get followed(): string | null {
    return this.#followed;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  set(key: string, isOpen: boolean): void {
    if (isOpen === this.isOpen(key)) return;
    if (isOpen) this.#open.add(key);
    else this.#open.delete(key);
    this.#followed = null;
    if (isOpen) this.#current = key;
    else if (this.#current === key) this.#current = null;
  }

  /** Closes the one that is open and opens the next in reading order; behind the last, none. */
  step(order: readonly string[]): void {
    const at = this.#current === null ? -1 : order.indexOf(this.#current);
    const next = order[at + 1] ?? null;
    if (this.#current !== null) this.#open.delete(this.#current);
    if (next !== null) this.#open.add(next);
    this.#current = next;
    this.#followed = next;
  }
}
