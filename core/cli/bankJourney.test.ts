import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { calls } from '../contract/calls.ts';
import { bankVersionSchema, skillHealthSchema, type Skill, type SkillLineage } from '../contract/skill.ts';
import { exportBank } from '../exchange/bankFile.ts';
import { seedSkills } from '../skills/seeds.ts';
import { here, makeFolder } from './testProcess.ts';

const { document, refusal, report } = here;
const detail = calls['proposals.get'].output;
const imported = calls['bank.import'].output;
const versions = calls['bank.versions'].output;
const shown = bankVersionSchema.extend({ health: z.array(skillHealthSchema) });
const rolledBack = calls['bank.rollback'].output;

const LINEAGE: SkillLineage = {
  parents: [],
  designer: null,
  cluster: { name: 'pets', size: 4, diagnosis: 'not_stored' },
  cases: ['a'.repeat(64)],
  replay: { wins: 3, ties: 1, losses: 0, meanDifference: 0.25, interval: [0.05, 0.5] },
  decision: { verdict: 'approve', source: 'app', reviewer: null },
  reason: 'pets were forgotten',
};

/** A bank as another workspace may have evolved it: a changed seed in front, two skills of a designer, known history. */
function evolvedBank(): string {
  const [insert, ...others] = seedSkills({ skipNoop: false });
  const designed = (name: string, what: string): Skill => ({
    name,
    description: `Record ${what} people have.`,
    instruction: `Record which ${what} people have, with their names.`,
    type: 'insert',
    origin: 'designer',
    isPinned: name === 'keep_pets',
  });
  return exportBank({
    skills: [
      designed('keep_pets', 'pets'),
      { ...insert!, description: 'Store what is new and lasts.', origin: 'reviewer' },
      ...others,
      designed('keep_cars', 'cars'),
    ],
    lineage: { keep_pets: LINEAGE, insert: { ...LINEAGE, parents: ['b'.repeat(64)] } },
    statistics: {
      keep_pets: {
        usageCount: 12,
        averageReward: 0.375,
        recentRewards: [0.25, 0.5],
        usageEma: 0.125,
        memoriesWritten: 9,
        memoriesRetrieved: 4,
      },
    },
  });
}

function place(): {
  readonly file: string;
  readonly folder: string;
  workspace(name: string): [string, string];
} {
  const folder = makeFolder();
  const file = join(folder, 'bank.json');
  writeFileSync(file, evolvedBank());
  return { file, folder, workspace: (name) => ['--workspace', join(folder, name)] };
}

test('import --accept-all into a fresh workspace, export: byte-identical, again and again', async () => {
  const { file, folder, workspace } = place();
  let from = file;
  for (const name of ['one', 'two']) {
    const to = join(folder, `${name}.json`);
    await document(imported, 'bank', 'import', from, '--accept-all', ...workspace(name));
    await report('bank', 'export', to, ...workspace(name));
    expect(readFileSync(to, 'utf8')).toBe(readFileSync(file, 'utf8'));
    from = to;
  }
});

test('import --accept-all records one decision for each changed skill, bound to its text, source cli', async () => {
  const { file, workspace } = place();
  const at = workspace('one');
  const { proposalIds, version } = await document(imported, 'bank', 'import', file, '--accept-all', ...at);
  expect(version).toMatchObject({ version: 1, cause: 'import', skillCount: 6, parentVersion: 0 });
  expect(proposalIds).toHaveLength(3);
  const cards = [];
  for (const id of proposalIds) cards.push(await document(detail, 'proposals', id, ...at));
  expect(cards.map((card) => card.proposal.state)).toEqual(['applied', 'applied', 'applied']);
  const decisions = cards.map((card) => card.decisions);
  expect(decisions.map((list) => list.map(({ verdict, source }) => [verdict, source]))).toEqual(
    Array.from({ length: 3 }, () => [['approve', 'cli']]),
  );
  expect(version!.decisionIds.toSorted()).toEqual(decisions.map((list) => list[0]!.id).toSorted());
  expect(new Set(decisions.map((list) => list[0]!.textHash)).size).toBe(3);

  expect(await report('bank', 'import', file, '--accept-all', ...at)).toContain('nothing to do');
  expect(await document(versions, 'bank', 'list', ...at)).toHaveLength(2);
});

