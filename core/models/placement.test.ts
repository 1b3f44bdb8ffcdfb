import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ModelRole } from '../contract/model.ts';
import { placeModels, type ModelDemand, type PlacementDevice } from './placement.ts';

const GIB = 2 ** 30;

function demand(id: string, roles: ModelRole[], gib: number, seconds = gib): ModelDemand {
  return {
    id,
    name: id,
    roles,
    bytes: { value: gib * GIB, basis: 'estimated' },
    loadSeconds: { value: seconds, basis: 'measured' },
  };
}
const gpu = (gib: number): PlacementDevice => ({ kind: 'gpu', bytes: gib * GIB });
const memory = (gib: number): PlacementDevice => ({ kind: 'memory', bytes: gib * GIB });

const WORKER = demand('worker', ['executor', 'answerer', 'judge'], 3);
const DESIGNER = demand('designer', ['designer'], 5);
const EMBEDDER = demand('embedder', ['embedder'], 0.5);
const SET = [WORKER, DESIGNER, EMBEDDER];

function place(models: readonly ModelDemand[], device: PlacementDevice, episodesPerStage = 10) {
  const placement = placeModels({ models, device, episodesPerStage });
  if (placement === null) throw new Error('There are models.');
  const { turns, loadsPerStage, secondsPerStage, isFitting } = placement;
  return {
    places: placement.models.map((one) => one.place),
    loads: placement.models.map((one) => one.loadsPerStage),
    ...{ turns, loadsPerStage, secondsPerStage, isFitting },
  };
}

test('what fits together is kept and never loaded again', () => {
  expect(place(SET, gpu(8.5))).toEqual({
    places: ['kept', 'kept', 'kept'],
    loads: [0, 0, 0],
    turns: [['embedder', 'worker', 'designer']],
    loadsPerStage: 0,
    secondsPerStage: { value: 0, basis: 'estimated' },
    isFitting: true,
  });
  expect(placeModels({ models: [], device: gpu(8), episodesPerStage: 1 })).toBeNull();
});

test('a designer that does not fit beside the others takes its turn at the end of a stage', () => {
  // The embedder fits beside both and stays.
  expect(place(SET, gpu(6))).toEqual({
    places: ['turns', 'turns', 'kept'],
    loads: [1, 1, 0],
    turns: [
      ['embedder', 'worker'],
      ['designer', 'embedder'],
    ],
    loadsPerStage: 2,
    secondsPerStage: { value: 8, basis: 'measured' },
    isFitting: true,
  });
  // It leaves for the designer, which takes all there is.
  expect(place(SET, gpu(5))).toMatchObject({ places: ['turns', 'turns', 'turns'], loads: [1, 1, 1] });
});

test('an embedder goes to the processor when that spares more loading than it costs', () => {
  const judge = demand('judge', ['judge'], 3);
  const models = [demand('executor', ['executor', 'answerer'], 3), judge, EMBEDDER];
  // Turns in every episode, 10 of them and the measuring, or both without the embedder.
  expect(place(models, gpu(6.2))).toMatchObject({
    places: ['kept', 'kept', 'processor'],
    loadsPerStage: 0,
    isFitting: true,
  });
  // Where the processor has everything, there is no other place for it.
  expect(place(models, memory(6.2))).toMatchObject({
    places: ['turns', 'turns', 'kept'],
    loads: [11, 11, 0],
  });
});

test('without room for two the roles of an episode take turns', () => {
  const models = [demand('a', ['executor'], 3), demand('b', ['answerer'], 3), demand('c', ['judge'], 3)];
  expect(place(models, gpu(4), 4)).toMatchObject({ places: ['turns', 'turns', 'turns'], loads: [5, 5, 5] });
  // With room for two, one of them stays.
  expect(place(models, gpu(6), 4)).toMatchObject({ turns: { length: 2 }, loadsPerStage: 10 });
});

test('a model too large for the device is loaded as far as it goes', () => {
  const placement = placeModels({ models: [WORKER, EMBEDDER], device: gpu(2), episodesPerStage: 1 });
  expect(placement).toMatchObject({
    isFitting: false,
    models: [
      { place: 'kept', isTooLarge: true },
      { place: 'kept', isTooLarge: false },
    ],
  });
});

test('whatever the models, each has a place, and what is loaded together fits or cannot be divided', () => {
  const roles = fc.constantFrom<ModelRole[]>(['executor'], ['answerer'], ['judge'], ['designer']);
  const sizes = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(roles, sizes), { selector: ([[role]]) => role, minLength: 1 }),
      fc.option(sizes),
      fc.double({ min: 0.1, max: 20, noNaN: true }),
      fc.constantFrom('gpu' as const, 'memory' as const),
      (chat, embedderGib, room, kind) => {
        const models = chat.map(([own, gib], i) => demand(`m${i}`, own, gib));
        if (embedderGib !== null) models.push(demand('e', ['embedder'], embedderGib));
        const placement = placeModels({ models, device: { kind, bytes: room * GIB }, episodesPerStage: 2 });
        const placed = placement?.models ?? [];
        expect(placed.map(({ id }) => id)).toEqual(models.map(({ id }) => id));
        for (const { id, place } of placed)
          expect(placement?.turns.some((turn) => turn.includes(id))).toBe(place !== 'processor');
        for (const turn of placement?.turns ?? []) {
          const inTurn = models.filter(({ id }) => turn.includes(id));
          const bytes = inTurn.reduce((sum, one) => sum + one.bytes.value, 0);
          if (bytes > room * GIB) expect(inTurn.filter(({ id }) => id !== 'e').length).toBeLessThan(2);
        }
      },
    ),
  );
});
