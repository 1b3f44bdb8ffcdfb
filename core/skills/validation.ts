import type { z } from 'zod';
import { bankChangeSchema, type BankChange, type Proposal } from '../contract/proposal.ts';
import type { Skill, SkillType } from '../contract/skill.ts';
import { AppError } from '../shared/errors.ts';
import { findHidden, nameHidden, type HiddenKind } from './hiddenCharacters.ts';
import { applyChange } from './skillBank.ts';
import { typeContradictions } from './typeConsistency.ts';

// The rules of reference 10.4, made strict: a change that is not wholly valid is not applied in part (15.1 #12, #13).

export interface ValidationOptions {
  /** The bank the change is for. */
  readonly skills: readonly Skill[];
  /** A designer is held to insert and update skills without hidden characters; of others these are reported. */
  readonly author: Proposal['revisions'][number]['author'];
}

export type ValidationResult =
  /** `change` has tidied texts: line feeds only, Unicode NFC, no white space around. Warnings are for the reviewer. */
  | { readonly isValid: true; readonly change: BankChange; readonly warnings: string[] }
  | { readonly isValid: false; readonly reasons: string[] };

const PLACEHOLDERS = ['{session_text}', '{retrieved_memories}'];
const DESIGNER_TYPES: readonly SkillType[] = ['insert', 'update'];
/** Part of emoji and of some scripts; everything else hidden is a reason to refuse a designer's text. */
const ORDINARY_KINDS: readonly HiddenKind[] = ['joiner', 'variation'];

/** Checks one change against the bank it is for. Never throws for a bad change, whatever its shape. */
export function validateChange(change: unknown, options: ValidationOptions): ValidationResult {
  const parsed = bankChangeSchema.safeParse(tidied(change));
  if (!parsed.success) return { isValid: false, reasons: parsed.error.issues.map(describeIssue) };

  const { reasons, warnings } = checkTexts(parsed.data, options);
  reasons.push(...policyReasons(parsed.data, options), ...bankReasons(parsed.data, options));
  return reasons.length > 0 ? { isValid: false, reasons } : { isValid: true, change: parsed.data, warnings };
}

export interface BatchOptions extends ValidationOptions {
  /** Changes beyond this many are left out (reference 10.4); at least 1. */
  readonly maxChanges: number;
  /** Additions and merges are left out before counting. */
  readonly isRefineOnly: boolean;
}

export interface BatchResult {
  readonly accepted: readonly {
    readonly index: number;
    readonly change: BankChange;
    readonly warnings: string[];
  }[];
  /** Every other change, with why; `index` is the place in the input. */
  readonly rejected: readonly { readonly index: number; readonly reasons: string[] }[];
}

/** Checks what a designer wants to change at once: each change alone, then that no skill is changed twice (15.1 #13). */
export function validateChanges(changes: readonly unknown[], options: BatchOptions): BatchResult {
  const accepted: BatchResult['accepted'][number][] = [];
  const rejected: BatchResult['rejected'][number][] = [];
  const takenBy = new Map<string, number>();
  let counted = 0;
  for (const [index, change] of changes.entries()) {
    const result = validateChange(change, options);
    const isNewSkill = result.isValid && (result.change.kind === 'add' || result.change.kind === 'merge');
    if (options.isRefineOnly && isNewSkill) {
      rejected.push({ index, reasons: ['Only refinements are allowed in this run.'] });
      continue;
    }
    counted += 1;
    if (counted > Math.max(1, options.maxChanges)) {
      rejected.push({ index, reasons: [`More than ${options.maxChanges} changes were proposed.`] });
      continue;
    }
    if (!result.isValid) {
      rejected.push({ index, reasons: result.reasons });
      continue;
    }
    const names = changedNames(result.change);
    const twice = names.find((name) => takenBy.has(name));
    if (twice !== undefined) {
      rejected.push({
        index,
        reasons: [`Skill "${twice}" is already changed by another change of this set.`],
      });
      continue;
    }
    for (const name of names) takenBy.set(name, index);
    accepted.push({ index, change: result.change, warnings: result.warnings });
  }
  return { accepted, rejected };
}

/** Names of the skills a change touches; two changes that share one conflict. Empty for a rollback. */
export function changedNames(change: BankChange): string[] {
  switch (change.kind) {
    case 'add':
      return [change.skill.name];
    case 'merge':
      return [...new Set([...change.names, change.into.name])];
    case 'rollback':
      return [];
    default:
      return [change.name];
  }
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return `${path.length === 0 ? 'The change' : path.map(String).join('.')}: ${message}`;
}

/** A change has no more levels of objects than this; what is deeper is left for the schema to refuse. */
const MAX_DEPTH = 4;

