import { untrack } from 'svelte';
import type { HardCaseSummary } from '../../../core/contract/hardCase.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';

const LIMIT = 10_000;

interface Loaded {
  readonly runId: string;
  readonly cases: readonly HardCaseSummary[];
  /** How often cases had changed when this was asked. */
  readonly changeCount: number;
}

/**
 * The open hard cases of the run that the screens are about, hardest first. While the run trains, each step changes them
 * and their order: a list that somebody reads stays as it is until they ask for the latest.
 */
export class OpenCases {
  readonly #studio: Studio;
  readonly #query: Query<Loaded>;
  readonly #runId = $derived.by(() => this.#studio.run?.id ?? null);
  readonly #isHeld = $derived.by(
    () =>
      this.#studio.run?.status === 'running' &&
      this.#query.value?.runId === this.#runId &&
      this.#query.value.cases.length > 0,
  );
  /** Asked anew when this changes. */
  readonly #version = $derived.by(() => (this.#isHeld ? null : this.#studio.changeCount('cases')));

  /** Made while a component is initialised. */
  constructor(studio: Studio) {
    this.#studio = studio;
    this.#query = new Query<Loaded>(studio, {
      // None: `#version` says when.
      domains: [],
      load: (signal) => this.#load(this.#runId, this.#version, signal),
    });
    this.#query.askAgain();
  }

  /** Null until the list of the present run was loaded. */
  get cases(): readonly HardCaseSummary[] | null {
    return this.#query.value?.runId === this.#runId ? this.#query.value.cases : null;
  }

  get error(): unknown {
    return this.#query.error;
  }

  /** The run went on since the list was loaded. */
  get isBehind(): boolean {
    return this.#isHeld && this.#studio.changeCount('cases') !== this.#query.value?.changeCount;
  }

  /** Another number for each list that was loaded: a single case shown beside it is asked for again with it. */
  get revision(): number {
    return this.#query.value?.changeCount ?? 0;
  }

  askAgain(): void {
    this.#query.askAgain();
  }

  #load(runId: string | null, _version: number | null, signal: AbortSignal): Promise<Loaded> | null {
    if (runId === null) return null;
    const changeCount = untrack(() => this.#studio.changeCount('cases'));
    const input = { runId, category: null, diagnosis: null, limit: LIMIT };
    return this.#studio
      .call('cases.list', input, { signal })
      .then((cases) => ({ runId, cases, changeCount }));
  }
}
