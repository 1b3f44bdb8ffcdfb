import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { Studio } from '../core/app/studio.ts';
import { writeTinyGguf } from '../core/models/fixtures/tinyGguf.ts';
import { LlamaLanguageModel } from '../core/models/llama/llamaLanguageModel.ts';
import { systemClock } from '../core/shared/clock.ts';
import { builtPlatform } from './main/builtPlatform.ts';

// The application as it is built, in a place of its own, so that nobody's build is in the way.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PLACE = 'out/unit';
const BUILT = join(ROOT, PLACE, 'build');

function read(file: string): string {
  return readFileSync(join(BUILT, file), 'utf8');
}

function importsOf(code: string): string[] {
  const pattern =
    /^import (?:[^;'"]*? from )?["']([^"']+)["']|\bimport\(["']([^"']+)["']\)|\brequire\(["']([^"']+)["']\)/gmu;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

beforeAll(() => {
  rmSync(join(ROOT, PLACE), { recursive: true, force: true });
  const bundler = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  const { status, stderr } = spawnSync(process.execPath, [bundler, 'build', '--outDir', BUILT], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  cpSync(join(ROOT, 'resources/samples'), join(ROOT, PLACE, 'resources/samples'), { recursive: true });
});

describe('bundles', () => {
  test('main and workers need nothing but Node, Electron and production dependencies', () => {
    const packages = [...Object.keys(packageJson.dependencies), 'electron'];
    const files = globSync('main/**/*.js', { cwd: BUILT });
    expect(files).toEqual(
      expect.arrayContaining([
        'main/index.js',
        'main/engineWorker.js',
        'main/controllerWorker.js',
        'main/modelProcess.js',
        'main/checkpointThread.js',
      ]),
    );
    const others = files
      .flatMap((file) => importsOf(read(file)))
      .filter(
        (name) => !/^\.{1,2}\//u.test(name) && !name.startsWith('node:') && !builtinModules.includes(name),
      )
      .filter((name) => !packages.some((one) => name === one || name.startsWith(`${one}/`)));
    expect(others).toEqual([]);
    expect(importsOf(read('main/index.js'))).toContain('@lancedb/lancedb');
  });

  test('workers do not know Electron', () => {
    for (const file of globSync(
      'main/{engineWorker,controllerWorker,modelProcess,checkpointThread,chunks/*}.js',
      {
        cwd: BUILT,
      },
    ))
      expect(importsOf(read(file))).not.toContain('electron');
  });

  test('llama.cpp is in the model process alone', () => {
    const importers = globSync('main/**/*.js', { cwd: BUILT }).filter((file) =>
      importsOf(read(file)).includes('node-llama-cpp'),
    );
    expect(importers).toEqual(['main/modelProcess.js']);
  });

  test('nothing of main is awaited before Electron is ready', () => {
    for (const file of globSync('main/**/*.js', { cwd: BUILT }))
      expect(read(file)).not.toMatch(/^(?:(?:var|let|const) [^\n]*= )?await /mu);
  });

  test('the preload script is one file that needs Electron alone', () => {
    expect(globSync('preload/**/*.{js,cjs,mjs}', { cwd: BUILT })).toEqual(['preload/index.cjs']);
    expect(importsOf(read('preload/index.cjs'))).toEqual(['electron']);
  });

  test('the page has no script and no style of its own', () => {
    const page = read('renderer/index.html');
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\.\/assets\/)/u);
    expect(page).toMatch(/<script type="module" crossorigin src="\.\/assets\/[^"]+\.js"><\/script>/u);
  });
});

test('the built model process loads a model and answers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-built-'));
  const path = join(folder, 'tiny.gguf');
  writeTinyGguf(path);
  const { modelProcess, startModelProcess } = builtPlatform(join(BUILT, 'main'));
  const model = await LlamaLanguageModel.create({
    path,
    gpu: false,
    threads: 1,
    entry: modelProcess,
    startProcess: startModelProcess,
  });
  try {
    expect(await model.countTokens('seven!!')).toBe(7);
  } finally {
    await model.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the built workers train on the sample', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-built-'));
  const studio = await Studio.open(folder, {
    platform: builtPlatform(join(BUILT, 'main')),
    clock: systemClock,
  });
  try {
    const client = studio.connect();
    const config = {
      dataset: 'sample',
      outerEpochs: 1,
      innerEpochs: 2,
      batchSize: 2,
      review: 'auto',
      seed: 42,
    };
    const { id } = await client.call('runs.start', { config, name: null, isContinue: false });
    const result = await client.call('runs.wait', { runId: id });
    expect(result).toMatchObject({ status: 'finished', waiting: 0 });
    expect(result.stages).toHaveLength(1);
  } finally {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
