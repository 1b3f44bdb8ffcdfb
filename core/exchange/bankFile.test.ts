import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  skillLineageSchema,
  SKILL_ORIGINS,
  SKILL_TYPES,
  type Skill,
  type SkillLineage,
} from '../contract/skill.ts';
import { canonicalJson } from '../shared/contentHash.ts';
import { seedSkills } from '../skills/seeds.ts';
import { applyChange, bankHash, skillHash } from '../skills/skillBank.ts';
import { recordBatch } from '../skills/statistics.ts';
import { exportBank, parseBank, type BankContents, type BankFile } from './bankFile.ts';
import { adoptImport, importAsChanges } from './bankImport.ts';
import { bankSchemaText, SCHEMA_FILE } from './writeSchema.ts';

const LINEAGE: SkillLineage = {
  parents: [],
  designer: null,
  cluster: { name: 'pets', size: 3, diagnosis: 'not_stored' },
  cases: ['c'.repeat(64)],
  replay: { wins: 3, ties: 1, losses: 0, meanDifference: 0.25, interval: [0.1, 0.4] },
  decision: { verdict: 'approve', source: 'cli', reviewer: null },
  reason: 'Pets are asked for and never stored.',
};

const seeds = seedSkills({ skipNoop: false });

function evolved(): BankContents {
  const skill = { name: 'record_pets', description: 'Pets.', instruction: 'Record which pets people have.' };
  let skills = applyChange(
    seeds,
    { kind: 'add', skill: { ...skill, type: 'insert' } },
    { origin: 'designer', maxSkills: 30 },
  );
  skills = applyChange(
    skills,
    { kind: 'refine', name: 'insert', changes: { instruction: 'Shorter.' } },
    { origin: 'reviewer', maxSkills: 30 },
  );
  const names = skills.map(({ name }) => name);
  return {
    skills,
    lineage: { record_pets: LINEAGE, gone: LINEAGE },
    statistics: recordBatch({}, names, [
      { reward: 0.3, selections: [['insert', 'record_pets'], ['insert']] },
    ]),
  };
}

function failure(source: string, fileName = 'my-bank.json'): unknown {
  try {
    return parseBank(source, fileName);
  } catch (error) {
    return error;
  }
}

/** The exported document, changed by hand. */
function tampered(change: (file: BankFile) => void): string {
  // Our own export, so its shape is known.
  const file = JSON.parse(exportBank(evolved())) as BankFile;
  change(file);
  return JSON.stringify(file);
}

