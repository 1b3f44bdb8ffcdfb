import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { required } from '../../shared/assertions.ts';
import { createRng } from '../../shared/rng.ts';
import { brokenRules, type HouseholdWords } from '../fixtures/invariants.ts';
import { objectiveOf, TASK_TYPES } from '../gameFile.ts';
import { parseDomain } from '../parseDomain.ts';
import { parseProblem } from '../parseProblem.ts';
import { solve } from '../planner.ts';
import { printDomain, printProblem } from '../printPddl.ts';
import { NOTHING_HAPPENS, TextGame } from '../textGame.ts';
import { PLACE_KINDS, THING_KINDS } from './catalogue.ts';
import { DIFFICULTIES, gameOrders, generateGame } from './generateGame.ts';

const WORDS: HouseholdWords = {
  agentAt: 'standsat',
  inPlace: 'inside',
  held: 'carries',
  handsFull: 'handsfull',
  openable: 'hasdoor',
  opened: 'dooropen',
  hot: 'heated',
  cool: 'chilled',
  placeAt: null,
  objectAt: null,
};

const orders = fc.record({
  seed: fc.nat({ max: 1_000_000 }),
  taskType: fc.constantFrom(...TASK_TYPES),
  difficulty: fc.constantFrom(...DIFFICULTIES),
});

describe('generated worlds', () => {
  test('every one has a plan, and playing its commands wins, not before the last', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const game = new TextGame(generateGame(order).file, 'a generated game');
        const plan = required(solve(game.world), 'plan');
        expect(game.start.isWon).toBe(false);
        let moment = game.start;
        for (const action of plan) {
          expect(moment.isWon).toBe(false);
          moment = game.play(moment, game.commandOf(action));
          expect(moment.observation).not.toBe(NOTHING_HAPPENS);
        }
        expect(moment.isWon).toBe(true);
        expect(plan.length).toBeLessThanOrEqual(14);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test('rules of the household hold along random walks', () => {
    fc.assert(
      fc.property(orders, fc.nat(), (order, walkSeed) => {
        const game = new TextGame(generateGame(order).file, 'a generated game');
        const rng = createRng('walk', walkSeed);
        let moment = game.start;
        for (let step = 0; step < 40; step += 1) {
          const commands = game.commands(moment);
          moment = game.play(moment, required(commands[rng.int(commands.length)], 'command'));
          expect(moment.observation).not.toBe(NOTHING_HAPPENS);
          expect(brokenRules(game, moment, WORDS)).toEqual([]);
        }
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  test('what is read, printed and read again is the same', () => {
    fc.assert(
      fc.property(orders, (order) => {
        const { file } = generateGame(order);
        const domain = parseDomain(file.pddl_domain, 'domain');
        expect(parseDomain(printDomain(domain), 'printed domain')).toEqual(domain);
        const problem = parseProblem(file.pddl_problem, domain, 'problem');
        expect(parseProblem(printProblem(problem), domain, 'printed problem')).toEqual(problem);
      }),
      { numRuns: 20, seed: 13 },
    );
  });

  test('the order alone decides what the world is', () => {
    const [order] = gameOrders(1, { seed: 5, difficulty: 'medium' });
    expect(generateGame(required(order, 'order'))).toEqual(generateGame(required(order, 'order')));
    expect(generateGame({ ...required(order, 'order'), seed: 6 })).not.toEqual(
      generateGame(required(order, 'order')),
    );
  });

  test('the task names what the trajectory data names', () => {
    for (const order of gameOrders(30, { seed: 100, difficulty: 'easy' })) {
      const { file, trajectoryData } = generateGame(order);
      const game = new TextGame(file, 'a generated game');
      expect(objectiveOf(game.start.observation)).toContain(trajectoryData.pddl_params?.object_target ?? '?');
      expect(trajectoryData.task_type).toBe(order.taskType);
    }
  });
});

test('a catalogue entry names what exists in a room of its own', () => {
  for (const thing of THING_KINDS) {
    for (const name of thing.usual) {
      const place = PLACE_KINDS.find((kind) => kind.name === name);
      expect(
        place?.rooms.some((room) => thing.rooms.includes(room)),
        `${thing.name} at ${name}`,
      ).toBe(true);
    }
  }
});
