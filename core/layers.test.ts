import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Law: imports point downward only (README, "Layout"); two folders of one tier do not know each other. Above core are the
// shells (electron) and, behind the contract, the page (renderer).

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const PROJECT = join(ROOT, '..');

const TIERS: readonly (readonly string[])[] = [
  ['shared'],
  ['contract', 'config'],
  ['textWorld'],
  ['store', 'datasets', 'memory', 'skills', 'controller', 'models', 'evaluation'],
  ['hardCases'],
  ['engines'],
  ['evolution'],
  ['training'],
  ['exchange'],
  ['app'],
  ['host'],
  ['cli'],
];

/** Packages with exactly one importing file or folder. */
const OWNED_PACKAGES: Readonly<Record<string, string>> = {
  'node:sqlite': 'store/database.ts',
  '@lancedb/lancedb': 'memory/lance/',
  'apache-arrow': 'memory/lance/',
  '@tensorflow/': 'controller/',
  'node-llama-cpp': 'models/llama/',
  '@modelcontextprotocol/sdk': 'exchange/mcp/',
  ws: 'host/',
  open: 'host/openBrowser.ts',
};

const BROWSER_SAFE = /^(?:shared|contract)\/|(?:^|\/)schema\.ts$/u;

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const IMPORT_PATTERN =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"]/gu;

function importsOf(folder: string, file: string): Import[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(IMPORT_PATTERN)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
  }));
}

const FILES = globSync('**/*.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
const SOURCES = FILES.filter((file) => !file.endsWith('.test.ts') && file.includes('/'));
const IMPORTS = SOURCES.flatMap((file) => importsOf(ROOT, file));

function target({ file, specifier }: Import): string {
  return relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll('\\', '/');
}

function isOfPackage(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(name.endsWith('/') ? name : `${name}/`);
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function tierOf(folder: string): number {
  return TIERS.findIndex((tier) => tier.includes(folder));
}

test('every folder of core has a tier', () => {
  expect(SOURCES.length).toBeGreaterThan(50);
  expect([...new Set(SOURCES.map(folderOf))].filter((folder) => tierOf(folder) === -1)).toEqual([]);
});

test('imports point downward only', () => {
  const wrong = IMPORTS.filter(({ specifier }) => specifier.startsWith('.')).filter((one) => {
    const from = folderOf(one.file);
    const to = folderOf(target(one));
    return from !== to && tierOf(to) >= tierOf(from);
  });
  expect(wrong).toEqual([]);
});

test('there are no import cycles', () => {
  const edges = new Map<string, string[]>();
  for (const one of IMPORTS.filter(({ specifier }) => specifier.startsWith('.'))) {
    const typeOnly = new RegExp(`import type[^;]*${one.specifier.replaceAll('.', '\\.')}`, 'u');
    if (typeOnly.test(readFileSync(join(ROOT, one.file), 'utf8'))) continue;
    edges.set(one.file, [...(edges.get(one.file) ?? []), target(one)]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of SOURCES) visit(file, []);
  expect(cycles).toEqual([]);
});

test('native libraries have one owner', () => {
  const wrong = IMPORTS.filter(({ file, specifier }) =>
    Object.entries(OWNED_PACKAGES).some(
      ([name, owner]) => isOfPackage(specifier, name) && !file.startsWith(owner),
    ),
  );
  expect(wrong).toEqual([]);
});

test('shared, contract and schemas run in a browser', () => {
  const wrong = IMPORTS.filter(({ file }) => BROWSER_SAFE.test(file)).filter(({ specifier }) =>
    specifier.startsWith('node:'),
  );
  expect(wrong).toEqual([]);
});

test('randomness, the clock and the environment are read in one file each', () => {
  const readers = (pattern: RegExp): string[] =>
    SOURCES.filter((file) =>
      pattern.test(readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\/.*|^\s*\*.*$/gmu, '')),
    );
  expect(readers(/Math\.random/u)).toEqual([]);
  expect(readers(/Date\.now/u)).toEqual(['shared/clock.ts']);
  expect(readers(/process\.env/u)).toEqual(['config/environment.ts']);
});

/** What the sources of a folder beside core import: relative ones as `/path` from the project's root. */
function outerImports(folder: string): Import[] {
  const files = globSync(`${folder}/**/*.{ts,svelte}`, { cwd: PROJECT }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  // Tests and what configures tools run on Node, wherever the code they are about runs.
  const sources = files.filter((file) => !/\.(?:test|config)\.ts$/u.test(file));
  return sources
    .flatMap((file) => importsOf(PROJECT, file))
    .map(({ file, specifier }) => ({
      file,
      specifier: specifier.startsWith('.')
        ? `/${relative(PROJECT, join(PROJECT, dirname(file), specifier)).replaceAll('\\', '/')}`
        : specifier,
    }));
}

test('imports of a Svelte file are seen', () => {
  const wanted = { file: 'renderer/App.svelte', specifier: '/renderer/ui/Navigation.svelte' };
  expect(outerImports('renderer')).toContainEqual(wanted);
});

test('the page knows the contract and the errors, nothing else of core, of Node or of Electron', () => {
  const wrong = outerImports('renderer').filter(({ specifier }) =>
    specifier.startsWith('/')
      ? !/^\/(?:renderer\/|core\/contract\/|core\/shared\/errors\.ts$)/u.test(specifier)
      : specifier.startsWith('node:') || isOfPackage(specifier, 'electron'),
  );
  expect(wrong).toEqual([]);
});

test('Electron’s shell stands on core, beside the command line', () => {
  const wrong = outerImports('electron').filter(
    ({ specifier }) => specifier.startsWith('/') && !/^\/(?:electron|core\/(?!cli\/))/u.test(specifier),
  );
  expect(wrong).toEqual([]);
});

test('the preload script knows the bridge and Electron, and nothing of Node', () => {
  const wrong = outerImports('electron')
    .filter(({ file }) => file.startsWith('electron/preload/'))
    .filter(
      ({ specifier }) =>
        specifier !== 'electron' && !/^\/(?:core\/contract|electron\/preload)\//u.test(specifier),
    );
  expect(wrong).toEqual([]);
});

test('nothing of core needs a window', () => {
  const wrong = IMPORTS.filter(
    (one) =>
      isOfPackage(one.specifier, 'electron') || /^\.\.\/(?:electron|renderer|e2e)\//u.test(target(one)),
  );
  expect(wrong).toEqual([]);
});
