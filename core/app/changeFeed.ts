import { WORKSPACE_DOMAINS, type WorkspaceDomain } from '../contract/application.ts';

/** At most ten times a second, as every event. */
const INTERVAL_MS = 100;

/**
 * Tells what changed: the first change at once, those that follow within the interval together at its end. Nothing that
 * was noted is left untold.
 */
export class ChangeFeed {
  readonly #tell: (domains: WorkspaceDomain[]) => void;
  readonly #noted = new Set<WorkspaceDomain>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(tell: (domains: WorkspaceDomain[]) => void) {
    this.#tell = tell;
  }

  note(domains: Iterable<WorkspaceDomain>): void {
    if (this.#isClosed) return;
    for (const domain of domains) this.#noted.add(domain);
    if (this.#timer === null) this.#flush();
  }

  /** Tells what is left, and nothing from then on. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#tellNoted();
  }

  #flush(): void {
    this.#timer = null;
    if (!this.#tellNoted()) return;
    this.#timer = setTimeout(() => this.#flush(), INTERVAL_MS);
    // Nobody waits for an event: a process that has nothing else to do may end.
    this.#timer.unref();
  }

  #tellNoted(): boolean {
    if (this.#noted.size === 0) return false;
    const domains = WORKSPACE_DOMAINS.filter((domain) => this.#noted.has(domain));
    this.#noted.clear();
    this.#tell(domains);
    return true;
  }
}
