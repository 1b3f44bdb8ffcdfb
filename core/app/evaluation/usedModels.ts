import { usesLanguageModels } from '../../config/modelOptions.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { Evaluation } from '../../contract/evaluation.ts';
import { promptVersions } from '../../engines/llm/promptVersions.ts';
import type { MemoryKeyParts } from '../../training/memoryKey.ts';
import type { Workspace } from '../../store/workspace.ts';
import { modelWarnings } from '../models/modelWarnings.ts';

type UsedModel = Evaluation['engine']['models'][number];

const EVALUATED_ROLES = ['executor', 'answerer', 'judge'] as const;

/** The models that play the roles of an evaluation, by the hash of their file where they have one. */
export function usedModels({ models }: Pick<Workspace, 'models'>, config: RunConfig): UsedModel[] {
  const ids: [UsedModel['role'], string | null][] = [
    ...(config.engine === 'llm'
      ? EVALUATED_ROLES.map((role): [UsedModel['role'], string | null] => [
          role,
          config[`${role}Model`] ?? config.executorModel,
        ])
      : []),
    ['embedder', config.embedderModel],
  ];
  return ids.flatMap(([role, id]) => {
    const record = id === null ? null : models.get(id);
    if (record === null) return [];
    const sha256 = record.source.kind === 'gguf' ? record.source.sha256 : null;
    return [{ role, id: record.id, name: record.name, sha256 }];
  });
}

/** The engine of an evaluation, for its record. */
export function engineRecord(
  workspace: Pick<Workspace, 'models'>,
  { config, isJudged }: { readonly config: RunConfig; readonly isJudged: boolean },
  embedderId: string,
): Evaluation['engine'] {
  const isLlm = usesLanguageModels({ ...config, designer: 'none' });
  const { executor, answerer, judge } = promptVersions();
  return {
    kind: config.engine,
    embedderId,
    models: usedModels(workspace, config),
    promptVersions: isLlm ? { executor, answerer, judge } : {},
    warnings: isJudged ? modelWarnings(workspace, config) : [],
  };
}

/** Who writes the memories, for the key of a memory. */
export function executorKey({
  models,
  promptVersions: versions,
}: Evaluation['engine']): MemoryKeyParts['executor'] {
  const executor = models.find(({ role }) => role === 'executor');
  return executor === undefined
    ? null
    : { model: executor.sha256 ?? executor.id, promptVersion: versions['executor'] ?? '' };
}
