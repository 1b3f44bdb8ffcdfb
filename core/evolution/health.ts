import type { Skill, SkillHealth, SkillStatistics } from '../contract/skill.ts';
import { cosine } from '../shared/vectors.ts';
import { junkRate, retirementOrder, statisticsOf } from '../skills/statistics.ts';
import type { ProposalDraft } from './proposals.ts';

/** How a bank is doing, and what could leave it (15.1 #14, 15.2 #35). Pure: what comes out are drafts for review. */

export interface HealthInput {
  readonly skills: readonly Skill[];
  readonly statistics: Readonly<Record<string, SkillStatistics>>;
  /** Embeddings of the skills' texts, in their order. */
  readonly vectors: readonly Float32Array[];
}

function nearestSkill(input: HealthInput, at: number): SkillHealth['nearest'] {
  const own = input.vectors[at];
  if (own === undefined) return null;
  const others = input.skills.flatMap(({ name }, other) => {
    const vector = input.vectors[other];
    return other === at || vector === undefined ? [] : [{ name, similarity: cosine(own, vector) }];
  });
  return others.toSorted((a, b) => b.similarity - a.similarity)[0] ?? null;
}

/** The health of every skill, in the bank's order. */
export function bankHealth(input: HealthInput): SkillHealth[] {
  return input.skills.map((skill, at) => {
    const statistics = statisticsOf(input.statistics, skill.name);
    return {
      name: skill.name,
      isPinned: skill.isPinned,
      usageCount: statistics.usageCount,
      usageEma: statistics.usageEma,
      meanReward: statistics.usageCount === 0 ? null : statistics.averageReward,
      memoriesWritten: statistics.memoriesWritten,
      junkRate: junkRate(statistics),
      nearest: nearestSkill(input, at),
    };
  });
}

export interface RetirementInput {
  readonly skills: readonly Skill[];
  readonly statistics: Readonly<Record<string, SkillStatistics>>;
  readonly maxSkills: number;
  /** Skills about to be added, for which room is needed. */
  readonly incoming: number;
  /** Names of the skills of the bank that the last stage was trained with: only of them being unused says something. */
  readonly trained: readonly string[];
}

function retirement(name: string, pattern: string, reasoning: string): ProposalDraft {
  return {
    clusterId: null,
    caseIds: [],
    change: { kind: 'retire', name },
    pattern,
    rootCause: 'bank health',
    reasoning,
  };
}

/**
 * Drafts to retire skills: those a whole stage never selected, and, while the bank with what is about to be added exceeds
 * its capacity, the least valuable ones (reference 3.5). Seeds and pinned skills are never among them; when nothing else
 * is left the bank stays full.
 */
export function proposeRetirements(input: RetirementInput): ProposalDraft[] {
  const { skills, statistics, maxSkills, incoming, trained } = input;
  const candidates = retirementOrder(
    skills.filter((skill) => skill.origin !== 'seed'),
    statistics,
  );
  const isUnused = (name: string): boolean =>
    trained.includes(name) && statisticsOf(statistics, name).usageCount === 0;
  const unused = candidates.filter(isUnused);
  const excess = Math.max(0, skills.length + incoming - maxSkills - unused.length);
  const others = candidates.filter((name) => !isUnused(name)).slice(0, excess);
  return [
    ...unused.map((name) =>
      retirement(name, 'unused skill', `"${name}" was never selected in a whole stage.`),
    ),
    ...others.map((name) => {
      const { usageCount, averageReward } = statisticsOf(statistics, name);
      const value =
        usageCount === 0 ? 'it was never selected' : `its mean reward is ${averageReward.toFixed(3)}`;
      return retirement(
        name,
        'bank over capacity',
        `The bank holds ${skills.length} of ${maxSkills} skills and ${incoming} more are proposed; of those that may go "${name}" is worth least: ${value}.`,
      );
    }),
  ];
}
