import type { Workspace } from '../../store/workspace.ts';

/** With their questions and the memories they built; a controller's weights go with the last that was measured with them. */
export function deleteEvaluations(
  workspace: Pick<Workspace, 'evaluations' | 'checkpoints'>,
  ids: readonly string[],
): void {
  const names = ids.flatMap((id) => workspace.evaluations.require(id).controller?.weights?.name ?? []);
  for (const id of ids) workspace.evaluations.delete(id);
  if (names.length === 0) return;
  const used = new Set(workspace.evaluations.list().map(({ controller }) => controller?.weights?.name));
  for (const name of new Set(names)) if (!used.has(name)) workspace.checkpoints.delete(name);
}
