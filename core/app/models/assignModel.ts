import type { CallInput } from '../../contract/calls.ts';
import {
  MODEL_ROLES,
  modelAssignmentsSchema,
  purposeOf,
  rolesOf,
  type ModelAssignments,
  type ModelRecord,
  type ModelRole,
} from '../../contract/model.ts';
import { AppError } from '../../shared/errors.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * Who plays one role of new runs, or every role that a model can.
 *
 * @throws AppError NOT_FOUND; INVALID_INPUT for a model that does not do what the role asks.
 */
export function assignModel(
  workspace: Pick<Workspace, 'models' | 'settings' | 'transaction'>,
  { role, modelId }: CallInput<'models.assign'>,
): ModelAssignments {
  const { models, settings } = workspace;
  return workspace.transaction(() => {
    const record = modelId === null ? null : models.require(modelId);
    const possible: readonly ModelRole[] = record === null ? MODEL_ROLES : rolesOf(record.purpose);
    const roles = role === 'all' ? possible : [role];
    if (record !== null && role !== 'all') checkPurpose(record, role);
    const { modelRoles: kept, ...rest } = settings.get();
    const others = MODEL_ROLES.filter((one) => !roles.includes(one)).map((one) => [one, kept[one]]);
    const entries = [...others, ...roles.map((one) => [one, modelId ?? undefined])];
    const modelRoles = modelAssignmentsSchema.parse(
      Object.fromEntries(entries.filter(([, id]) => id !== undefined)),
    );
    settings.set({ ...rest, modelRoles });
    return modelRoles;
  });
}

function checkPurpose({ name, purpose }: ModelRecord, role: ModelRole): void {
  if (purpose === purposeOf(role)) return;
  throw new AppError(
    'INVALID_INPUT',
    purpose === 'embedding'
      ? `${name} is an embedding model and cannot be the ${role}; assign it as embedder, and a chat model here.`
      : `${name} is a chat model and cannot be the embedder; add an embedding model for that.`,
    { details: { reason: 'purpose', role } },
  );
}
