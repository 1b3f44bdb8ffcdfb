import type { Action, Domain, Signature, TypedName } from './pddl.ts';
import { ROOT_TYPE } from './pddl.ts';
import {
  parseCondition,
  parseEffect,
  parseTypedList,
  requireList,
  requireName,
  type Scope,
} from './parseCondition.ts';
import { headOf, readSexpr, type SexprList } from './sexpr.ts';
import { worldError } from './worldError.ts';

const SUPPORTED_REQUIREMENTS: ReadonlySet<string> = new Set([
  ':strips',
  ':adl',
  ':typing',
  ':equality',
  ':negative-preconditions',
  ':disjunctive-preconditions',
  ':existential-preconditions',
  ':universal-preconditions',
  ':quantified-preconditions',
  ':conditional-effects',
  ':action-costs',
]);

const SECTIONS: ReadonlySet<string> = new Set([
  ':requirements',
  ':types',
  ':constants',
  ':predicates',
  ':functions',
  ':action',
]);

/** The sections of `(define (WHAT NAME) ...)`. @throws AppError INVALID_INPUT when it is something else. */
export function parseDefinition(
  text: string,
  source: string,
  what: 'domain' | 'problem',
): { readonly name: string; readonly sections: readonly SexprList[] } {
  const whole = readSexpr(text, source);
  const title = requireList({ source }, whole.items[1], whole);
  if (headOf(whole) !== 'define' || headOf(title) !== what) {
    throw worldError(
      { source, line: whole.line },
      `does not define a ${what}; it must begin with (define (${what} NAME)`,
    );
  }
  const sections = whole.items.slice(2).map((item) => requireList({ source }, item, whole));
  return { name: requireName({ source }, title.items[1], title), sections };
}

function parseSignature(scope: Pick<Scope, 'source' | 'types'>, list: SexprList): Signature {
  return { name: headOf(list), parameters: parseTypedList(scope, list.items.slice(1)) };
}

function parseFunctions(scope: Pick<Scope, 'source' | 'types'>, section: SexprList): Signature[] {
  return section.items
    .slice(1)
    .filter((item) => item.kind === 'list')
    .map((item) => parseSignature(scope, item));
}

function parseAction(scope: Scope, section: SexprList): Action {
  const { source } = scope;
  const name = requireName(scope, section.items[1], section);
  const parts = new Map<string, SexprList>();
  for (let index = 2; index < section.items.length; index += 2) {
    const key = requireName(scope, section.items[index], section);
    if (![':parameters', ':precondition', ':effect'].includes(key)) {
      throw worldError(
        { source, line: section.items[index]?.line ?? section.line },
        `uses ${key} in the action ${name}, which is not supported`,
      );
    }
    parts.set(key, requireList(scope, section.items[index + 1], section));
  }
  const parameters = parseTypedList(scope, parts.get(':parameters')?.items ?? []);
  const inner = { ...scope, variables: new Set(parameters.map((parameter) => parameter.name)) };
  const precondition = parts.get(':precondition');
  const effect = parts.get(':effect');
  return {
    name,
    parameters,
    precondition:
      precondition === undefined ? { kind: 'and', parts: [] } : parseCondition(inner, precondition),
    effect: effect === undefined ? { kind: 'and', parts: [] } : parseEffect(inner, effect),
  };
}

function checkRequirements(source: string, section: SexprList | undefined): string[] {
  return (section?.items.slice(1) ?? []).map((item) => {
    const name = requireName({ source }, item, item);
    if (!SUPPORTED_REQUIREMENTS.has(name)) {
      throw worldError({ source, line: item.line }, `requires ${name}, which is not supported`);
    }
    return name;
  });
}

function checkSections(source: string, sections: readonly SexprList[]): void {
  for (const section of sections) {
    const name = headOf(section);
    if (!SECTIONS.has(name)) {
      throw worldError({ source, line: section.line }, `has the section ${name}, which is not supported`);
    }
  }
}

/**
 * Reads a PDDL domain.
 *
 * @param source What the text is called in messages.
 * @throws AppError INVALID_INPUT with source and line; a feature outside the subset is named.
 */
export function parseDomain(text: string, source: string): Domain {
  const { name, sections } = parseDefinition(text, source, 'domain');
  checkSections(source, sections);
  const section = (head: string): SexprList | undefined => sections.find((one) => headOf(one) === head);
  const requirements = checkRequirements(source, section(':requirements'));
  const types: TypedName[] = parseTypedList({ source, types: null }, section(':types')?.items.slice(1) ?? []);
  const known = new Set([ROOT_TYPE, ...types.map((type) => type.name)]);
  const constants = parseTypedList({ source, types: known }, section(':constants')?.items.slice(1) ?? []);
  const declared = section(':predicates');
  const predicates = (declared?.items.slice(1) ?? []).map((item) =>
    parseSignature({ source, types: known }, requireList({ source }, item, item)),
  );
  const functions = section(':functions');
  const scope: Scope = {
    source,
    types: known,
    predicates: new Map(predicates.map((predicate) => [predicate.name, predicate.parameters.length])),
    objects: null,
    variables: new Set(),
  };
  const actions = sections.filter((one) => headOf(one) === ':action').map((one) => parseAction(scope, one));
  return {
    name,
    requirements,
    types: types.map((one) => ({
      ...one,
      type: one.type === ROOT_TYPE && !types.some((type) => type.name === ROOT_TYPE) ? null : one.type,
    })),
    constants,
    predicates,
    functions: functions === undefined ? [] : parseFunctions(scope, functions),
    actions,
  };
}
