import { expect, test } from 'vitest';
import {
  askedOf,
  bankChoices,
  bringsOptions,
  chooseBank,
  selectionChoices,
  type OpenedBank,
} from './subjectChoices.ts';

const RUNS = [
  { id: 'r1', name: 'r1', step: 12, bankVersion: 3 },
  { id: 'r2', name: 'r2', step: 0, bankVersion: 3 },
];
const FILE: OpenedBank = {
  fileName: 'bank.json',
  skills: [],
  controller: { k: 3 } as OpenedBank['controller'], // carried along unread
};

test('a run that has trained stands first with its controller; one that has not is not offered', () => {
  const versions = [0, 1].map((version) => ({ version, skillCount: 4, runId: null }));
  const choices = bankChoices(RUNS, versions);
  expect(choices.map(({ value }) => value)).toEqual(['run:r1', 'seeds', 'version:1', 'version:0', 'file']);
  const chosen = chooseBank('run:r1', RUNS);
  expect(askedOf(chosen)).toEqual({ subject: { kind: 'run', runId: 'r1' }, controller: null });
  expect(selectionChoices(chosen, RUNS).map(({ value }) => value)).toEqual(['own', 'similarity', 'random']);
});

test('any bank can be read with the controller of a run, whose options it then begins with', () => {
  const seeds = chooseBank('seeds', RUNS);
  expect(askedOf(seeds)).toEqual({ subject: { kind: 'seeds' }, controller: 'similarity' });
  const withRun = askedOf({ ...seeds, selection: 'run:r1' });
  expect(withRun).toEqual({ subject: { kind: 'seeds' }, controller: { runId: 'r1' } });
  expect([askedOf(seeds), withRun].map((one) => one !== null && bringsOptions(one))).toEqual([false, true]);
  expect(askedOf(chooseBank('version:7', RUNS))).toMatchObject({ subject: { kind: 'version', version: 7 } });
});

test('a bank file is asked for once it is open, with its own controller where it brings one', () => {
  expect(askedOf(chooseBank('file', RUNS))).toBeNull();
  expect(askedOf(chooseBank('file', RUNS, FILE))).toEqual({
    subject: { kind: 'bank', skills: [] },
    controller: { part: FILE.controller, fileName: 'bank.json' },
  });
  const bare = chooseBank('file', RUNS, { ...FILE, controller: null });
  expect(askedOf(bare)).toMatchObject({ controller: 'similarity' });
});