describe('exportBank', () => {
  test('is canonical JSON with a final line feed and holds no more than the schema says', () => {
    const text = exportBank(evolved());
    expect(text).toBe(`${canonicalJson(JSON.parse(text))}\n`);
    const file = JSON.parse(text) as BankFile;
    expect(Object.keys(file)).toEqual(['bankHash', 'documentHash', 'format', 'formatVersion', 'skills']);
    expect(file.skills.map(({ name }) => name)).toEqual([
      'insert',
      'update',
      'delete',
      'noop',
      'record_pets',
    ]);
    expect(file.skills[4]).toMatchObject({
      lineage: LINEAGE,
      contentHash: skillHash(evolved().skills[4]!),
      statistics: { usageCount: 1, averageReward: 0.3 },
    });
    expect(file.skills[1]!.lineage).toBeNull();
    expect(text).not.toContain('gone');
  });

  test('a bank that the schema would refuse is not written', () => {
    const [insert] = seeds;
    expect(() => exportBank({ ...evolved(), skills: [{ ...insert!, name: 'Bad Name' }] })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });
});

describe('parseBank', () => {
  test('gives back skills, lineage and statistics, from text and from bytes', () => {
    const bank = evolved();
    const text = exportBank(bank);
    const { skills, lineage, statistics, bankHash: hash } = parseBank(Buffer.from(text), 'f');
    expect(skills).toEqual(bank.skills);
    expect(lineage).toEqual({ record_pets: LINEAGE });
    expect(statistics).toEqual(bank.statistics);
    expect(hash).toBe(bankHash(bank.skills));
    expect(parseBank(text, 'f')).toEqual(parseBank(Buffer.from(text), 'f'));
  });

  test.each([
    ['another kind of file', '{"skills": []}', 'INVALID_INPUT', 'format', '"format" is not "memskill-bank"'],
    ['a list', '[]', 'INVALID_INPUT', '', 'is not a skill bank'],
    [
      'a newer version',
      tampered((file) => Object.assign(file, { formatVersion: 3, x: 1 })),
      'INVALID_INPUT',
      'formatVersion',
      'update it',
    ],
    [
      'a version that is no number',
      tampered((file) => Object.assign(file, { formatVersion: '1' })),
      'INVALID_INPUT',
      'formatVersion',
      'skill-bank.schema.json',
    ],
    [
      'an unknown key',
      tampered((file) => Object.assign(file.skills[2]!, { exportedAt: 1 })),
      'INVALID_INPUT',
      'skills[2]',
      'exportedAt',
    ],
    [
      'a missing key',
      tampered((file) => Reflect.deleteProperty(file.skills[0]!, 'lineage')),
      'INVALID_INPUT',
      'skills[0].lineage',
      'expected',
    ],
    [
      'a bad name',
      tampered((file) => Object.assign(file.skills[0]!, { name: '../etc' })),
      'INVALID_INPUT',
      'skills[0].name',
      'snake_case',
    ],
    [
      'a number out of range',
      tampered((file) => Object.assign(file.skills[0]!.statistics!, { usageEma: 2 })),
      'INVALID_INPUT',
      'skills[0].statistics.usageEma',
      '',
    ],
    [
      'a name twice',
      tampered((file) => file.skills.push(file.skills[0]!)),
      'INVALID_INPUT',
      'skills[5].name',
      'second time',
    ],
    [
      'a text changed by hand',
      tampered((file) => Object.assign(file.skills[4]!, { instruction: 'Ignore.' })),
      'CORRUPT_DATA',
      'skills[4].contentHash',
      'changed after the export',
    ],
    ['skills moved by hand', tampered((file) => file.skills.reverse()), 'CORRUPT_DATA', 'bankHash', 'moved'],
    [
      'a key twice',
      exportBank(evolved()).replace('{"bankHash"', '{"skills":[],"bankHash"'),
      'INVALID_INPUT',
      'skills',
      'twice',
    ],
  ])('refuses %s with file, key path and remedy', (_, text, code, path, problem) => {
    const error = failure(text);
    expect(error).toMatchObject({ code, details: { file: 'my-bank.json', keyPath: path } });
    expect(error).toHaveProperty('message', expect.stringMatching(/^The file my-bank\.json.*: .*\.$/u));
    expect(error).toHaveProperty('message', expect.stringContaining(problem));
  });

  test('a file cut anywhere is refused', () => {
    const text = exportBank(evolved());
    for (let length = 0; length < text.length - 1; length += 37)
      expect(failure(text.slice(0, length))).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

/** What a workspace does with an accepted import. */
function importInto(current: BankContents, text: string): BankContents {
  const imported = parseBank(text, 'f');
  const skills = importAsChanges(current.skills, imported).reduce<readonly Skill[]>(
    (bank, change) => applyChange(bank, change, { origin: 'import', maxSkills: 1000 }),
    current.skills,
  );
  return adoptImport({ ...current, skills }, imported);
}

const fresh: BankContents = { skills: seeds, lineage: {}, statistics: {} };

describe('importing', () => {
  test('identical skills give no change; a new one is added, another text refines, a pin is taken over', () => {
    const bank = evolved();
    expect(importAsChanges(bank.skills, bank)).toEqual([]);
    expect(importAsChanges(seeds, bank)).toEqual([
      { kind: 'refine', name: 'insert', changes: { instruction: 'Shorter.' } },
      {
        kind: 'add',
        skill: {
          name: 'record_pets',
          description: 'Pets.',
          instruction: 'Record which pets people have.',
          type: 'insert',
        },
      },
    ]);
    const pinned = { ...bank, skills: bank.skills.map((skill) => ({ ...skill, isPinned: true })) };
    expect(importAsChanges(bank.skills, pinned)).toEqual([
      { kind: 'pin', name: 'record_pets', isPinned: true },
    ]);
    expect(importAsChanges(pinned.skills, bank)).toEqual([]);
  });

  test('export, import into a fresh workspace, export again is byte-identical', () => {
    const text = exportBank(evolved());
    expect(exportBank(importInto(fresh, text))).toBe(text);
    expect(exportBank(parseBank(text, 'f'))).toBe(text);
  });

  test("a workspace's own skills, pins, lineage and statistics are not lost to an import", () => {
    const own = applyChange(
      seeds,
      { kind: 'add', skill: { name: 'mine', description: 'd', instruction: 'i', type: 'insert' } },
      { origin: 'reviewer', maxSkills: 9 },
    );
    const ours = { skills: own, lineage: { update: LINEAGE }, statistics: recordBatch({}, ['update'], []) };
    const after = importInto(ours, exportBank(evolved()));
    expect(after.skills.map(({ name, origin }) => [name, origin])).toEqual([
      ['insert', 'reviewer'],
      ['update', 'seed'],
      ['delete', 'seed'],
      ['noop', 'seed'],
      ['mine', 'reviewer'],
      ['record_pets', 'designer'],
    ]);
    expect(after.lineage).toEqual({ update: LINEAGE, record_pets: LINEAGE });
    expect(after.statistics['update']).toEqual(ours.statistics['update']);
    expect(after.statistics['record_pets']).toMatchObject({ usageCount: 1 });
  });

  test('an import that was only taken in part leaves the metadata of the rest out', () => {
    const imported = parseBank(exportBank(evolved()), 'f');
    const after = adoptImport({ ...fresh, lineage: {} }, imported);
    expect(after.skills).toEqual(seeds);
    expect(after.lineage).toEqual({});
    expect(Object.keys(after.statistics)).toEqual(['update', 'delete', 'noop']);
  });
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const skill: fc.Arbitrary<Skill> = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/u),
  description: text,
  instruction: text,
  type: fc.constantFrom(...SKILL_TYPES),
  origin: fc.constantFrom(...SKILL_ORIGINS),
  isPinned: fc.boolean(),
});
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const bankArbitrary: fc.Arbitrary<BankContents> = fc
  .uniqueArray(fc.tuple(skill, text, finite, fc.boolean()), { selector: ([{ name }]) => name, maxLength: 8 })
  .map((rows) => ({
    skills: rows.map(([one]) => one),
    lineage: Object.fromEntries(
      rows
        .filter((row) => row[3])
        .map(([{ name }, reason]) => [name, skillLineageSchema.parse({ ...LINEAGE, reason })]),
    ),
    statistics: recordBatch(
      {},
      rows.map(([{ name }]) => name),
      rows.map(([{ name }, , reward]) => ({
        reward: Math.max(-1e300, Math.min(1e300, reward)),
        selections: [[name]],
      })),
    ),
  }));

test('any bank: export, parse, export again gives the same bytes; so does a file in any key order and white space', () => {
  fc.assert(
    fc.property(bankArbitrary, fc.nat(4), (bank, indent) => {
      const exported = exportBank(bank);
      expect(exportBank(parseBank(exported, 'f'))).toBe(exported);
      const value = JSON.parse(exported) as Record<string, unknown>;
      const shuffled = JSON.stringify(Object.fromEntries(Object.entries(value).reverse()), null, indent);
      expect(exportBank(parseBank(shuffled, 'f'))).toBe(exported);
      expect(importInto(bank, exported)).toEqual(bank);
      const empty: BankContents = { skills: [], lineage: {}, statistics: {} };
      expect(exportBank(importInto(empty, exported))).toBe(exported);
    }),
    { seed: 1, numRuns: 150 },
  );
});

describe('the published schema', () => {
  test('is current (npm run schema writes it)', async () => {
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(await bankSchemaText());
  });

  test('accepts an exported bank and refuses what the reader refuses, read by another validator', () => {
    const schema = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as Record<string, unknown>;
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(validate(JSON.parse(exportBank(evolved())))).toBe(true);
    for (const bad of [
      tampered((file) => Object.assign(file, { formatVersion: 3 })),
      tampered((file) => Object.assign(file.skills[0]!, { name: 'Bad' })),
      tampered((file) => Object.assign(file.skills[0]!, { extra: 1 })),
      tampered((file) => Object.assign(file.skills[0]!, { contentHash: 'x' })),
    ])
      expect(validate(JSON.parse(bad))).toBe(false);
  });
});
