import { z } from 'zod';
import type { ModelRecord, ModelTest } from '../../contract/model.ts';
import type { LanguageModel } from '../../models/languageModel.ts';
import { LlamaLanguageModel } from '../../models/llama/llamaLanguageModel.ts';
import type { LoadedModel } from '../../models/llama/modelProtocol.ts';
import { openLlamaModel, type LlamaModelOptions } from '../../models/llama/openLlamaModel.ts';
import { ServerEmbedder } from '../../models/server/serverEmbedder.ts';
import { ServerLanguageModel } from '../../models/server/serverLanguageModel.ts';
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import type { Platform } from '../platform.ts';
import { isGguf, type GgufRecord } from './modelViews.ts';
import { openServer, type KeySources } from './serverAccess.ts';

/** Written for the test. */
const WRITTEN_TOKENS = 32;
/** Read for the test, at most; less where the context is small. */
const READ_TOKENS = 512;
const EMBEDDED_TEXTS = 4;
const SENTENCE = 'Yesterday Maria told her brother that she moves to a small town by the sea in May. ';
const CONTEXT_OF_EMBEDDER = 2048;
const MS_PER_SECOND = 1000;

export interface TrialSetup {
  readonly platform: Pick<Platform, 'modelProcess' | 'startModelProcess'>;
  readonly clock: Clock;
  readonly keys: KeySources;
  readonly signal: AbortSignal;
}

type Speeds = Pick<ModelTest, 'promptTokensPerSecond' | 'generatedTokensPerSecond'>;

/**
 * Uses a model once as a run would, measures it, and frees all it took.
 *
 * @throws AppError as opening the model and asking it.
 */
export function tryModel(record: ModelRecord, setup: TrialSetup): Promise<ModelTest> {
  if (!isGguf(record)) return tryServer(record, setup);
  return record.purpose === 'chat' ? tryChatFile(record, setup) : tryEmbeddingFile(record, setup);
}

function perSecond(tokens: number | null, ms: number): number | null {
  return tokens === null || tokens === 0 || ms <= 0 ? null : (tokens * MS_PER_SECOND) / ms;
}

function optionsOf({ source }: GgufRecord, { platform, signal }: TrialSetup): LlamaModelOptions {
  return {
    path: source.path,
    sha256: source.sha256,
    startProcess: platform.startModelProcess,
    entry: platform.modelProcess,
    signal,
  };
}

function testOf(loaded: LoadedModel, { clock }: TrialSetup, speeds: Speeds): ModelTest {
  const { loadMs, vramBytes, ramBytes, layers, gpuLayers, contextTokens } = loaded;
  return {
    atMs: clock.now(),
    loadMs,
    ...speeds,
    vramBytes,
    ramBytes,
    layers,
    gpuLayers,
    deviceNames: gpuLayers === 0 ? [] : loaded.deviceNames,
    contextTokens,
  };
}

/** A text of about so many tokens. */
async function textOf(tokens: number, count: (text: string) => Promise<number>): Promise<string> {
  return SENTENCE.repeat(Math.max(1, Math.floor(tokens / (await count(SENTENCE)))));
}

async function tryChatFile(record: GgufRecord, setup: TrialSetup): Promise<ModelTest> {
  const model = await LlamaLanguageModel.create(optionsOf(record, setup));
  try {
    const ask = (content: string) => ({
      messages: [{ role: 'user', content }] as const,
      temperature: 0,
      seed: 1,
      signal: setup.signal,
    });
    // The first request also pays for what a GPU prepares once.
    await model.complete({ ...ask('Hello.'), schema: { const: 1 }, maxTokens: 8 });
    const text = await textOf(Math.min(READ_TOKENS, model.contextTokens / 2), (one) =>
      model.countTokens(one),
    );
    const read = await model.complete({ ...ask(text), schema: { const: 1 }, maxTokens: 8 });
    const { promptTokens, cachedPromptTokens, durationMs } = read.usage;
    // The prompt is kept: what this takes is writing.
    const written = await writeOn(model, text, setup.signal);
    return testOf(model.loaded, setup, {
      promptTokensPerSecond: perSecond(promptTokens - cachedPromptTokens, durationMs),
      generatedTokensPerSecond: perSecond(written.tokens, written.ms),
    });
  } finally {
    await model.dispose();
  }
}

/** Has a model write until it ends or has written enough, which is no failure here. */
async function writeOn(
  model: LanguageModel,
  content: string,
  signal: AbortSignal,
): Promise<{ tokens: number | null; ms: number }> {
  const start = performance.now();
  try {
    const { usage } = await model.complete({
      messages: [{ role: 'user', content }],
      maxTokens: WRITTEN_TOKENS,
      temperature: 0,
      seed: 1,
      signal,
    });
    return { tokens: usage.completionTokens, ms: performance.now() - start };
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.['reason'] !== 'cut-reply') throw error;
    const tokens = error.details['completionTokens'];
    return { tokens: typeof tokens === 'number' ? tokens : null, ms: performance.now() - start };
  }
}

async function tryEmbeddingFile(record: GgufRecord, setup: TrialSetup): Promise<ModelTest> {
  const { signal } = setup;
  const { supervisor } = await openLlamaModel(
    { ...optionsOf(record, setup), defaultContextTokens: CONTEXT_OF_EMBEDDER },
    'embedding',
  );
  try {
    const count = (input: string): Promise<number> =>
      supervisor.request({ call: { kind: 'countTokens', input }, output: z.number(), signal });
    const embed = (input: string[]): Promise<unknown> =>
      supervisor.request({ call: { kind: 'embed', input }, output: z.array(z.array(z.number())), signal });
    await embed([SENTENCE]);
    const text = await textOf(Math.min(READ_TOKENS, supervisor.loaded.contextTokens / 2), count);
    const tokens = EMBEDDED_TEXTS * (await count(text));
    const start = performance.now();
    await embed(Array.from({ length: EMBEDDED_TEXTS }, () => text));
    return testOf(supervisor.loaded, setup, {
      promptTokensPerSecond: perSecond(tokens, performance.now() - start),
      generatedTokensPerSecond: null,
    });
  } finally {
    await supervisor.dispose();
  }
}

/** Of a model elsewhere only what it answers can be seen, and how long that took. */
async function tryServer(
  { source, purpose, contextTokens }: ModelRecord,
  setup: TrialSetup,
): Promise<ModelTest> {
  if (source.kind !== 'server') throw new AppError('INTERNAL', 'A model is a file or runs on a server.');
  const { clock, keys, signal } = setup;
  const connection = await openServer(source, { keys, clock, limits: { attempts: 2 } });
  try {
    const elsewhere = {
      loadMs: null,
      promptTokensPerSecond: null,
      generatedTokensPerSecond: null,
      vramBytes: null,
      ramBytes: null,
      layers: null,
      gpuLayers: null,
      deviceNames: [],
    };
    if (purpose === 'embedding') {
      await ServerEmbedder.create({ connection, model: source.model, signal });
      return { ...elsewhere, atMs: clock.now(), contextTokens: contextTokens ?? 0 };
    }
    const model = await ServerLanguageModel.create({ connection, model: source.model, signal });
    const written = await writeOn(model, SENTENCE, signal);
    return {
      ...elsewhere,
      atMs: clock.now(),
      generatedTokensPerSecond: perSecond(written.tokens, written.ms),
      contextTokens: model.contextTokens,
    };
  } finally {
    await connection.dispose();
  }
}
