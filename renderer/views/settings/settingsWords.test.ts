import { expect, test } from 'vitest';
import type { RunOptionDescription } from '../../../core/contract/application.ts';
import {
  applicationFacts,
  defaultRows,
  smoothingWords,
  withoutDefault,
  workspaceFacts,
} from './settingsWords.ts';

test('smoothing says how many steps it remembers', () => {
  expect(smoothingWords(0)).toBe('No smoothed curve is drawn.');
  expect(smoothingWords(0.8)).toBe('0.80: a mean of about the last 5 steps, the latest counting most.');
  expect(smoothingWords(0.99)).toBe('0.99: a mean of about the last 100 steps, the latest counting most.');
  expect(smoothingWords(0.01)).toBe('0.01: a mean of about the last 1 step, the latest counting most.');
});

test('facts of the application, in words', () => {
  const facts = applicationFacts({
    version: '0.1.0',
    shell: 'browser',
    fileChoice: 'listing',
    nodeVersion: '24.21.0',
    electronVersion: null,
    system: 'linux x64',
    trainingBackend: null,
    workspace: '/w',
  });
  expect(facts.map(({ term, value }) => `${term}: ${value}`)).toEqual([
    'Version: 0.1.0',
    'Shown in: a browser on this machine',
    'Node: 24.21.0',
    'Electron: not in use',
    'Training: nothing was trained yet since the start',
    'System: linux x64',
  ]);
});

const CHECK = {
  path: '/w',
  schemaVersion: 2,
  events: 41,
  isChainIntact: true,
  tampered: [],
  setAside: [],
  runs: 2,
  bankVersion: 5,
  archivedMemories: 1,
};

test('a sound workspace and a damaged one', () => {
  expect(workspaceFacts(CHECK).map(({ term, value }) => `${term}: ${value}`)).toEqual([
    'Format: version 2',
    'Events: 41, the chain is intact',
    'Records: as they were written',
    'Set aside: no damaged file',
    'Runs: 2',
    'Bank: version 5',
    'Archive: 1 memory',
  ]);
  const damaged = workspaceFacts({
    ...CHECK,
    isChainIntact: false,
    tampered: ['decisions/d1'],
    setAside: ['step-3.safetensors.damaged'],
  });
  expect(damaged.filter(({ tone }) => tone === 'worse').map(({ term, value }) => [term, value])).toEqual([
    ['Events', '41, the chain is broken'],
    ['Records', '1 record not as written: decisions/d1'],
    ['Set aside', 'step-3.safetensors.damaged'],
  ]);
});

function option(name: string, unit: string | null): RunOptionDescription {
  return {
    name,
    flag: name,
    kind: 'number',
    choices: [],
    minimum: null,
    isMinimumExclusive: false,
    maximum: null,
    isInteger: false,
    default: 0,
    unit,
    group: 'loop',
    datasets: null,
    description: `what ${name} does`,
    values: 'a number',
  };
}

test('defaults are listed in the order of the options, unknown ones last', () => {
  const rows = defaultRows({ gone: 1, chunkSize: 512, isFast: true }, [
    option('isFast', null),
    option('chunkSize', 'tokens'),
  ]);
  expect(rows).toEqual([
    { name: 'isFast', label: 'Fast', value: 'yes', description: 'what isFast does' },
    { name: 'chunkSize', label: 'Chunk size', value: '512 tokens', description: 'what chunkSize does' },
    { name: 'gone', label: 'Gone', value: '1', description: 'no option of this version of the application' },
  ]);
});

test('one default is taken away, the others stay', () => {
  expect(withoutDefault({ a: 1, b: 'x' }, 'a')).toEqual({ b: 'x' });
  expect(withoutDefault({ a: 1 }, 'c')).toEqual({ a: 1 });
});
