import type { RunConfig } from '../../config/schema.ts';
import { judgeWarning } from '../../contract/judgeWarning.ts';
import type { Workspace } from '../../store/workspace.ts';
import { chatModelsOf } from './modelPlacement.ts';

/** What makes numbers of this choice of models less trustworthy, in words for people. */
export function modelWarnings({ models }: Pick<Workspace, 'models'>, config: RunConfig): string[] {
  const of = new Map(chatModelsOf(config).map(({ role, id }) => [role, id]));
  const judge = of.get('judge');
  if (judge === undefined || judge !== of.get('executor')) return [];
  return [judgeWarning(models.get(judge)?.name ?? judge)];
}
