import { describe, expect, test } from 'vitest';
import { playGame } from '../playGame.ts';
import type { MemoryView } from '../roles.ts';
import { TASK_TYPES } from '../../textWorld/gameFile.ts';
import { createBuiltinActor } from './actor.ts';
import { readHints } from './actorHints.ts';
import { readTask } from './actorTask.ts';

const PLACES = new Set(['cupboard', 'sink', 'table', 'drawer', 'sinkbasin', 'fridge', 'dresser']);

describe('a task is read from its sentence, ours and ALFWorld’s', () => {
  test.each([
    ['put a clean mug in the cupboard', ['mug'], 'cupboard', 'clean', 1],
    ['wash a mug and leave it at the table', ['mug'], 'table', 'clean', 1],
    ['heat some egg and put it in table', ['egg'], 'table', 'heat', 1],
    ['put two creditcard in dresser', ['creditcard', 'creditcard'], 'dresser', null, 2],
    ['find two apples and leave both at one drawer', ['apples', 'apple'], 'drawer', null, 2],
    ['cool some pan and put it in table.', ['pan'], 'table', 'cool', 1],
  ])('%s', (sentence, wanted, target, treatment, count) => {
    expect(readTask(sentence, PLACES)).toEqual({ wanted, target, treatment, count, isUnderLamp: false });
  });

  test.each(['look at bowl under the desklamp', 'hold the bowl with the desklamp switched on'])(
    '%s',
    (sentence) => {
      expect(readTask(sentence, PLACES)).toMatchObject({ wanted: ['bowl'], target: null, isUnderLamp: true });
    },
  );
});

function memories(...texts: string[]): MemoryView[] {
  return texts.map((text, index) => ({ id: `m${index}`, text }));
}

test('memories tell where a thing was found and what treats it, not where it was put', () => {
  const task = readTask('put a clean mug in the table', PLACES);
  const hints = readHints(
    memories(
      'The cupboard 3 stands open; it holds a plate 1 and a mug 2.',
      'ACTION: clean mug 2 with sink 1',
      'ACTION: move mug 2 to drawer 1',
      'These are in it: a drawer 1, a table 1 and a mug 1.',
    ),
    task,
    PLACES,
  );
  expect([...hints.thing.keys()]).toEqual(['cupboard']);
  expect([...hints.treatment.keys()]).toEqual(['sink']);
});

test('every task type is won without memories, and memories of the places save steps', async () => {
  const actor = createBuiltinActor();
  for (const taskType of TASK_TYPES) {
    const game = { kind: 'generated', order: { seed: 11, taskType, difficulty: 'easy' } } as const;
    const played = await playGame({ game }, { actor, memories: [], maxSteps: 60 });
    expect(played.isWon, taskType).toBe(true);
    const lessons = played.steps.filter(({ action }) => /^(?:take|clean|heat|cool|use) /u.test(action));
    const learned = memories(...lessons.map(({ action, observation }) => `${action}. ${observation}`));
    const again = await playGame({ game }, { actor, memories: learned, maxSteps: 60 });
    expect(again.isWon, taskType).toBe(true);
    expect(again.steps.length, taskType).toBeLessThanOrEqual(played.steps.length);
    // The same game and the same memories are played the same way.
    expect(await playGame({ game }, { actor, memories: learned, maxSteps: 60 })).toEqual(again);
  }
});

test('a game ends at its bound', async () => {
  const game = {
    kind: 'generated',
    order: { seed: 11, taskType: 'pick_and_place_simple', difficulty: 'hard' },
  } as const;
  const idle = { id: 'idle', act: async () => 'do nothing' };
  const { isWon, steps } = await playGame({ game }, { actor: idle, memories: [], maxSteps: 3 });
  expect(isWon).toBe(false);
  expect(steps.map(({ observation }) => observation)).toEqual(
    Array.from({ length: 3 }, () => 'Nothing happens.'),
  );
});
