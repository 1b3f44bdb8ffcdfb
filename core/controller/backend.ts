import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { AppError, messageOf } from '../shared/errors.ts';

/**
 * Chooses what TensorFlow.js computes with, once for a process or worker: `native` (libtensorflow through tfjs-node, an
 * optional dependency), else `wasm`. `cpu` is pure JavaScript, a development dependency, for tests only.
 */
export const BACKENDS = ['native', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface Backend {
  readonly name: BackendName;
  /** Why a faster one was not taken; null when there is nothing to say. */
  readonly note: string | null;
}

// Not named `require`: a bundler adds a constant of that name to modules that use it.
const requireFrom = createRequire(import.meta.url);

/** A name the compiler does not resolve: these packages may be absent. */
async function importOptional(packageName: string): Promise<void> {
  await import(packageName);
}

/** tfjs-node 4.22 calls type checks that Node 23 took out of `util`; each is the predicate its name says. */
function restoreUtilHelpers(): void {
  // CommonJS `util` is a plain mutable object; its typings no longer know these names.
  const util = requireFrom('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isUndefined'] ??= (value: unknown) => value === undefined;
  util['isNull'] ??= (value: unknown) => value === null;
  util['isArray'] ??= Array.isArray;
  util['isString'] ??= (value: unknown) => typeof value === 'string';
  util['isNumber'] ??= (value: unknown) => typeof value === 'number';
  util['isBoolean'] ??= (value: unknown) => typeof value === 'boolean';
  util['isFunction'] ??= (value: unknown) => typeof value === 'function';
  util['isObject'] ??= (value: unknown) => typeof value === 'object' && value !== null;
}

async function useNative(): Promise<void> {
  restoreUtilHelpers();
  await importOptional('@tensorflow/tfjs-node');
  await use('tensorflow');
}

async function useWasm(): Promise<void> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // One thread: products of this size lose more to waking threads than they gain, and the cores have other work.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const packageFile = requireFrom.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  wasm.setWasmPaths(join(dirname(packageFile), 'dist') + sep);
  await use('wasm');
}

async function usePureJavaScript(): Promise<void> {
  await importOptional('@tensorflow/tfjs-backend-cpu');
  await use('cpu');
}

async function use(backend: string): Promise<void> {
  // Skips debug checks of every kernel and the hint to install tfjs-node.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend)))
    throw new AppError(
      'UNAVAILABLE',
      `The TensorFlow.js backend ${backend} did not start; reinstall with npm ci.`,
    );
}

const STARTERS: Readonly<Record<BackendName, () => Promise<void>>> = {
  native: useNative,
  wasm: useWasm,
  cpu: usePureJavaScript,
};

/** Starts the preferred backend or, without a preference, the fastest that loads. UNAVAILABLE when none does. */
export async function chooseBackend(preference?: BackendName): Promise<Backend> {
  if (preference !== undefined) {
    try {
      await STARTERS[preference]();
    } catch (error) {
      throw new AppError(
        'UNAVAILABLE',
        `The TensorFlow.js backend ${preference} cannot be loaded; reinstall with npm ci.`,
        { cause: error },
      );
    }
    return { name: preference, note: null };
  }
  try {
    return await chooseBackend('native');
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    const backend = await chooseBackend('wasm');
    return { ...backend, note: `@tensorflow/tfjs-node does not load (${firstLine(messageOf(cause))})` };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
