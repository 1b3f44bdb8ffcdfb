/** How well two colours of the tokens can be told apart (WCAG 2.2, 1.4.3 and 1.4.11). Law: pure. */

export type Theme = 'light' | 'dark';

/** Red, green and blue in [0, 255]. */
export type Rgb = readonly [number, number, number];

const HEX_TOKEN = /--([a-z-]+):\s*light-dark\(\s*(#[0-9a-f]{6})\s*,\s*(#[0-9a-f]{6})\s*\)/gu;

function rgb(hex: string): Rgb {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** The tokens of a style sheet that are `light-dark(#rrggbb, #rrggbb)`, by name without the dashes before it. */
export function colourTokens(css: string, theme: Theme): ReadonlyMap<string, Rgb> {
  const found = css.matchAll(HEX_TOKEN);
  return new Map(
    [...found].map(([, name = '', light = '', dark = '']) => [name, rgb(theme === 'light' ? light : dark)]),
  );
}

/** `share` of `top` over `bottom`, as `color-mix(in srgb, top share, bottom)` and a translucent stroke give it. */
export function mixed(top: Rgb, bottom: Rgb, share: number): Rgb {
  const channel = (at: 0 | 1 | 2): number => share * top[at] + (1 - share) * bottom[at];
  return [channel(0), channel(1), channel(2)];
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** From 1 for equal colours to 21 for black on white. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}
