import { describe, expect, test } from 'vitest';
import type { GameFile } from './gameFile.ts';
import { TextGame } from './textGame.ts';

const DOMAIN = `(define (domain door)
  (:requirements :strips)
  (:types door)
  (:predicates (open ?d - door) (known ?d - door))
  (:action unclose :parameters (?d - door) :precondition (not (open ?d)) :effect (open ?d))
  (:action shut :parameters (?d - door) :precondition (open ?d) :effect (not (open ?d))))`;
const PROBLEM = `(define (problem p) (:domain door) (:objects red blue - door) (:init (known red) (known blue))
  (:goal (open red)))`;
const GRAMMAR = `grammar :: """
{
  "intro": [{"rhs": "Doors: [{d.name | known(d:door)}].\\nYour task is to: open the red door."}],
  "list_separator": [{"rhs": ", "}],
  "list_last_separator": [{"rhs": " and "}],
  "list_empty": [{"rhs": "none"}],
  "now": [
    {"condition": "open(d:door)", "rhs": "{d.definite} {d.name} is open"},
    {"condition": "not_open(d:door)", "rhs": "{d.definite} {d.name} is shut again"}
  ]
}
""";
action unclose { template :: "open {d}"; feedback :: "Now #now#."; }
action shut { template :: "shut {d}"; feedback :: "Now #now#."; }
`;
const FILE: GameFile = { pddl_domain: DOMAIN, pddl_problem: PROBLEM, grammar: GRAMMAR };

function refusal(change: Partial<GameFile>): string {
  try {
    new TextGame({ ...FILE, ...change }, 'my game');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'accepted';
}

describe('a small game', () => {
  test('is played by its commands, and its texts follow the state', () => {
    const game = new TextGame(FILE, 'my game');
    expect(game.start.observation).toBe('Doors: blue and red.\nYour task is to: open the red door.');
    expect(game.objective).toBe('open the red door');
    expect(game.commands(game.start)).toEqual(['open blue', 'open red']);
    const blue = game.play(game.start, ' open blue ');
    expect(blue).toMatchObject({ observation: 'Now the blue is open.', isWon: false });
    expect(game.play(blue, 'shut blue').observation).toBe('Now the blue is shut again.');
    const won = game.play(blue, 'open red');
    expect(won.isWon).toBe(true);
    expect(game.commands(won)).toEqual(['shut blue', 'shut red']);
  });

  test('answers what is not admissible, and nothing changes', () => {
    const game = new TextGame(FILE, 'my game');
    const next = game.play(game.start, 'shut red');
    expect(next.observation).toBe('Nothing happens.');
    expect(next.state).toBe(game.start.state);
  });
});

describe('what is outside the subset is refused by name and line', () => {
  const cases: readonly (readonly [string, Partial<GameFile>, RegExp])[] = [
    [
      'a requirement',
      { pddl_domain: DOMAIN.replace(':strips', ':durative-actions') },
      /the domain of my game, line 2 requires :durative-actions/u,
    ],
    [
      'a section',
      { pddl_domain: DOMAIN.replace('(:action shut', '(:derived (x))\n  (:action shut') },
      /line 6 has the section :derived/u,
    ],
    [
      'a condition',
      {
        pddl_domain: DOMAIN.replace(':precondition (open ?d)', ':precondition (imply (open ?d) (known ?d))'),
      },
      /line 6 uses \(imply \.\.\.\)/u,
    ],
    [
      'a wrong number of arguments',
      { pddl_domain: DOMAIN.replace(':effect (open ?d)', ':effect (open ?d ?d)') },
      /line 5 gives open 2 arguments where it has 1/u,
    ],
    [
      'an undeclared variable',
      { pddl_domain: DOMAIN.replace(':effect (open ?d)', ':effect (open ?x)') },
      /line 5 uses the variable \?x/u,
    ],
    [
      'an unknown type',
      { pddl_problem: PROBLEM.replace('- door', '- gate') },
      /the problem of my game, line 1 names the type gate/u,
    ],
    ['brackets', { pddl_problem: `${PROBLEM})` }, /line 2 has "\)" after the end/u],
    [
      'no goal',
      { pddl_problem: PROBLEM.replace('(:goal (open red))', '') },
      /without \(:goal \.\.\.\): it cannot be checked/u,
    ],
    [
      'an empty goal',
      { pddl_problem: PROBLEM.replace('(open red)))', '(and)))') },
      /line 2 has an empty goal/u,
    ],
    [
      'a goal about nothing',
      { pddl_problem: PROBLEM.replace('(open red)))', '(open green)))') },
      /line 2 names the object green/u,
    ],
    [
      'a goal that nothing can change',
      { pddl_problem: PROBLEM.replace('(open red)))', '(known red)))') },
      /The goal of my game is true whatever is done/u,
    ],
    [
      'a text that is not there',
      { grammar: GRAMMAR.replace('Now #now#', 'Now #later#') },
      /refers to #later#/u,
    ],
    [
      'an expression',
      { grammar: GRAMMAR.replace('{d.definite} {d.name} is open', '{d.name.upper()} is open') },
      /line 8 has the expression "d\.name\.upper\(\)"/u,
    ],
    [
      'a key of an action',
      { grammar: GRAMMAR.replace('feedback :: "Now #now#."; }\naction shut', 'pddl :: "x"; }\naction shut') },
      /line 13 uses pddl in the action unclose/u,
    ],
    [
      'an action without text',
      { grammar: GRAMMAR.replace('action shut', 'action other') },
      /does not say how the action shut is typed/u,
    ],
    [
      'no task',
      { grammar: GRAMMAR.replace('Your task is to:', 'Please') },
      /does not say "Your task is to:"/u,
    ],
  ];
  test.each(cases)('%s', (_, change, message) => {
    expect(refusal(change)).toMatch(message);
  });
});