test('without --accept-all each skill waits for its own verdict; only what is approved enters', async () => {
  const { file, workspace } = place();
  const at = workspace('one');
  const { proposalIds, version } = await document(imported, 'bank', 'import', file, ...at);
  expect(version).toBeNull();
  expect(await document(versions, 'bank', 'list', ...at)).toHaveLength(1);
  const cards = [];
  for (const id of proposalIds) cards.push(await document(detail, 'proposals', id, ...at));
  const pets = cards.find(({ diff }) =>
    diff.some(({ name, kind }) => name === 'keep_pets' && kind === 'added'),
  )!;
  expect(pets.proposal).toMatchObject({ state: 'ready', runId: null });

  // No designer wrote it, so none can be asked; and nothing is recorded.
  expect(await refusal(1, 'review', pets.proposal.id, '--redraft', 'shorter', ...at)).toContain(
    'no designer',
  );
  expect(await document(detail, 'proposals', pets.proposal.id, ...at)).toEqual(pets);

  await report('review', pets.proposal.id, '--approve', ...at);
  const applied = await document(calls['review.apply'].output, 'review', '--apply', ...at);
  expect(applied.proposalIds).toEqual([pets.proposal.id]);
  expect(applied.version.skills.map((skill) => skill.name)).toEqual([
    'insert',
    'update',
    'delete',
    'noop',
    'keep_pets',
  ]);
});

test('versions are listed, shown and compared', async () => {
  const { file, workspace } = place();
  const at = workspace('one');
  await report('bank', 'import', file, '--accept-all', ...at);

  expect((await report('bank', 'list', ...at)).split('\n')[0]).toMatch(
    /^version +hash +skills +from +cause/u,
  );
  const bank = await document(shown, 'bank', 'show', ...at);
  expect(bank.version).toBe(1);
  expect(bank.health.find(({ name }) => name === 'keep_pets')).toMatchObject({
    usageCount: 12,
    meanReward: 0.375,
    junkRate: 5 / 9,
  });
  expect(await document(shown, 'bank', 'show', 'v0', ...at)).toMatchObject({
    version: 0,
    cause: 'seed',
  });
  expect(await report('bank', 'show', ...at)).toMatch(
    /^keep_pets \(insert, designer, pinned\)$[^]*^keep_pets +12 +12\.5 +37\.5 +9 +55\.6 /mu,
  );

  const diff = await document(calls['bank.diff'].output, 'bank', 'diff', '0', 'v1', ...at);
  const kinds = Object.fromEntries(diff.map(({ name, kind }) => [name, kind]));
  expect(kinds).toMatchObject({
    keep_pets: 'added',
    keep_cars: 'added',
    insert: 'changed',
    noop: 'unchanged',
  });
  const text = await report('bank', 'diff', '0', '1', ...at);
  expect(text).toContain('added keep_pets');
  expect(text).not.toContain('noop');
  expect(await report('bank', 'diff', '1', '1', ...at)).toContain('same skills');
});

test('a rollback is a new version with a decision; nothing is erased', async () => {
  const { file, folder, workspace } = place();
  const at = workspace('one');
  await report('bank', 'import', file, '--accept-all', ...at);
  const done = await document(rolledBack, 'bank', 'rollback', 'v0', '--reason', 'too much', ...at);
  expect(done.version).toMatchObject({ version: 2, cause: 'rollback', parentVersion: 1, note: 'too much' });
  expect(done.version.decisionIds).toHaveLength(1);
  expect(done.undone.filter(({ kind }) => kind === 'removed').map(({ name }) => name)).toEqual([
    'keep_pets',
    'keep_cars',
  ]);
  const list = await document(versions, 'bank', 'list', ...at);
  expect(list.map(({ version }) => version)).toEqual([0, 1, 2]);
  expect(list[2]!.hash).toBe(list[0]!.hash);

  const old = join(folder, 'old.json');
  await report('bank', 'export', old, '--version', '1', ...at);
  expect(readFileSync(old, 'utf8')).toBe(readFileSync(file, 'utf8'));
  expect(await refusal(1, 'bank', 'rollback', '2', ...at)).toContain('Version 2 is the current one');
});

