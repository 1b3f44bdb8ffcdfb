import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import configuration from './builder.config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })),
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Folders of the packages that are there in production, relative to the root. */
function productionPackages(): string[] {
  const { packages } = lockSchema.parse(readJson(join(ROOT, 'package-lock.json')));
  return Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true)
    .map(([folder]) => folder);
}

const patternsOf = (patterns: unknown): string[] => z.array(z.string()).parse(patterns);
const matches = (file: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => posix.matchesGlob(file, pattern));

test('the configuration is what electron-builder takes', () => {
  const schema = readJson(join(dirname(require.resolve('app-builder-lib/package.json')), 'scheme.json'));
  // The schema uses keywords for messages that are not of JSON Schema.
  const validate = new Ajv({ strict: false, allErrors: true }).compile(
    z.record(z.string(), z.unknown()).parse(schema),
  );
  validate(configuration);
  expect(validate.errors).toBeNull();
});

test('nobody can make a Node of the packed application or put other code into it', () => {
  expect(configuration.asar).toBe(true);
  expect(configuration.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
});

describe('what is packed', () => {
  const files = patternsOf(configuration.files);
  const added = files.filter((pattern) => !pattern.startsWith('!'));
  const isPacked = (file: string): boolean =>
    matches(file, added) &&
    !files.some((pattern) => pattern.startsWith('!') && posix.matchesGlob(file, pattern.slice(1)));

  test('has what main opens, and no sources, tests or maps', () => {
    for (const file of [
      'package.json',
      'out/main/index.js',
      'out/main/engineWorker.js',
      'out/main/modelProcess.js',
      'out/main/chunks/a-1.js',
      'out/preload/index.cjs',
      'out/renderer/index.html',
      'out/renderer/assets/index-1.js',
      'resources/samples/conversations.json',
      'resources/models.json',
    ])
      expect([file, isPacked(file)]).toEqual([file, true]);
    for (const file of [
      'core/app/studio.ts',
      'out/main/index.js.map',
      'out/unit/build/main/index.js',
      'out/e2e-report.json',
      'e2e/studio.ts',
    ])
      expect([file, isPacked(file)]).toEqual([file, false]);
    expect(configuration.extraMetadata).toEqual({ main: 'out/main/index.js' });
  });

  test('names no package: electron-builder adds those of production, and no other', () => {
    expect(added.filter((pattern) => pattern.includes('node_modules') || pattern.startsWith('*'))).toEqual(
      [],
    );
  });
});

describe('outside of the archive', () => {
  const unpacked = patternsOf(configuration.asarUnpack);

  test('is every native and WebAssembly file of a production package', () => {
    const native = productionPackages()
      .flatMap((folder) => globSync(`${folder}/**/*.{node,wasm,so,so.*,dylib,dll}`, { cwd: ROOT }))
      .map((file) => file.replaceAll('\\', '/'));
    expect(native.map((file) => basename(file))).toEqual(
      expect.arrayContaining(['tfjs-backend-wasm-simd.wasm', expect.stringMatching(/^lancedb\..+\.node$/u)]),
    );
    expect(native.filter((file) => !matches(file, unpacked))).toEqual([]);
  });

  test('are the libraries of packages that are not there on every machine', () => {
    for (const file of [
      'node_modules/@lancedb/lancedb-darwin-arm64/lancedb.darwin-arm64.node',
      'node_modules/@node-llama-cpp/win-x64-vulkan/bins/win-x64-vulkan/ggml-vulkan.dll',
      'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so.2',
      'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node',
    ])
      expect([file, matches(file, unpacked)]).toEqual([file, true]);
  });
});
