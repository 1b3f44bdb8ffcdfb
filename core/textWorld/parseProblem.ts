import type { Atom, Condition, Domain, Problem } from './pddl.ts';
import { conjuncts, ROOT_TYPE } from './pddl.ts';
import { parseAtom, parseCondition, parseTypedList, requireList, type Scope } from './parseCondition.ts';
import { parseDefinition } from './parseDomain.ts';
import { headOf, type SexprList } from './sexpr.ts';
import { worldError } from './worldError.ts';

const SECTIONS: ReadonlySet<string> = new Set([
  ':domain',
  ':requirements',
  ':objects',
  ':init',
  ':goal',
  ':metric',
]);

function parseInit(scope: Scope, section: SexprList | undefined): Pick<Problem, 'facts' | 'costs'> {
  const facts: Atom[] = [];
  const costs: Problem['costs'][number][] = [];
  for (const item of section?.items.slice(1) ?? []) {
    const list = requireList(scope, item, item);
    if (headOf(list) !== '=') {
      facts.push(parseAtom(scope, list));
      continue;
    }
    const of = requireList(scope, list.items[1], list);
    const value = list.items[2]?.kind === 'name' ? Number(list.items[2].text) : Number.NaN;
    if (!Number.isFinite(value)) {
      throw worldError(
        { source: scope.source, line: list.line },
        `sets ${headOf(of)} to something that is no number`,
      );
    }
    const args = of.items.slice(1).flatMap((one) => (one.kind === 'name' ? [one.text] : []));
    costs.push({ function: { predicate: headOf(of), args }, value });
  }
  return { facts, costs };
}

function parseGoal(scope: Scope, section: SexprList | undefined): Condition {
  const { source } = scope;
  if (section === undefined)
    throw worldError({ source, line: 1 }, 'begins a problem without (:goal ...): it cannot be checked');
  const goal = parseCondition(scope, requireList(scope, section.items[1], section));
  if (conjuncts(goal).length === 0) {
    throw worldError(
      { source, line: section.line },
      'has an empty goal: there is nothing that could be checked',
    );
  }
  return goal;
}

/**
 * Reads a PDDL problem of a domain.
 *
 * @param source What the text is called in messages.
 * @throws AppError INVALID_INPUT with source and line; also for a goal that is missing, empty or about what does not exist.
 */
export function parseProblem(text: string, domain: Domain, source: string): Problem {
  const { name, sections } = parseDefinition(text, source, 'problem');
  for (const section of sections) {
    const head = headOf(section);
    if (!SECTIONS.has(head))
      throw worldError({ source, line: section.line }, `has the section ${head}, which is not supported`);
  }
  const section = (head: string): SexprList | undefined => sections.find((one) => headOf(one) === head);
  const types = new Set([ROOT_TYPE, ...domain.types.map((type) => type.name)]);
  const objects = parseTypedList({ source, types }, section(':objects')?.items.slice(1) ?? []);
  const scope: Scope = {
    source,
    types,
    predicates: new Map(domain.predicates.map((predicate) => [predicate.name, predicate.parameters.length])),
    objects: new Set([...domain.constants, ...objects].map((object) => object.name)),
    variables: new Set(),
  };
  const of = section(':domain');
  return {
    name,
    domain: of?.items[1]?.kind === 'name' ? of.items[1].text : domain.name,
    objects,
    ...parseInit(scope, section(':init')),
    goal: parseGoal(scope, section(':goal')),
  };
}
