import type { BankChange } from '../contract/proposal.ts';
import type { Skill } from '../contract/skill.ts';
import { skillHash } from '../skills/skillBank.ts';
import { ownEntry, type BankContents } from './bankFile.ts';

/** What an imported bank means for the one that is there. */

/**
 * What would bring the imported skills into the current bank, one change for a skill, in the file's order: additions,
 * refinements, and pins where the texts agree. Skills with equal text give none, and skills the file does not have
 * stay: an import never takes anything away.
 */
export function importAsChanges(
  current: readonly Skill[],
  imported: Pick<BankContents, 'skills'>,
): BankChange[] {
  return imported.skills.flatMap(({ name, description, instruction, type, isPinned }): BankChange[] => {
    const skill = { name, description, instruction, type };
    const existing = current.find((one) => one.name === name);
    if (existing === undefined) return [{ kind: 'add', skill }];
    const changes = {
      ...(existing.description === description ? {} : { description }),
      ...(existing.instruction === instruction ? {} : { instruction }),
      ...(existing.type === type ? {} : { type }),
    };
    if (Object.keys(changes).length > 0) return [{ kind: 'refine', name, changes }];
    return isPinned && !existing.isPinned ? [{ kind: 'pin', name, isPinned }] : [];
  });
}

/**
 * What the file knows about the skills of a bank that took its changes in: for each skill whose text equals the
 * file's, lineage and statistics where the bank has none, and for those the import wrote (origin `import`) also who
 * wrote them first and the pin. If the bank has no skills but the file's, they take the file's order. So a bank
 * imported into a fresh workspace exports to the same bytes.
 */
export function adoptImport(bank: BankContents, imported: BankContents): BankContents {
  const source = new Map(imported.skills.map((skill, index) => [skill.name, { skill, index }]));
  const isFrom = (skill: Skill): boolean => {
    const found = source.get(skill.name);
    return found !== undefined && skillHash(found.skill) === skillHash(skill);
  };
  const skills = bank.skills.map((skill) => {
    const found = source.get(skill.name)?.skill;
    if (found === undefined || skill.origin !== 'import' || !isFrom(skill)) return skill;
    return { ...skill, origin: found.origin, isPinned: skill.isPinned || found.isPinned };
  });
  if (skills.every(({ name }) => source.has(name)))
    skills.sort((a, b) => (source.get(a.name)?.index ?? 0) - (source.get(b.name)?.index ?? 0));
  const adopted = skills.filter(isFrom).map(({ name }) => name);
  return {
    skills,
    lineage: withMissing(bank.lineage, imported.lineage, adopted),
    statistics: withMissing(bank.statistics, imported.statistics, adopted),
  };
}

function withMissing<T>(
  ours: Readonly<Record<string, T>>,
  theirs: Readonly<Record<string, T>>,
  names: readonly string[],
): Record<string, T> {
  const missing = names.flatMap((name) => {
    const value = ownEntry(ours, name) === null ? ownEntry(theirs, name) : null;
    return value === null ? [] : [[name, structuredClone(value)] as const];
  });
  return { ...ours, ...Object.fromEntries(missing) };
}