test('what is no whole bank file is refused with file and key path, and nothing enters', async () => {
  const { file, folder, workspace } = place();
  const at = workspace('one');
  const text = readFileSync(file, 'utf8');
  const damaged = join(folder, 'damaged.json');
  for (const [content, where] of [
    [text.slice(0, -30), 'not whole JSON'],
    ['{"a":1}\n', 'at format,'],
    [text.replace('"formatVersion":2', '"formatVersion":3'), 'at formatVersion,'],
    [text.replace('which cars people', 'which boats people'), 'at skills[5].contentHash,'],
    [text.replace('"type":"delete"', '"type":"forget"'), 'at skills[3].type,'],
  ] as const) {
    writeFileSync(damaged, content);
    const message = await refusal(1, 'bank', 'import', damaged, '--accept-all', ...at);
    expect(message).toContain('damaged.json');
    expect(message).toContain(where);
  }
  expect(await refusal(1, 'bank', 'import', join(folder, 'none.json'), ...at)).toContain('There is no file');
  expect(await document(versions, 'bank', 'list', ...at)).toHaveLength(1);
  expect(await document(calls['proposals.list'].output, 'proposals', '--all', ...at)).toEqual([]);
});

test('an export that cannot be written leaves what was there', async () => {
  const { folder, workspace } = place();
  const at = workspace('one');
  // What would be inside is said before anything is written; in JSON there is nothing until it is.
  const missing = join(folder, 'no', 'such', 'bank.json');
  expect(await refusal(1, 'bank', 'export', missing, '--json', ...at)).toContain('check the path');
  expect(await refusal(1, 'bank', 'export', folder, '--json', ...at)).toContain(folder);
  expect(await refusal(1, 'bank', 'show', '7', ...at)).toContain('no bank version 7');
});

test('each format goes out and comes back; a bank is signed, trusted and verified', async () => {
  const { file, folder, workspace } = place();
  const at = workspace('one');
  await report('bank', 'import', file, '--accept-all', ...at);
  for (const [format, name] of [
    ['agent-skills', 'skills'],
    ['reference', 'reference'],
    ['prompt', 'prompt.md'],
  ] as const) {
    const to = join(folder, name);
    const said = await report('bank', 'export', to, '--format', format, ...at);
    expect(said).toContain('none of your text');
    const back = await document(imported, 'bank', 'import', to, ...at);
    expect(back).toMatchObject({ format, skillCount: 6, proposalIds: [], notes: [], flagged: [] });
  }
  expect(
    await refusal(1, 'bank', 'export', join(folder, 'skills'), '--format', 'agent-skills', '--json', ...at),
  ).toContain('already');

  const key = join(folder, 'key');
  await report('bank', 'keygen', key);
  expect(statSync(key).mode & 0o077).toBe(0);
  expect(await refusal(1, 'bank', 'keygen', key)).toContain('never written over');
  const signed = join(folder, 'signed.json');
  await report('bank', 'export', signed, '--sign', key, ...at);
  expect(await report('bank', 'verify', signed, ...at)).toContain('NOT trusted');
  await report('bank', 'trust', `${key}.pub`, '--name', 'Ana', ...at);
  expect(await report('bank', 'verify', signed, ...at)).toContain('good, by Ana');
  writeFileSync(signed, readFileSync(signed, 'utf8').replace('pets were forgotten', 'pets were not found'));
  expect(await refusal(1, 'bank', 'verify', signed, ...at)).toContain('documentHash');
  expect(await refusal(2, 'bank', 'export', signed, '--format', 'prompt', '--sign', key, ...at)).toContain(
    '--sign',
  );
  expect(await refusal(1, 'bank', 'export', signed, '--with-cases', '--json', ...at)).toContain(
    'belongs to no run',
  );
});
