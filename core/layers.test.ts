import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Law: imports point downward only (README, "Layout"); two folders of one tier do not know each other.

const ROOT = fileURLToPath(new URL('.', import.meta.url));

const TIERS: readonly (readonly string[])[] = [
  ['shared'],
  ['contract', 'config'],
  ['store', 'datasets', 'memory', 'skills', 'controller', 'models', 'evaluation'],
  ['hardCases'],
  ['engines'],
  ['evolution'],
  ['training'],
  ['exchange'],
  ['app'],
  ['cli'],
];

/** Packages with exactly one importing file or folder. */
const OWNED_PACKAGES: Readonly<Record<string, string>> = {
  'node:sqlite': 'store/database.ts',
  '@lancedb/lancedb': 'memory/archive.ts',
  'apache-arrow': 'memory/archive.ts',
  '@tensorflow/': 'controller/',
};

const BROWSER_SAFE = /^(?:shared|contract)\/|(?:^|\/)schema\.ts$/u;

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"]/gu;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? match[4] ?? '',
  }));
}

const FILES = globSync('**/*.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
const SOURCES = FILES.filter((file) => !file.endsWith('.test.ts') && file.includes('/'));
const IMPORTS = SOURCES.flatMap(importsOf);

function target({ file, specifier }: Import): string {
  return relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll('\\', '/');
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
      ([name, owner]) => specifier.startsWith(name) && !file.startsWith(owner),
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
