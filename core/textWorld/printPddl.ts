import type { Atom, Condition, Domain, Effect, Problem, Signature, TypedName } from './pddl.ts';

/** PDDL as text. Law: what is printed and read again is the same domain, the same problem. */

function typedList(names: readonly TypedName[]): string {
  // Names without a type come last, where no type after them can claim them.
  const typed = names.filter(({ type }) => type !== null).map(({ name, type }) => `${name} - ${type ?? ''}`);
  const untyped = names.filter(({ type }) => type === null).map(({ name }) => name);
  return [...typed, ...untyped].join(' ');
}

function atomText({ predicate, args }: Atom): string {
  return `(${[predicate, ...args].join(' ')})`;
}

export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'atom':
      return atomText(condition.atom);
    case 'equal':
      return `(= ${condition.left} ${condition.right})`;
    case 'not':
      return `(not ${printCondition(condition.body)})`;
    case 'and':
    case 'or':
      return `(${[condition.kind, ...condition.parts.map(printCondition)].join(' ')})`;
    case 'exists':
    case 'forall':
      return `(${condition.kind} (${typedList(condition.variables)}) ${printCondition(condition.body)})`;
  }
}

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'add':
      return atomText(effect.atom);
    case 'delete':
      return `(not ${atomText(effect.atom)})`;
    case 'and':
      return `(${['and', ...effect.parts.map(effectText)].join(' ')})`;
    case 'when':
      return `(when ${printCondition(effect.condition)} ${effectText(effect.effect)})`;
    case 'forall':
      return `(forall (${typedList(effect.variables)}) ${effectText(effect.effect)})`;
    case 'cost':
      return `(increase (total-cost) ${typeof effect.amount === 'number' ? effect.amount : atomText(effect.amount)})`;
  }
}

function signatureText({ name, parameters }: Signature): string {
  return `(${[name, typedList(parameters)].filter((part) => part !== '').join(' ')})`;
}

export function printDomain(domain: Domain): string {
  const actions = domain.actions.map(
    ({ name, parameters, precondition, effect }) =>
      `  (:action ${name}\n    :parameters (${typedList(parameters)})\n    :precondition ${printCondition(precondition)}\n    :effect ${effectText(effect)})`,
  );
  const lines = [
    `(define (domain ${domain.name})`,
    `  (:requirements ${domain.requirements.join(' ')})`,
    `  (:types ${typedList(domain.types)})`,
    `  (:constants ${typedList(domain.constants)})`,
    `  (:predicates\n${domain.predicates.map((one) => `    ${signatureText(one)}`).join('\n')})`,
    `  (:functions ${domain.functions.map(signatureText).join(' ')})`,
    ...actions,
  ];
  return `${lines.join('\n')})\n`;
}

export function printProblem(problem: Problem): string {
  const costs = problem.costs.map((cost) => `    (= ${atomText(cost.function)} ${cost.value})`);
  const lines = [
    `(define (problem ${problem.name})`,
    `  (:domain ${problem.domain})`,
    `  (:objects\n${problem.objects.map((object) => `    ${typedList([object])}`).join('\n')})`,
    `  (:init\n${[...problem.facts.map((fact) => `    ${atomText(fact)}`), ...costs].join('\n')})`,
    `  (:goal ${printCondition(problem.goal)})`,
  ];
  return `${lines.join('\n')})\n`;
}
