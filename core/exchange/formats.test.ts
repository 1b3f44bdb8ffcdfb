import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS, type BankEvaluations, type ExportFormat } from '../contract/bankExchange.ts';
import { SKILL_ORIGINS, SKILL_TYPES, type BankVersion, type Skill } from '../contract/skill.ts';
import { bankHash } from '../skills/skillBank.ts';
import { validateAgentSkills } from './agentSkills/fixtures/agentSkillsValidator.ts';
import { asImport, exchangeBank, LINEAGE } from './fixtures/exchangeBank.ts';
import { readImport } from './readImport.ts';
import { writeExport } from './writeExport.ts';

const EVALUATIONS: BankEvaluations = {
  k: 3,
  memoriesPerQuestion: 20,
  seed: 42,
  traces: [
    { id: 't1', spans: [{ text: 'Ana moved on 7 May.', date: '7 May 2023' }] },
    { id: 't2', spans: [{ text: 'Nobody asks about this.', date: null }] },
  ],
  cases: [
    {
      trace: 't1',
      set: 'hard',
      question: 'When did Ana move?',
      golds: ['7 May 2023'],
      category: 2,
      date: null,
      contentHash: LINEAGE.cases[0] ?? '',
    },
    {
      trace: 't2',
      set: 'solved',
      question: 'Who?',
      golds: ['nobody'],
      category: 1,
      date: null,
      contentHash: 'f'.repeat(64),
    },
  ],
};

const ONE_FILE: readonly ExportFormat[] = ['json', 'prompt'];

function roundTrip(bank: BankVersion, format: ExportFormat) {
  const { files } = writeExport(bank, {}, { format, license: null });
  return readImport(asImport(files, ONE_FILE.includes(format) ? null : 'bank'));
}

const textArbitrary = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'binary', minLength: 1, maxLength })
    // As the bank has texts: tidied by `validateChange`, and no NUL in a text file.
    .map((text) => text.replace(/\r\n?/gu, '\n').replaceAll('\0', '').normalize('NFC').trim())
    .filter((text) => text !== '' && text.isWellFormed());

const skillArbitrary: fc.Arbitrary<Skill> = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9]{0,9}(?:_[a-z0-9]{1,9}){0,3}$/u),
  description: textArbitrary(60),
  instruction: fc
    .array(
      fc.oneof(textArbitrary(40), fc.constantFrom('---', '## 1. A', '<!-- /memskill x -->', '', 'a: b')),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((lines) => lines.join('\n').trim())
    .filter((text) => text !== ''),
  type: fc.constantFrom(...SKILL_TYPES),
  origin: fc.constantFrom(...SKILL_ORIGINS),
  isPinned: fc.boolean(),
});