/** The change with line feeds only, in NFC, without white space around texts, and types in lower case (10.4). */
function tidied(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(/\r\n?/gu, '\n').normalize('NFC').trim();
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => tidied(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      key === 'type' && typeof item === 'string' ? item.trim().toLowerCase() : tidied(item, depth + 1),
    ]),
  );
}

interface ChangedText {
  /** Key path within the change. */
  readonly path: string;
  readonly text: string;
}

function changedTexts(change: BankChange): ChangedText[] {
  const texts = (
    prefix: string,
    from: { description?: string | undefined; instruction?: string | undefined },
  ) =>
    (['description', 'instruction'] as const).flatMap((field) => {
      const text = from[field];
      return text === undefined ? [] : [{ path: `${prefix}.${field}`, text }];
    });
  switch (change.kind) {
    case 'add':
      return texts('skill', change.skill);
    case 'refine':
      return texts('changes', change.changes);
    case 'merge':
      return texts('into', change.into);
    default:
      return [];
  }
}

function checkTexts(
  change: BankChange,
  { skills, author }: ValidationOptions,
): { reasons: string[]; warnings: string[] } {
  const reasons: string[] = [];
  const warnings: string[] = [];
  for (const { path, text } of changedTexts(change)) {
    for (const placeholder of PLACEHOLDERS)
      if (text.includes(placeholder))
        reasons.push(
          `${path}: the placeholder ${placeholder} is not allowed; the text and memories are added for it.`,
        );
    const hidden = findHidden(text);
    const isGrave = hidden.some(({ kind }) => !ORDINARY_KINDS.includes(kind));
    if (hidden.length > 0) {
      const names = [...new Set(hidden.map(({ codePoint }) => nameHidden(codePoint)))].slice(0, 8).join(', ');
      const report = `${path}: holds ${hidden.length} characters that are not seen (${names}).`;
      (isGrave && author === 'designer' ? reasons : warnings).push(report);
    }
    if (!text.isWellFormed()) reasons.push(`${path}: holds half a surrogate pair, which no file can store.`);
  }
  const after = resultingText(change, skills);
  if (after !== null) warnings.push(...typeContradictions(after.instruction, after.type));
  return { reasons, warnings };
}

/** Instruction and type as they would be after the change; null when it changes no text or its skill is unknown. */
function resultingText(
  change: BankChange,
  skills: readonly Skill[],
): Pick<Skill, 'instruction' | 'type'> | null {
  if (change.kind === 'add') return change.skill;
  if (change.kind === 'merge') return change.into;
  if (change.kind !== 'refine') return null;
  const old = skills.find(({ name }) => name === change.name);
  if (old === undefined) return null;
  return {
    instruction: change.changes.instruction ?? old.instruction,
    type: change.changes.type ?? old.type,
  };
}

function policyReasons(change: BankChange, { author, skills }: ValidationOptions): string[] {
  const reasons: string[] = [];
  const newName =
    change.kind === 'add' ? change.skill.name : change.kind === 'merge' ? change.into.name : null;
  // Agent Skills folders (SKILL.md) are named with single hyphens between words; "constructor" is a key of every object.
  if (newName !== null && (/__|_$/u.test(newName) || newName === 'constructor'))
    reasons.push(`The name "${newName}" is not allowed: use words joined by single underscores.`);
  if (author !== 'designer') return reasons;
  if (change.kind !== 'add' && change.kind !== 'refine')
    reasons.push(`A designer may add or refine skills, not ${change.kind} them.`);
  const type =
    change.kind === 'add' ? change.skill.type : change.kind === 'refine' ? change.changes.type : undefined;
  if (type !== undefined && !DESIGNER_TYPES.includes(type))
    reasons.push(`A designer may only write insert and update skills, not ${type} ones.`);
  // 15.1 #13: a refinement must not turn a primitive into something else.
  const old = change.kind === 'refine' ? skills.find(({ name }) => name === change.name) : undefined;
  if (old?.isPinned === true && type !== undefined && type !== old.type)
    reasons.push(`Skill "${old.name}" is pinned: a designer may not change its type.`);
  return reasons;
}

/** What the bank itself says: names taken or missing, pins, changes without effect. Capacity is decided on applying. */
function bankReasons(change: BankChange, { skills }: ValidationOptions): string[] {
  if (change.kind === 'rollback') return [];
  try {
    applyChange(skills, change, { origin: 'designer', maxSkills: Number.POSITIVE_INFINITY });
    return [];
  } catch (error) {
    if (error instanceof AppError && error.code !== 'INTERNAL') return [error.message];
    throw error;
  }
}
