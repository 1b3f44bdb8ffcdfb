import type { Clock } from '../shared/clock.ts';

/** npm passes a Ctrl-C on to its child, which the terminal has told already: within this time it is the same one. */
const SAME_KEYSTROKE_MS = 500;

export interface InterruptOptions {
  readonly process: Pick<NodeJS.Process, 'on' | 'removeListener'>;
  readonly clock: Clock;
  /** Called once, before the signal is aborted. */
  readonly onFirst: () => void;
  /** Called for a second Ctrl-C: ends the process at once. */
  readonly onSecond: () => void;
}

export interface Interrupt {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  stopListening(): void;
}

/** Turns Ctrl-C into a signal; from then on the work has to end by itself, or a second one ends the process. */
export function listenForInterrupt({ process, clock, onFirst, onSecond }: InterruptOptions): Interrupt {
  const controller = new AbortController();
  let firstMs: number | null = null;
  const onInterrupt = (): void => {
    if (firstMs === null) {
      firstMs = clock.now();
      onFirst();
      controller.abort();
    } else if (clock.now() - firstMs > SAME_KEYSTROKE_MS) onSecond();
  };
  process.on('SIGINT', onInterrupt);
  return {
    signal: controller.signal,
    stopListening: () => void process.removeListener('SIGINT', onInterrupt),
  };
}
