import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { colourTokens, contrast, mixed, type Rgb, type Theme } from './contrast.ts';

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

test('contrast as WCAG defines it', () => {
  expect(contrast(BLACK, WHITE)).toBeCloseTo(21, 10);
  expect(contrast(WHITE, WHITE)).toBe(1);
  // The greys on either side of 4.5 on white.
  expect(contrast([0x76, 0x76, 0x76], WHITE)).toBeCloseTo(4.54, 2);
  expect(contrast(WHITE, [0x77, 0x77, 0x77])).toBeCloseTo(4.48, 2);
});

test('colours mix by share', () => {
  expect(mixed(WHITE, BLACK, 0.6)).toEqual([153, 153, 153]);
  expect(mixed([10, 20, 30], BLACK, 1)).toEqual([10, 20, 30]);
});

test('tokens are read for either theme; other values are left out', () => {
  const css = `:root { --page: light-dark(#0a0b0c, #ffffff); --space-1: 4px;
    --shadow: 0 1px light-dark(rgb(0 0 0 / 8%), rgb(0 0 0 / 40%)); }`;
  expect([...colourTokens(css, 'light')]).toEqual([['page', [10, 11, 12]]]);
  expect([...colourTokens(css, 'dark')]).toEqual([['page', WHITE]]);
});

const CSS = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const GROUNDS = ['page', 'surface', 'surface-raised', 'surface-sunken', 'accent-surface'] as const;
const TONES = ['better', 'worse', 'caution'] as const;

/** Every text of the application on every ground that it stands on. */
const TEXTS: readonly (readonly [text: string, ground: string])[] = [
  ...['text', 'text-quiet', 'accent'].flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)),
  ...TONES.flatMap((tone) =>
    ['page', 'surface', 'surface-raised', `${tone}-surface`].map((on) => [tone, on] as const),
  ),
  ...TONES.map((tone) => ['text', `${tone}-surface`] as const),
  ...TONES.map((tone) => ['text-quiet', `${tone}-surface`] as const),
  ...TONES.map((tone) => ['accent', `${tone}-surface`] as const),
  ['on-accent', 'accent'],
];

/** What tells a control or a drawing apart from what is around it. */
const GRAPHICS: readonly (readonly [graphic: string, ground: string])[] = [
  ...['line-strong', 'accent'].flatMap((graphic) => GROUNDS.map((ground) => [graphic, ground] as const)),
  ...TONES.map((tone) => [tone, `${tone}-surface`] as const),
];

describe.each<Theme>(['light', 'dark'])('in the %s theme', (theme) => {
  const tokens = colourTokens(CSS, theme);
  const colour = (name: string): Rgb => {
    const found = tokens.get(name);
    if (found === undefined) throw new Error(`tokens.css has no colour --${name}.`);
    return found;
  };

  test.each(TEXTS)('%s can be read on %s', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(GRAPHICS)('%s can be told from %s', (graphic, ground) => {
    expect(contrast(colour(graphic), colour(ground))).toBeGreaterThanOrEqual(3);
  });

  test('the thin curve, at 70 % of the accent, can be told from the surface', () => {
    const thin = mixed(colour('accent'), colour('surface'), 0.7);
    expect(contrast(thin, colour('surface'))).toBeGreaterThanOrEqual(3);
  });
});
