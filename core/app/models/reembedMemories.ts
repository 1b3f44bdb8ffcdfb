import { runConfigSchema } from '../../config/schema.ts';
import type { CallOutput } from '../../contract/calls.ts';
import type { ModelWorkProgress } from '../../contract/model.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { reembed } from '../../memory/reembedding.ts';
import { AppError } from '../../shared/errors.ts';
import type { ActiveRuns } from '../activeRuns.ts';
import type { OngoingWork } from '../ongoingWork.ts';
import type { StudioParts } from '../openTraining.ts';
import { openModels } from './openModels.ts';

export type ModelWork = OngoingWork<ModelWorkProgress, Pick<ModelWorkProgress, 'kind' | 'about'>>;

export interface ReembedSetup {
  readonly parts: StudioParts;
  readonly active: ActiveRuns;
  readonly work: ModelWork;
}

/**
 * Embeds the kept memories by the embedder that serves the role now.
 *
 * @throws AppError CONFLICT while a run trains or this goes on already; as `openModels` and `reembed`.
 */
export async function reembedMemories(
  { parts, active, work }: ReembedSetup,
  signal: AbortSignal,
): Promise<CallOutput<'models.reembed'>> {
  active.refuseAny('embed its memories anew');
  const embedderModel = parts.workspace.settings.get().modelRoles.embedder ?? null;
  const about = { kind: 'reembed', about: embedderModel ?? createBuiltinEmbedder().id } as const;
  if (work.ongoing.some(({ kind }) => kind === 'reembed'))
    throw new AppError('CONFLICT', 'The memories are being embedded anew already; wait for it.');
  work.note({ ...about, done: 0, total: 0 });
  const models = await openModels(parts, runConfigSchema.parse({ embedderModel })).catch((error: unknown) => {
    work.end(about);
    throw error;
  });
  try {
    const embedder = models?.engineModels.embedder ?? createBuiltinEmbedder();
    const result = await reembed(parts.archive, {
      embedder,
      signal,
      onProgress: (done, total) => work.note({ ...about, done, total }),
    });
    return { embedder: embedder.id, ...result };
  } finally {
    work.end(about);
    await models?.close();
  }
}
