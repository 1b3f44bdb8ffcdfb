import { expect, test } from 'vitest';
import { armFigure, armSentence } from './armFigure.ts';
import { figureSvg } from './figureSvg.ts';
import type { PlottedArm } from './geometry/armPlot.ts';
import { COLOUR_NAMES, type Colours } from './themeColours.ts';

const ARMS: PlottedArm[] = [
  { name: 'full', mean: 0.5, interval: [0.4, 0.6], seeds: [0.45, 0.55], difference: null },
  {
    name: 'random <selection>',
    mean: 0.3,
    interval: [0.2, 0.4],
    seeds: [0.3],
    difference: { mean: -0.2, interval: [-0.3, -0.1] },
  },
];
const WORDS = { score: 'F1', base: 'full' } as const;
const COLOURS = Object.fromEntries(COLOUR_NAMES.map((name) => [name, 'black'])) as Colours; // one for each name

test('every arm has its name, whiskers, dot and seeds; the others their difference to the first', () => {
  const { marks, height } = armFigure({ title: 'Ablation', arms: ARMS, ...WORDS, widthPx: 640 });
  const texts = marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
  expect(texts).toEqual(expect.arrayContaining(['Ablation', 'full', 'F1, points', 'less full']));
  const dots = marks.filter((mark) => mark.kind === 'shape' && mark.fill === '--accent');
  const seeds = marks.filter((mark) => mark.kind === 'shape' && mark.stroke === '--text-quiet');
  expect([dots.length, seeds.length]).toEqual([3, 3]);
  expect(height).toBeGreaterThan(2 * 32);
});

test('as a file it is one whole drawing', () => {
  const svg = figureSvg(armFigure({ title: 'Ablation', arms: ARMS, ...WORDS, widthPx: 640 }), COLOURS);
  expect(svg).toContain('random &lt;selection&gt;');
  expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
});

test('an arm in a sentence', () => {
  expect(ARMS.map((arm) => armSentence(arm, 'full'))).toEqual([
    'full: 50.0 [40.0, 60.0]; by seed 45.0, 55.0.',
    'random <selection>: 30.0 [20.0, 40.0]; −20.0 [−30.0, −10.0] against full.',
  ]);
});
