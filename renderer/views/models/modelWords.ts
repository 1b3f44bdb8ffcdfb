import type { ModelFit, ModelTest, ModelView } from '../../../core/contract/model.ts';
import { dateTime, duration, fileSize } from '../../ui/format.ts';

/** What is known of a model, in words, and how it is known. Law: pure. */

export interface Figure {
  readonly term: string;
  readonly value: string;
  readonly basis: 'measured' | 'estimated';
  readonly title?: string;
}

const MILLION = 1e6;
const BILLION = 1e9;
const TRILLION = 1e12;

const wholeFormat = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export function tokenCount(tokens: number): string {
  return `${wholeFormat.format(tokens)} tokens`;
}

/** `4.0 billion parameters`, `109 million parameters`, `110,000 parameters`. */
export function parameterWords(count: number): string {
  if (count >= TRILLION) return `${(count / TRILLION).toFixed(1)} trillion parameters`;
  if (count >= BILLION) return `${(count / BILLION).toFixed(1)} billion parameters`;
  if (count >= MILLION) return `${wholeFormat.format(count / MILLION)} million parameters`;
  return `${wholeFormat.format(count)} parameters`;
}

/** Slow ones differ in their decimals, fast ones do not. */
export function tokenRate(tokensPerSecond: number): string {
  const shown = tokensPerSecond < 100 ? tokensPerSecond.toFixed(1) : wholeFormat.format(tokensPerSecond);
  return `${shown} tokens a second`;
}

/** What it is and where it comes from, in one line. */
export function sourceFacts({ source, contextTokens }: ModelView): string[] {
  const context = contextTokens === null ? 'context not known' : `context of ${tokenCount(contextTokens)}`;
  if (source.kind === 'server')
    return [
      `inference server ${source.baseUrl}`,
      context,
      source.keyVariable !== null
        ? `key from ${source.keyVariable}`
        : source.hasKeptKey
          ? 'key kept by the system'
          : 'no key',
    ];
  return [
    'GGUF file',
    source.architecture,
    source.quantisation ?? 'quantisation not known',
    parameterWords(source.parameterCount),
    fileSize(source.sizeBytes),
    context,
  ];
}

/** Small models load in less than a second. */
function loadTime(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

function layerWords(gpuLayers: number, layers: number, where: string): string {
  if (gpuLayers === 0) return `all ${layers} on the processor`;
  return gpuLayers >= layers ? `all ${layers} on ${where}` : `${gpuLayers} of ${layers} on ${where}`;
}

function measured(term: string, value: string | null, title?: string): Figure[] {
  return value === null
    ? []
    : [{ term, value, basis: 'measured', ...(title === undefined ? {} : { title }) }];
}

function measuredMemory({ vramBytes, ramBytes }: ModelTest): string | null {
  const parts = [
    vramBytes === null || vramBytes === 0 ? '' : `${fileSize(vramBytes)} on the GPU`,
    ramBytes === null ? '' : `${fileSize(ramBytes)} of main memory`,
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(', ');
}

function testFigures(test: ModelTest): Figure[] {
  const { promptTokensPerSecond: prompt, generatedTokensPerSecond: generated, loadMs } = test;
  const devices = test.deviceNames.length === 0 ? 'the GPU' : test.deviceNames.join(', ');
  return [
    ...measured('Prompt', prompt === null ? null : tokenRate(prompt), 'How fast it reads'),
    ...measured('Generation', generated === null ? null : tokenRate(generated), 'How fast it writes'),
    ...measured('Memory', measuredMemory(test), `With room for ${tokenCount(test.contextTokens)}`),
    ...measured(
      'Layers',
      test.layers === null || test.gpuLayers === null
        ? null
        : layerWords(test.gpuLayers, test.layers, devices),
    ),
    ...measured('Load time', loadMs === null ? null : loadTime(loadMs)),
  ];
}

function fitFigures(fit: ModelFit): Figure[] {
  const { weightBytes, kvCacheBytes, computeBytes, totalBytes, gpuLayers, layers } = fit;
  return [
    {
      term: 'Memory',
      value: fileSize(totalBytes.value),
      basis: totalBytes.basis,
      title: `Weights ${fileSize(weightBytes.value)}, keys and values of the context ${fileSize(kvCacheBytes.value)}, scratch ${fileSize(computeBytes.value)}`,
    },
    {
      term: 'Layers',
      value: layerWords(gpuLayers.value, layers, 'the GPU'),
      basis: gpuLayers.basis,
      title: fit.isWhollyOnGpu ? 'All of it fits on the GPU' : 'What is not on the GPU runs on the processor',
    },
  ];
}

/** What it does on this machine; where nothing was measured, what can be told from its file. */
export function modelFigures({ test, fit }: Pick<ModelView, 'test' | 'fit'>): Figure[] {
  const found = test === null ? [] : testFigures(test);
  const estimates = fit === null ? [] : fitFigures(fit);
  return [...found, ...estimates.filter(({ term }) => found.every((one) => one.term !== term))];
}

/** When it was tried, or that it was not. */
export function testedWords({ test, source }: Pick<ModelView, 'test' | 'source'>): string {
  if (test !== null) return `Tested ${dateTime(test.atMs)}.`;
  return source.kind === 'server'
    ? 'Not tested yet: a test sends one short prompt to the server.'
    : 'Not tested yet: a test loads it, reads a prompt and writes 32 tokens.';
}

/** What went wrong with its processes since its last test; empty when nothing did. */
export function troubleWords({ trouble }: Pick<ModelView, 'trouble'>): string {
  if (trouble === null) return '';
  const { restarts, atMs, words } = trouble;
  const often = restarts === 1 ? 'once' : `${restarts} times`;
  return `Restarted ${often} since it was added or tested, last ${dateTime(atMs)}: ${words}.`;
}

/** In a line beside its name; empty when nothing was measured. */
export function speedWords({ test }: Pick<ModelView, 'test'>): string {
  const rate = test?.generatedTokensPerSecond ?? null;
  return rate === null ? '' : `${tokenRate(rate)} (measured)`;
}

/** The start of a hash is enough to tell files apart by eye. */
export function shortHash(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}
