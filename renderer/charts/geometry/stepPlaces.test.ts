import { expect, test } from 'vitest';
import { StepPlaces, type AxisKind } from './stepPlaces.ts';

function placesOf(kind: AxisKind, rows: readonly (readonly [step: number, total: number])[]): StepPlaces {
  const places = new StepPlaces(kind);
  for (const [step, total] of rows) places.append(step, total);
  return places;
}

test('along steps a value stands in the middle of its step', () => {
  const places = placesOf('step', [
    [0, 9],
    [1, 99],
  ]);
  expect([places.points.at(0), places.points.at(1)]).toEqual([0.5, 1.5]);
  expect([0, 1, 2, 7].map((step) => places.boundaryOf(step))).toEqual([0, 1, 2, 7]);
  expect([0, 0.9, 1, 5.5].map((place) => places.stepAt(place))).toEqual([0, 0, 1, 5]);
});

test('many steps at once are the same', () => {
  const places = new StepPlaces('step');
  places.appendSteps(0, 3);
  places.appendSteps(3, 2);
  expect([0, 2, 3, 4, 5].map((at) => places.points.at(at))).toEqual([0.5, 2.5, 3.5, 4.5, Number.NaN]);
  expect([places.stepCount, places.nearest(9), places.stepAt(3.2)]).toEqual([5, 4, 3]);
});

test('along time a value stands where its step ended', () => {
  const places = placesOf('time', [
    [0, 10],
    [1, 15],
    [2, 40],
  ]);
  expect([0, 1, 2, 3, 9].map((step) => places.boundaryOf(step))).toEqual([0, 10, 15, 40, 40]);
  expect([0, 10, 11, 15, 40, 50].map((place) => places.stepAt(place))).toEqual([0, 0, 1, 1, 2, 3]);
});

test('a total that is none, or falls, stays where it was', () => {
  const places = placesOf('time', [
    [0, 10],
    [1, Number.NaN],
    [2, 8],
    [3, 12],
  ]);
  expect([0, 1, 2, 3].map((at) => places.points.at(at))).toEqual([10, 10, 10, 12]);
});

test('the nearest value', () => {
  const places = placesOf('time', [
    [0, 10],
    [1, 20],
    [2, 60],
  ]);
  expect([-5, 10, 15, 16, 39, 41, 500].map((place) => places.nearest(place))).toEqual([0, 0, 0, 1, 1, 2, 2]);
  expect(new StepPlaces('step').nearest(3)).toBe(null);
  expect(new StepPlaces('time').stepAt(3)).toBe(0);
  expect(new StepPlaces('time').boundaryOf(3)).toBe(0);
});
