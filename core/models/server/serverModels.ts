import { z } from 'zod';
import type { ServerConnection } from './serverConnection.ts';
import { isUnknownCall, serverError } from './serverErrors.ts';

export interface ServerModel {
  readonly name: string;
  /** Room for prompt and reply together; null where the list does not tell. */
  readonly contextTokens: number | null;
}

const tokens = z.number().int().positive();

const listSchema = z.object({
  // Ollama says null when it has no model.
  data: z
    .array(
      z.object({
        id: z.string().min(1),
        /** vLLM. */
        max_model_len: tokens.nullish().catch(null),
      }),
    )
    .nullable(),
});

/** llama-server; of one slot, which is what one request gets. A router without a loaded model says 0. */
const propsSchema = z.object({ default_generation_settings: z.object({ n_ctx: tokens }) });

/** The models that the server offers, in its order. @throws AppError UNAVAILABLE, CANCELLED. */
export async function listServerModels(
  connection: ServerConnection,
  signal?: AbortSignal,
): Promise<ServerModel[]> {
  const answer = await connection.sendForJson({ path: 'models', isEnquiry: true, signal });
  const parsed = listSchema.safeParse(answer);
  if (!parsed.success)
    throw serverError(
      'bad-reply',
      `The server at ${connection.base} did not answer with a list of models: check that its address is that of an OpenAI-compatible API.`,
      { cause: parsed.error },
    );
  return (parsed.data.data ?? []).map(({ id, max_model_len }) => ({
    name: id,
    contextTokens: max_model_len ?? null,
  }));
}

/** What the server tells of a model's context, in its list or, a llama-server, of itself; null when it tells nothing. */
export async function findContextTokens(
  connection: ServerConnection,
  model: string,
  signal?: AbortSignal,
): Promise<number | null> {
  const ask = async <T>(question: () => Promise<T>): Promise<T | null> => {
    try {
      return await question();
    } catch (error) {
      if (isUnknownCall(error)) return null;
      throw error;
    }
  };
  const models = await ask(() => listServerModels(connection, signal));
  const listed = models?.find(({ name }) => name === model)?.contextTokens ?? null;
  if (listed !== null) return listed;
  const props = await ask(() =>
    connection.sendForJson({ path: 'props', isBelowRoot: true, isEnquiry: true, signal }),
  );
  return propsSchema.safeParse(props).data?.default_generation_settings.n_ctx ?? null;
}
