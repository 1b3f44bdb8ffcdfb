import { describe, expect, test } from 'vitest';
import { groundWorld, type GroundWorld } from './groundWorld.ts';
import { parseDomain } from './parseDomain.ts';
import { parseProblem } from './parseProblem.ts';
import { solve } from './planner.ts';

const SWITCHES = `(define (domain switches) (:requirements :strips :negative-preconditions :conditional-effects)
  (:types switch)
  (:predicates (on ?s - switch) (next ?a ?b - switch) (spare ?s - switch))
  (:action toggle :parameters (?s - switch)
    :precondition (or (spare ?s) (exists (?b - switch) (and (next ?b ?s) (on ?b))))
    :effect (and (when (on ?s) (not (on ?s))) (when (not (on ?s)) (on ?s)))))`;

function world(goal: string): GroundWorld {
  const domain = parseDomain(SWITCHES, 'domain');
  const problem = `(define (problem p) (:domain switches) (:objects a b c d - switch)
    (:init (spare a) (next a b) (next b c) (on c)) (:goal ${goal}))`;
  return groundWorld(domain, parseProblem(problem, domain, 'problem'));
}

function planOf(goal: string): string[] | null {
  return solve(world(goal))?.map(({ bindings }) => bindings.get('s') ?? '') ?? null;
}

describe('the planner', () => {
  test('brings about what a chain of conditions needs', () => {
    expect(planOf('(on b)')).toEqual(['a', 'b']);
  });

  test('undoes what is not wanted, also where it needed it on the way', () => {
    expect(planOf('(and (on b) (not (on a)))')).toEqual(['a', 'b', 'a']);
    expect(planOf('(forall (?s - switch) (not (on ?s)))')).toHaveLength(5);
  });

  test('needs no step for what is already so', () => {
    expect(planOf('(on c)')).toEqual([]);
  });

  test('says so when there is no plan', () => {
    expect(planOf('(on d)')).toBeNull();
  });

  test('gives up at the limit and says how many states it saw', () => {
    expect(() => solve(world('(forall (?s - switch) (not (on ?s)))'), { maxStates: 2 })).toThrow(
      /within 2 states/u,
    );
  });
});
