import { expect, test } from 'vitest';
import { skillSchema, SKILL_TYPES } from '../contract/skill.ts';
import { SEED_SKILLS, seedSkills } from './seeds.ts';
import { validateChange } from './validation.ts';

test('the four primitives, pinned, each named after the only action it allows', () => {
  expect(SEED_SKILLS.map(({ name }) => name)).toEqual([...SKILL_TYPES]);
  for (const skill of SEED_SKILLS) {
    expect(skillSchema.parse(skill)).toEqual(skill);
    expect(skill).toMatchObject({ name: skill.type, origin: 'seed', isPinned: true });
    const lines = skill.instruction.split('\n');
    expect(lines.filter((line) => /^[A-Z][a-z ]+:/u.test(line)).map((line) => line.split(':')[0])).toEqual([
      'Skill',
      'Purpose',
      'When to use',
      'How to apply',
      'Constraints',
      'Action type',
    ]);
    expect(lines.at(-1)).toBe(`Action type: ${skill.type.toUpperCase()} only.`);
  }
});

test('the insert seed is a generalist: evolution has to find out about dates and special kinds of information', () => {
  const [insert] = SEED_SKILLS;
  const words = `${insert!.description} ${insert!.instruction}`;
  expect(words).not.toMatch(/\b(dates?|time|calendar|yesterday|relative|resolve\w*)\b/iu);
  expect(words).not.toMatch(/\b(prefer\w*|relation\w*|people|persons?|places?|locations?|objects?)\b/iu);
  expect(words).not.toMatch(/\b(activit\w*|quantit\w*|numbers?|hobb\w*|names?|action constraints?)\b/iu);
});

test('15.2#38 the seeds pass the rules they are held to, without a warning', () => {
  for (const { name, description, instruction, type } of SEED_SKILLS) {
    const change = { kind: 'add', skill: { name, description, instruction, type } };
    expect(validateChange(change, { skills: [], author: 'reviewer' })).toEqual({
      isValid: true,
      change,
      warnings: [],
    });
  }
});

test('skipNoop leaves out the fourth; every call gives skills of its own', () => {
  expect(seedSkills({ skipNoop: true }).map(({ name }) => name)).toEqual(['insert', 'update', 'delete']);
  const seeds = seedSkills({ skipNoop: false });
  expect(seeds).toEqual(SEED_SKILLS);
  expect(seeds[0]).not.toBe(SEED_SKILLS[0]);
});
