import { createSubscriber } from 'svelte/reactivity';

/** The tokens that drawings use. */
export const COLOUR_NAMES = [
  '--accent',
  '--accent-surface',
  '--line',
  '--surface',
  '--surface-sunken',
  '--text',
  '--text-quiet',
] as const;
export type ColourName = (typeof COLOUR_NAMES)[number];
/** As a canvas and a file of its own understand them. */
export type Colours = Readonly<Record<ColourName, string>>;

const subscribe = createSubscriber((update) => {
  const stop = new AbortController();
  const { signal } = stop;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update, { signal });
  const watchRatio = (): void =>
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      'change',
      () => {
        update();
        // The query speaks of one ratio only.
        watchRatio();
      },
      { once: true, signal },
    );
  watchRatio();
  // The person's own choice of a theme.
  const observer = new MutationObserver(update);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    stop.abort();
    observer.disconnect();
  };
});

/**
 * The tokens as they are now; whoever asks in an effect is asked again when the theme changes. A token's own text is of
 * no use: only the colour of an element is what came of `light-dark()`.
 */
export function themeColours(): Colours {
  subscribe();
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const entries = COLOUR_NAMES.map((name) => {
    probe.style.color = `var(${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  // There is one entry for each name.
  return Object.fromEntries(entries) as Colours;
}

/** Device pixels of a CSS pixel; asked again when the window moves to another screen. */
export function pixelRatio(): number {
  subscribe();
  return devicePixelRatio;
}
