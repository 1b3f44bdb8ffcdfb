import { currentLineage } from '../contract/skill.ts';
import { contentHash } from '../shared/contentHash.ts';

/** Law: a bank file of an earlier format version is read as what it said, and nothing is made up for what it did not say. */

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Version 1 had one parent at most, neither designer nor reviewer, and no hash over the document. What does not look like
 * a file of version 1 is left for the schema to refuse.
 */
function fromVersion1(value: Record<string, unknown>): Record<string, unknown> {
  const { skills } = value;
  const upgraded = {
    ...value,
    formatVersion: 2,
    skills: Array.isArray(skills)
      ? skills.map((skill: unknown) =>
          isRecord(skill) ? { ...skill, lineage: currentLineage(skill['lineage']) } : skill,
        )
      : skills,
  };
  return { ...upgraded, documentHash: contentHash(upgraded) };
}

/** The document in the current format version. */
export function currentBankFile(value: unknown): unknown {
  return isRecord(value) && value['formatVersion'] === 1 ? fromVersion1(value) : value;
}
