import type { BankVersion } from '../contract/skill.ts';
import { currentVersion } from '../evolution/bankHistory.ts';
import type { EvolutionStore } from '../evolution/evolutionStore.ts';
import { required } from '../shared/assertions.ts';
import { skillHash } from '../skills/skillBank.ts';
import type { RunState } from './runState.ts';

/** Names of skills whose text is not in `before`: what the exploration bias favours from now on (reference 3.6). */
function changedSkillNames(before: BankVersion, after: BankVersion): string[] {
  const known = new Map(before.skills.map((skill) => [skill.name, skillHash(skill)]));
  return after.skills.filter((skill) => known.get(skill.name) !== skillHash(skill)).map(({ name }) => name);
}

/**
 * The state of a run after its bank was changed, by the run itself or by a person: skills with new words are favoured
 * for a while (reference 5.5), counters of skills that left are dropped. Where the bank went back to the best version,
 * controller and optimiser go back with it (15.2 #29): they were adapted to the skills that were given up. The state
 * itself when nothing changed.
 */
export function takeInBank(store: EvolutionStore, runId: string, state: RunState): RunState {
  const bank = currentVersion(store, runId);
  if (bank.version === state.bankVersion) return state;
  const line = store.bankVersions.list({ where: { runId } });
  const before = required(
    line.find((version) => version.version === (state.bankVersion ?? version.version)),
    `bank version ${state.bankVersion ?? 0} of run ${runId}`,
  );
  const since = line.filter((version) => version.version > before.version);
  const rollback = since.findLast((version) => version.cause === 'rollback');
  const isBackAtBest = rollback !== undefined && rollback.hash === state.stages.best?.bankHash;
  const isInBank = (name: string): boolean => bank.skills.some((skill) => skill.name === name);
  const changed = changedSkillNames(rollback ?? before, bank);
  const kept = rollback === undefined ? state.newSkills.filter(isInBank) : [];
  const newSkills = changed.length > 0 ? changed : kept;
  const biasStep = changed.length > 0 ? 0 : kept.length > 0 ? state.biasStep : null;
  return {
    ...state,
    bankVersion: bank.version,
    newSkills,
    biasStep,
    checkpoint: isBackAtBest ? state.bestCheckpoint : state.checkpoint,
    statistics: Object.fromEntries(Object.entries(state.statistics).filter(([name]) => isInBank(name))),
  };
}
