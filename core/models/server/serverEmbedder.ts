import { z } from 'zod';
import { required } from '../../shared/assertions.ts';
import { throwIfAborted, type AppError } from '../../shared/errors.ts';
import type { ServerConnection } from './serverConnection.ts';
import { serverError } from './serverErrors.ts';

/** Bounds of one request: servers refuse more texts, or a body of many megabytes. A longer text goes by itself. */
const MAX_BATCH_TEXTS = 32;
const MAX_BATCH_CHARACTERS = 64 * 2 ** 10;
/** Any text with a token tells the dimension. */
const PROBE = 'memory';
const BYTES_OF_FLOAT = 4;

const answerSchema = z.object({
  data: z.array(
    z.object({
      index: z.number().int().min(0),
      /** Numbers, or little-endian 32-bit floats in base64. */
      embedding: z.union([z.array(z.number()), z.base64()]),
    }),
  ),
});

export interface ServerEmbedderOptions {
  /** Stays the caller's, who disposes of it. */
  readonly connection: ServerConnection;
  readonly model: string;
  readonly signal?: AbortSignal | undefined;
}

interface Indexed {
  readonly index: number;
  readonly text: string;
}

function divideIntoBatches(texts: readonly Indexed[]): Indexed[][] {
  const batches: Indexed[][] = [];
  let batch: Indexed[] = [];
  let characters = 0;
  for (const one of texts) {
    const isFull = batch.length === MAX_BATCH_TEXTS || characters + one.text.length > MAX_BATCH_CHARACTERS;
    if (batch.length > 0 && isFull) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(one);
    characters += one.text.length;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

/** Null when the bytes are no whole number of floats. */
function decodeFloats(base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % BYTES_OF_FLOAT !== 0) return null;
  return Float32Array.from({ length: bytes.length / BYTES_OF_FLOAT }, (_, i) =>
    bytes.readFloatLE(i * BYTES_OF_FLOAT),
  );
}

/** L2-normalised; null when a number is not finite, or too large to be squared. */
function normalise(vector: Float32Array): Float32Array | null {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  if (!Number.isFinite(norm)) return null;
  return norm === 0 ? vector : vector.map((x) => x / norm);
}

/**
 * The `Embedder` of core/memory over a server's /embeddings. Blank texts are not sent, since servers refuse them: their
 * vectors are zero.
 */
export class ServerEmbedder {
  /** Of the server and the name of the model: weights that are exchanged under the same name are not noticed. */
  readonly id: string;
  readonly dimension: number;
  readonly #connection: ServerConnection;
  readonly #model: string;

  private constructor(connection: ServerConnection, model: string, dimension: number) {
    this.id = connection.idOf(model);
    this.dimension = dimension;
    this.#connection = connection;
    this.#model = model;
  }

  /** Asks for one vector, to learn the dimension. @throws AppError UNAVAILABLE, CANCELLED. */
  static async create({ connection, model, signal }: ServerEmbedderOptions): Promise<ServerEmbedder> {
    const [vector] = await embedBatch(connection, { model, texts: [PROBE], dimension: null }, signal);
    return new ServerEmbedder(connection, model, required(vector, 'vector').length);
  }

  /**
   * @throws AppError UNAVAILABLE, `bad-reply` for vectors of another dimension, number or of numbers that are not finite;
   * INVALID_INPUT `prompt-too-long`; CANCELLED.
   */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    throwIfAborted(signal);
    const vectors = texts.map((): Float32Array => new Float32Array(this.dimension));
    const sent = texts.map((text, index) => ({ index, text })).filter(({ text }) => text.trim() !== '');
    // After one batch has failed, the others are of no use.
    const failure = new AbortController();
    const both = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
    const embedInto = async (batch: Indexed[]): Promise<void> => {
      const request = { model: this.#model, texts: batch.map(({ text }) => text), dimension: this.dimension };
      const found = await embedBatch(this.#connection, request, both);
      for (const [i, { index }] of batch.entries()) vectors[index] = required(found[i], 'vector');
    };
    try {
      await Promise.all(divideIntoBatches(sent).map(embedInto));
    } catch (error) {
      failure.abort(error);
      throw error;
    }
    return vectors;
  }
}

interface BatchRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** What every vector has to have; null when it is not known yet. */
  readonly dimension: number | null;
}

async function embedBatch(
  connection: ServerConnection,
  { model, texts, dimension }: BatchRequest,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const body = { model, input: texts, encoding_format: 'float' };
  const answer = answerSchema.safeParse(await connection.sendForJson({ path: 'embeddings', body, signal }));
  const refuse = (problem: string, cause?: unknown): AppError =>
    serverError(
      'bad-reply',
      `The server at ${connection.base} ${problem}: check that ${model} is an embedding model.`,
      { cause },
    );
  if (!answer.success) throw refuse('did not answer with vectors', answer.error);
  const vectors = new Map<number, Float32Array>();
  for (const { index, embedding } of answer.data.data) {
    const floats = typeof embedding === 'string' ? decodeFloats(embedding) : Float32Array.from(embedding);
    const vector = floats === null ? null : normalise(floats);
    if (vector === null || vector.length === 0)
      throw refuse('sent a vector that is empty or not of finite numbers');
    const expected = dimension ?? vector.length;
    if (vector.length !== expected)
      throw refuse(`sent a vector of ${vector.length} dimensions where ${expected} are expected`);
    vectors.set(index, vector);
  }
  if (answer.data.data.length !== texts.length)
    throw refuse(`sent ${answer.data.data.length} vectors for ${texts.length} texts`);
  return texts.map((_, index) => {
    const vector = vectors.get(index);
    if (vector === undefined) throw refuse(`sent no vector for text ${index} of ${texts.length}`);
    return vector;
  });
}
