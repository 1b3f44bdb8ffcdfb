import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Skill, SkillStatistics } from '../contract/skill.ts';
import { seedSkills } from '../skills/seeds.ts';
import { emptyStatistics } from '../skills/statistics.ts';
import { addSkill } from './fixtures/scenario.ts';
import { bankHealth, proposeRetirements } from './health.ts';
import type { RetirementInput } from './health.ts';

const evolved = (name: string, isPinned = false): Skill => ({
  ...addSkill(name).skill,
  origin: 'designer',
  isPinned,
});
const used = (averageReward: number, more: Partial<SkillStatistics> = {}): SkillStatistics => ({
  ...emptyStatistics(),
  usageCount: 10,
  averageReward,
  ...more,
});

const SKILLS = [
  ...seedSkills({ skipNoop: false }),
  evolved('dates'),
  evolved('places'),
  evolved('people', true),
  evolved('pets'),
];
const STATISTICS = {
  insert: used(0.01),
  dates: used(0.5, { usageEma: 0.25, memoriesWritten: 8, memoriesRetrieved: 6 }),
  places: used(0.2),
  people: used(0.1),
};

function retired(overrides: Partial<RetirementInput>): string[] {
  const drafts = proposeRetirements({
    skills: SKILLS,
    statistics: STATISTICS,
    maxSkills: 30,
    incoming: 0,
    trained: SKILLS.map(({ name }) => name),
    ...overrides,
  });
  return drafts.map(({ change }) => (change.kind === 'retire' ? change.name : change.kind));
}

describe('bankHealth', () => {
  test('gives usage, reward, junk rate and the nearest other skill', () => {
    const skills = [evolved('dates'), evolved('places'), evolved('pets')];
    const vectors = [
      [1, 0],
      [0.6, 0.8],
      [0, 1],
    ].map((values) => Float32Array.from(values));
    const health = bankHealth({ skills, statistics: STATISTICS, vectors });
    expect(health[0]).toMatchObject({
      name: 'dates',
      usageCount: 10,
      usageEma: 0.25,
      meanReward: 0.5,
      memoriesWritten: 8,
      junkRate: 0.25,
      nearest: { name: 'places' },
    });
    expect(health[0]!.nearest!.similarity).toBeCloseTo(0.6, 6);
    expect(health[2]).toMatchObject({
      usageCount: 0,
      meanReward: null,
      junkRate: null,
      nearest: { name: 'places' },
    });
  });

  test('a bank of one has no nearest skill', () => {
    const [health] = bankHealth({
      skills: [evolved('dates')],
      statistics: {},
      vectors: [Float32Array.of(1)],
    });
    expect(health!.nearest).toBeNull();
  });
});

describe('proposeRetirements', () => {
  test('15.2#35 a skill that no span of a whole stage selected is proposed to be retired, with the reason', () => {
    expect(retired({})).toEqual(['pets']);
    expect(retired({ trained: ['insert', 'dates'] })).toEqual([]);
    const [draft] = proposeRetirements({
      skills: SKILLS,
      statistics: STATISTICS,
      maxSkills: 30,
      incoming: 0,
      trained: ['pets'],
    });
    expect(draft).toMatchObject({
      clusterId: null,
      caseIds: [],
      reasoning: '"pets" was never selected in a whole stage.',
    });
  });

  test('a bank over capacity proposes what is worth least, as many as needed', () => {
    expect(retired({ maxSkills: 8, incoming: 1 })).toEqual(['pets']);
    expect(retired({ maxSkills: 8, incoming: 2 })).toEqual(['pets', 'places']);
    expect(retired({ maxSkills: 8, incoming: 3 })).toEqual(['pets', 'places', 'dates']);
  });

  test('15.1#14 seeds and pinned skills are never proposed, also when nothing else is left', () => {
    expect(retired({ maxSkills: 4, incoming: 20 })).toEqual(['pets', 'places', 'dates']);
    const unpinnedSeeds = SKILLS.map((skill) => ({ ...skill, isPinned: skill.name === 'people' }));
    expect(retired({ skills: unpinnedSeeds, maxSkills: 4, incoming: 20 })).toEqual([
      'pets',
      'places',
      'dates',
    ]);
  });

  test('no more than the excess is proposed beyond unused skills, none twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.nat(6),
        fc.subarray(SKILLS.map(({ name }) => name)),
        (maxSkills, incoming, trained) => {
          const names = retired({ maxSkills, incoming, trained });
          const unused = trained.includes('pets') ? 1 : 0;
          const excess = Math.max(0, SKILLS.length + incoming - maxSkills);
          expect(new Set(names).size).toBe(names.length);
          expect(names.length).toBe(Math.min(3, Math.max(unused, excess)));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });
});