describe.each(EXPORT_FORMATS)('%s', (format) => {
  test('comes back with every skill in its place and its words', () => {
    const bank = exchangeBank();
    const read = roundTrip(bank, format);
    expect(read.format).toBe(format);
    expect(bankHash(read.skills)).toBe(bank.hash);
    expect(read.notes).toEqual([]);
  });

  test('whatever the words are', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(skillArbitrary, { selector: ({ name }) => name, minLength: 1, maxLength: 5 }),
        (skills) => {
          const bank = { ...exchangeBank(), skills, lineage: {}, statistics: {}, hash: bankHash(skills) };
          const read = roundTrip(bank, format);
          expect(bankHash(read.skills)).toBe(bank.hash);
          if (format !== 'reference') expect(read.skills).toEqual(skills);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('JSON and Agent Skills bring lineage and counters back word for word', () => {
  const bank = exchangeBank();
  for (const format of ['json', 'agent-skills'] as const) {
    const read = roundTrip(bank, format);
    expect(read.skills).toEqual(bank.skills);
    expect(read.lineage).toEqual(bank.lineage);
    expect(read.statistics).toEqual(bank.statistics);
  }
});

test('an Agent Skills export is what the specification asks for, with cases and without', () => {
  const bank = exchangeBank();
  for (const evaluations of [undefined, EVALUATIONS]) {
    const { files } = writeExport(bank, { evaluations }, { format: 'agent-skills', license: 'Apache-2.0' });
    const found = validateAgentSkills(files);
    expect(found.problems).toEqual([]);
    expect(found.names.toSorted()).toEqual(
      ['memory-skills', 'keep-odd-text-2', 'insert', 'update', 'delete', 'noop'].toSorted(),
    );
    expect(found.withEvals).toEqual(evaluations === undefined ? [] : ['keep-odd-text-2']);
  }
});

test('the index takes another name when a skill has its own', () => {
  const bank = exchangeBank();
  const [first, ...others] = bank.skills;
  const skills = [{ ...first!, name: 'memory_skills' }, ...others];
  const { files } = writeExport({ ...bank, skills }, {}, { format: 'agent-skills', license: null });
  const found = validateAgentSkills(files);
  expect(found.problems).toEqual([]);
  expect(found.names).toContain('memory-skills-2');
  expect(readImport(asImport(files, 'bank')).skills.map(({ name }) => name)).toEqual(
    skills.map(({ name }) => name),
  );
});

test('the prompt has the best measured skill first', () => {
  const { files } = writeExport(exchangeBank(), {}, { format: 'prompt', license: null });
  const headings = [...files[0]!.text.matchAll(/^## \d+\. ([A-Z][a-z ]+)/gmu)].map(([, name]) =>
    name?.trim(),
  );
  expect(headings[0]).toBe('Insert');
});

test('what is inside is said, and private text goes along only when asked for', () => {
  const bank = exchangeBank();
  const secret = 'Ana moved';
  const plain = writeExport(bank, {}, { format: 'json', license: null });
  expect(plain.contents).toMatchObject({
    files: 1,
    skills: 5,
    lineages: 2,
    reviewers: ['Ana'],
    controllerBytes: 0,
    hardCases: 0,
    isPrivate: false,
  });
  expect(plain.files[0]!.text).not.toContain(secret);
  const whole = writeExport(bank, { evaluations: EVALUATIONS }, { format: 'json', license: null });
  expect(whole.contents).toMatchObject({
    hardCases: 1,
    solvedCases: 1,
    traces: 2,
    spans: 2,
    isPrivate: true,
  });
  expect(whole.files[0]!.text).toContain(secret);
  // Each skill has its own cases: what belongs to none stays.
  const folders = writeExport(bank, { evaluations: EVALUATIONS }, { format: 'agent-skills', license: null });
  expect(folders.contents).toMatchObject({
    hardCases: 1,
    solvedCases: 0,
    traces: 1,
    spans: 1,
    isPrivate: true,
  });
  expect(JSON.stringify(folders.files)).not.toContain('Nobody asks');
  expect(() => writeExport(bank, { evaluations: EVALUATIONS }, { format: 'prompt', license: null })).toThrow(
    'has no place for the cases',
  );
});

test("another agent's skill is read: what it does not say is guessed and said", () => {
  const text =
    '---\nname: keep-pets\ndescription: Keep what pets people have.\nversion: 2\n---\n\nKeep pets.\n';
  const read = readImport([{ path: 'SKILL.md', bytes: Buffer.from(text) }]);
  expect(read.skills).toEqual([
    {
      name: 'keep_pets',
      description: 'Keep what pets people have.',
      instruction: 'Keep pets.',
      type: 'insert',
      origin: 'import',
      isPinned: false,
    },
  ]);
  expect(read.notes).toEqual([
    'keep_pets does not say what it does to memory; it is taken as an insert skill.',
  ]);
});

test("the reference's Markdown and its dictionary are read, in each of its shapes", () => {
  const text =
    '**Skill:** Keep pets\n\n**Purpose:** Keep what pets people have.\n\nAction type: UPDATE only.\n';
  const [skill] = readImport([{ path: 'Keep-Pets.md', bytes: Buffer.from(text) }]).skills;
  expect(skill).toMatchObject({
    name: 'keep_pets',
    description: 'Keep what pets people have.',
    type: 'update',
    instruction: text.trim(),
  });
  const operation = {
    name: 'keep_pets',
    description: 'Pets.',
    instruction_template: 'Keep pets.',
    update_type: 'INSERT',
    meta_info: {
      usage_count: 2,
      avg_reward: 0.5,
      recent_rewards: [0.5, 0.5],
      created_at: 'designer',
      extra: 1,
    },
    embedding: [0.1, 0.2],
  };
  for (const document of [
    { operations: { keep_pets: operation }, max_ops: 30 },
    { operations: [operation] },
    { keep_pets: operation },
    [operation],
  ]) {
    const read = readImport([{ path: 'bank.json', bytes: Buffer.from(JSON.stringify(document)) }]);
    expect(read.skills).toMatchObject([{ name: 'keep_pets', type: 'insert', origin: 'designer' }]);
    expect(read.statistics['keep_pets']).toMatchObject({ usageCount: 2, averageReward: 0.5 });
  }
});
