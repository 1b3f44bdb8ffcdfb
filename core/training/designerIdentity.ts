import type { RunConfig } from '../config/schema.ts';
import type { ModelRecord } from '../contract/model.ts';
import type { DesignerIdentity } from '../contract/skill.ts';
import { promptVersions } from '../engines/llm/promptVersions.ts';

/** A model as it may be named where a bank goes: a file by its hash, a server's model by its name and never by where it is. */
function modelName(model: ModelRecord | null, id: string): string {
  if (model === null) return id;
  return model.source.kind === 'gguf' ? `${model.name} sha256:${model.source.sha256}` : model.source.model;
}

/** Who drafts changes under a configuration. */
export function designerIdentity(
  { models }: { readonly models: { get(id: string): ModelRecord | null } },
  { designer, designerModel, executorModel }: Pick<RunConfig, 'designer' | 'designerModel' | 'executorModel'>,
): DesignerIdentity {
  const id = designerModel ?? executorModel;
  if (designer !== 'llm' || id === null)
    return { model: designer === 'narrowed' ? 'builtin narrowed to dates' : 'builtin', promptHash: null };
  return { model: modelName(models.get(id), id), promptHash: promptVersions().designer };
}
