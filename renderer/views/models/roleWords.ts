import { judgeWarning } from '../../../core/contract/judgeWarning.ts';
import { MODEL_ROLES, purposeOf, type ModelRole, type ModelView } from '../../../core/contract/model.ts';

/** Who can serve which role, in words. Law: pure. */

export const BUILT_IN = 'Built-in (no model)';

interface RoleWords {
  readonly name: string;
  readonly does: string;
}

export const ROLE_WORDS: Readonly<Record<ModelRole, RoleWords>> = {
  executor: {
    name: 'Executor',
    does: 'Follows the selected skills on each span: inserts, updates and deletes memories.',
  },
  answerer: { name: 'Answerer', does: 'Answers questions from the memories that are retrieved.' },
  judge: { name: 'Judge', does: 'Scores an answer against the gold answer: 0, 0.5 or 1, with a reason.' },
  designer: { name: 'Designer', does: 'Reads hard cases and proposes changes to the skills.' },
  embedder: {
    name: 'Embedder',
    does: 'Turns memories, spans and skills into vectors, to retrieve and select by.',
  },
};

export const PURPOSE_WORDS: Readonly<Record<ModelView['purpose'], string>> = {
  chat: 'chat model',
  embedding: 'embedding model',
};

export interface RoleRow extends RoleWords {
  readonly role: ModelRole;
  /** Who can be chosen. */
  readonly choices: readonly ModelView[];
  /** Null: the built-in engine. */
  readonly served: ModelView | null;
}

export function roleRows(models: readonly ModelView[]): RoleRow[] {
  return MODEL_ROLES.map((role) => ({
    role,
    ...ROLE_WORDS[role],
    choices: models.filter(({ purpose }) => purpose === purposeOf(role)),
    served: models.find(({ roles }) => roles.includes(role)) ?? null,
  }));
}

/** `Executor and judge`; empty for none. */
export function roleList(roles: readonly ModelRole[]): string {
  const names = MODEL_ROLES.filter((role) => roles.includes(role)).map((role) => ROLE_WORDS[role].name);
  const text = [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter(Boolean).join(' and ');
  return text.charAt(0) + text.slice(1).toLowerCase();
}

/** Who serves a role that no model is chosen for: beside a model as executor, that one does what it can. */
export function unassignedWords(role: ModelRole, models: readonly ModelView[]): string {
  const executor = models.find(({ roles }) => roles.includes('executor'));
  return executor === undefined || purposeOf(role) === 'embedding' || role === 'executor'
    ? BUILT_IN
    : `As the executor: ${executor.name}`;
}

/** What it comes to when a new run names no model for a role. */
export function emptyChoice(
  role: ModelRole,
  { assigned, executor }: { readonly assigned: string | null; readonly executor: string | null },
): string {
  if (assigned !== null) return `As assigned: ${assigned}`;
  if (role === 'embedder') return BUILT_IN;
  return executor === null || role === 'executor' ? 'None assigned' : `As the executor: ${executor}`;
}

/** Why what is assigned deserves a second thought; null when it does not. */
export function rolesWarning(models: readonly ModelView[]): string | null {
  const executor = models.find(({ roles }) => roles.includes('executor'));
  const judge = models.find(({ roles }) => roles.includes('judge')) ?? executor;
  return executor === undefined || judge?.id !== executor.id ? null : judgeWarning(executor.name);
}
