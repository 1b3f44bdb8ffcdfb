import { z } from 'zod';
import { bankChangeSchema, type BankChange } from '../contract/proposal.ts';
import type { Skill, SkillStatistics } from '../contract/skill.ts';
import { assertNever } from '../shared/assertions.ts';
import { contentHash } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { retirementOrder } from './statistics.ts';

// Laws: a bank is an array of skills in insertion order with unique names; every function here returns a new one and
// changes none; a change is applied whole or not at all.

/** What a hash covers; a whole `Skill` is one. */
export type SkillContent = Pick<Skill, 'name' | 'description' | 'instruction' | 'type'>;

const contentOf = ({ name, description, instruction, type }: SkillContent): SkillContent => ({
  name,
  description,
  instruction,
  type,
});

/** SHA-256 of a skill's name, description, instruction and type; who wrote it and whether it is pinned are not in it. */
export function skillHash(skill: SkillContent): string {
  return contentHash(contentOf(skill));
}

/** SHA-256 of all skills' name, description, instruction and type in insertion order. A pin does not change it. */
export function bankHash(skills: readonly SkillContent[]): string {
  return contentHash(skills.map(contentOf));
}

/** The controller's candidates: all skills sorted by name in code-unit order, as the reference's (3.1). */
export function candidates(skills: readonly Skill[]): Skill[] {
  return [...skills].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export interface ApplyChangeOptions {
  /** Who wrote the new text; recorded in skills that are added, refined or merged. */
  readonly origin: Skill['origin'];
  /** Capacity of the bank. */
  readonly maxSkills: number;
  /** Lets a full bank say which skills are least valuable. */
  readonly statistics?: Readonly<Record<string, SkillStatistics>>;
}

/**
 * The bank after one change. CONFLICT: name taken, skill pinned, bank full. NOT_FOUND: no such skill. INVALID_INPUT:
 * malformed change, unknown fields, a change without effect, a rollback (evolution restores versions).
 */
export function applyChange(
  skills: readonly Skill[],
  change: BankChange,
  options: ApplyChangeOptions,
): Skill[] {
  const valid = parsedChange(change);
  switch (valid.kind) {
    case 'add':
      refuseTakenName(skills, valid.skill.name);
      refuseFullBank(skills, valid.skill.name, options);
      return [...skills, { ...valid.skill, origin: options.origin, isPinned: false }];
    case 'refine':
      return refine(skills, valid, options.origin);
    case 'retire': {
      const retired = existing(skills, valid.name);
      refusePinned(retired, 'retired');
      return skills.filter(({ name }) => name !== valid.name);
    }
    case 'pin': {
      const pinned = existing(skills, valid.name);
      if (pinned.isPinned === valid.isPinned)
        throw new AppError(
          'INVALID_INPUT',
          `Skill "${valid.name}" is ${valid.isPinned ? 'already' : 'not'} pinned: there is nothing to change.`,
        );
      return skills.map((skill) => (skill === pinned ? { ...skill, isPinned: valid.isPinned } : skill));
    }
    case 'merge':
      return merge(skills, valid, options.origin);
    case 'rollback':
      throw new AppError(
        'INVALID_INPUT',
        `A rollback to version ${valid.toVersion} restores a stored version and is not a change of skills: use the bank history.`,
      );
    default:
      return assertNever(valid);
  }
}

type ChangeOf<K extends BankChange['kind']> = Extract<BankChange, { kind: K }>;

function parsedChange(change: BankChange): BankChange {
  const parsed = bankChangeSchema.safeParse(change);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'INVALID_INPUT',
    `The change is malformed (${z.prettifyError(parsed.error)}): correct it and try again.`,
    { cause: parsed.error },
  );
}

function refine(skills: readonly Skill[], change: ChangeOf<'refine'>, origin: Skill['origin']): Skill[] {
  const old = existing(skills, change.name);
  // Field by field: a key that is present as undefined must not erase anything.
  const refined: Skill = {
    ...old,
    description: change.changes.description ?? old.description,
    instruction: change.changes.instruction ?? old.instruction,
    type: change.changes.type ?? old.type,
    origin,
  };
  if (skillHash(refined) === skillHash(old))
    throw new AppError(
      'INVALID_INPUT',
      `The refinement of "${change.name}" equals its current text: there is nothing to change.`,
    );
  return skills.map((skill) => (skill === old ? refined : skill));
}

/** The merged skill takes the place of the first of those it replaces; a pinned skill can only be merged into. */
function merge(skills: readonly Skill[], change: ChangeOf<'merge'>, origin: Skill['origin']): Skill[] {
  const names = new Set(change.names);
  if (names.size < 2 || names.size !== change.names.length)
    throw new AppError(
      'INVALID_INPUT',
      `A merge needs at least two different skills, not ${change.names.join(', ')}: name each once.`,
    );
  const merged = change.names.map((name) => existing(skills, name));
  const target = merged.find(({ name }) => name === change.into.name);
  if (target === undefined) refuseTakenName(skills, change.into.name);
  for (const skill of merged) if (skill !== target) refusePinned(skill, 'merged into another');

  const into: Skill = { ...change.into, origin, isPinned: target?.isPinned ?? false };
  const first = skills.findIndex(({ name }) => names.has(name));
  return skills.flatMap((skill, index) => {
    if (index === first) return [into];
    return names.has(skill.name) ? [] : [skill];
  });
}

function existing(skills: readonly Skill[], name: string): Skill {
  const found = skills.find((skill) => skill.name === name);
  if (found === undefined)
    throw new AppError(
      'NOT_FOUND',
      `There is no skill "${name}" in the bank: it has ${skills.map((skill) => skill.name).join(', ')}.`,
    );
  return found;
}

/** 15.1 #13: an added skill never overwrites one that is there. */
function refuseTakenName(skills: readonly Skill[], name: string): void {
  if (skills.some((skill) => skill.name === name))
    throw new AppError(
      'CONFLICT',
      `The bank already has a skill "${name}": refine it, or give the new one another name.`,
    );
}

function refusePinned(skill: Skill, what: string): void {
  if (skill.isPinned)
    throw new AppError('CONFLICT', `Skill "${skill.name}" is pinned and cannot be ${what}: unpin it first.`);
}

/** Capacity never evicts silently (15.1 #14): it says what could be retired. */
function refuseFullBank(skills: readonly Skill[], name: string, options: ApplyChangeOptions): void {
  if (skills.length < options.maxSkills) return;
  const order = retirementOrder(skills, options.statistics ?? {});
  const advice =
    order.length === 0
      ? 'all of them are pinned, so unpin one or raise maxSkills'
      : `retire one first (least valuable: ${order.slice(0, 3).join(', ')}) or raise maxSkills`;
  throw new AppError(
    'CONFLICT',
    `The bank is full with ${skills.length} of ${options.maxSkills} skills and cannot take "${name}": ${advice}.`,
    { details: { maxSkills: options.maxSkills, retirementOrder: order } },
  );
}
