import { createSubscriber } from 'svelte/reactivity';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

function ticking(everyMs: number): () => number {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
  return () => {
    subscribe();
    // eslint-disable-next-line no-restricted-properties -- the one place of the page that reads the wall clock
    return Date.now();
  };
}

/** The time of day in milliseconds; what shows it is shown anew every minute. */
export const minuteNow = ticking(MINUTE_MS);
/** As `minuteNow`, every second. */
export const secondNow = ticking(SECOND_MS);
