import { loud } from './loud.ts';

type SchemeHandler = (request: Request) => Response | Promise<Response>;

interface CustomScheme {
  readonly scheme: string;
  readonly privileges?: Readonly<Record<string, boolean>>;
}

/** What a scheme needs for its pages to be secure contexts with an origin of their own, as the mapped ones are. */
const NEEDED_PRIVILEGES = ['standard', 'secure'] as const;

class Protocol {
  readonly #privileged = new Set<string>();
  readonly #handlers = new Map<string, SchemeHandler>();
  #isAppReady = false;

  registerSchemesAsPrivileged(schemes: readonly CustomScheme[]): void {
    if (this.#isAppReady) throw new Error('Schemes are registered as privileged before the app is ready.');
    for (const { scheme, privileges = {} } of schemes) {
      const lacking = NEEDED_PRIVILEGES.filter((name) => privileges[name] !== true);
      if (lacking.length > 0) throw new Error(`Scheme ${scheme} lacks ${lacking.join(', ')}.`);
      if (privileges['bypassCSP'] === true)
        throw new Error(`Scheme ${scheme} is exempt from its own policy.`);
      this.#privileged.add(scheme);
    }
  }

  handle(scheme: string, handler: SchemeHandler): void {
    if (!this.#isAppReady) throw new Error('A scheme is handled only after the app is ready.');
    if (!this.#privileged.has(scheme)) throw new Error(`Scheme ${scheme} was not registered as privileged.`);
    this.#handlers.set(scheme, handler);
  }

  /** Of the stand-in only. */
  markReady(): void {
    this.#isAppReady = true;
  }

  /** Of the stand-in only: null when main serves nothing under this URL's scheme. */
  handlerOf(url: string): SchemeHandler | null {
    return this.#handlers.get(new URL(url).protocol.slice(0, -1)) ?? null;
  }
}

export const protocol = loud('protocol', new Protocol());
