import { existsSync } from 'node:fs';
import { isAbsolute, basename, join } from 'node:path';
import type { ModelRecord } from '../../contract/model.ts';
import { hashGgufFiles, readGgufFile, type GgufDescription } from '../../models/ggufFile.ts';
import { downloadModel, type DownloadedModel, type ModelDownload } from '../../models/modelDownload.ts';
import { ServerEmbedder } from '../../models/server/serverEmbedder.ts';
import { findContextTokens, listServerModels } from '../../models/server/serverModels.ts';
import type { ServerConnection } from '../../models/server/serverConnection.ts';
import { required } from '../../shared/assertions.ts';
import { AppError } from '../../shared/errors.ts';
import type { GgufRecord } from './modelViews.ts';
import type { ModelWork } from './reembedMemories.ts';

/** A model as it is found, before it is in the library. */
export type FoundModel = Omit<ModelRecord, 'addedAtMs' | 'test' | 'trouble'>;

const ID_DIGITS = 16;
const NAMED_MODELS = 10;

/** @throws AppError INVALID_INPUT for a file that can neither chat nor embed. */
export function foundFile({
  description,
  sha256,
}: Pick<DownloadedModel, 'description' | 'sha256'>): FoundModel {
  const path = required(description.files[0], 'model file');
  const { isEmbeddingModel, hasChatTemplate, architecture, quantisation, parameterCount } = description;
  if (!isEmbeddingModel && !hasChatTemplate)
    throw new AppError(
      'INVALID_INPUT',
      `${path} has no chat template and does not embed texts; choose an instruction-tuned model or an embedding model.`,
      { details: { reason: 'no-chat-template' } },
    );
  return {
    // As the models themselves name it in what they report and cache.
    id: `gguf:${sha256.slice(0, ID_DIGITS)}`,
    name: description.name ?? basename(path, '.gguf'),
    purpose: isEmbeddingModel ? 'embedding' : 'chat',
    contextTokens: description.contextTokens,
    source: {
      kind: 'gguf',
      path,
      sizeBytes: description.sizeBytes,
      sha256,
      architecture,
      quantisation,
      parameterCount,
    },
  };
}

interface HashSetup {
  readonly signal: AbortSignal;
  /** Told how far it is. */
  readonly work: ModelWork;
}

async function watchedHash(
  { files, sizeBytes: total }: GgufDescription,
  { signal, work }: HashSetup,
): Promise<string> {
  const about = { kind: 'hash', about: basename(required(files[0], 'model file')) } as const;
  try {
    return await hashGgufFiles(files, {
      signal,
      onProgress: (done) => work.note({ ...about, done, total }),
    });
  } finally {
    work.end(about);
  }
}

/** Checks a file and reads all of it once, for its hash. @throws AppError as `readGgufFile`. */
export async function examineFile(path: string, setup: HashSetup): Promise<FoundModel> {
  if (!isAbsolute(path))
    throw new AppError('INVALID_INPUT', `${path} is no absolute path; name the file from the root on.`);
  const description = await readGgufFile(path, setup.signal);
  return foundFile({ description, sha256: await watchedHash(description, setup) });
}

/** @throws AppError CORRUPT_DATA for a file that is another by now; as `readGgufFile`. */
export async function verifyFile({ name, source }: GgufRecord, setup: HashSetup): Promise<void> {
  const sha256 = await watchedHash(await readGgufFile(source.path, setup.signal), setup);
  if (sha256 === source.sha256) return;
  throw new AppError(
    'CORRUPT_DATA',
    `The file of ${name} is not the one that was added (SHA-256 ${sha256} instead of ${source.sha256}); put the right one back, or add this one as a new model.`,
    { details: { reason: 'hash', sha256 } },
  );
}

/** Downloads a model unless it is there. @throws AppError as `downloadModel`; CONFLICT for another file of its name. */
export async function fetchModel(download: ModelDownload): Promise<FoundModel> {
  const path = join(download.folder, download.file);
  if (download.sha256 === null || !existsSync(path)) return foundFile(await downloadModel(download));
  const description = await readGgufFile(path, download.signal);
  const sha256 = await hashGgufFiles(description.files, { signal: download.signal });
  if (sha256 === download.sha256) return foundFile({ description, sha256 });
  throw new AppError(
    'CONFLICT',
    `The workspace has another file ${download.file} among its models; move it away or delete it, and start the download again.`,
  );
}

/**
 * What a server tells of one of its models; a model that is to embed is asked for a vector.
 *
 * @throws AppError NOT_FOUND when the server does not offer it; UNAVAILABLE as the connection.
 */
export async function examineServer(
  connection: ServerConnection,
  wanted: {
    readonly model: string;
    readonly purpose: ModelRecord['purpose'];
    readonly keyVariable: string | null;
  },
  signal: AbortSignal,
): Promise<FoundModel> {
  const { model, purpose, keyVariable } = wanted;
  const offered = (await listServerModels(connection, signal)).map(({ name }) => name);
  if (!offered.includes(model)) {
    const named = offered.slice(0, NAMED_MODELS).join(', ');
    throw new AppError(
      'NOT_FOUND',
      offered.length === 0
        ? `The server at ${connection.base} offers no model; load one there.`
        : `The server at ${connection.base} does not offer "${model}"; choose one of its models: ${named}${offered.length > NAMED_MODELS ? ', ...' : ''}.`,
      { details: { reason: 'no-such-model' } },
    );
  }
  const contextTokens = await findContextTokens(connection, model, signal);
  if (purpose === 'embedding') await ServerEmbedder.create({ connection, model, signal });
  return {
    id: connection.idOf(model),
    name: model,
    purpose,
    contextTokens,
    source: { kind: 'server', baseUrl: connection.base, model, keyVariable },
  };
}
