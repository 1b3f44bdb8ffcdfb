import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VERDICTS } from '../contract/proposal.ts';
import type { Decision } from '../contract/proposal.ts';
import { AppError } from '../shared/errors.ts';
import { changeHash } from '../skills/changeHash.ts';
import { bankHash } from '../skills/skillBank.ts';
import { applyStaged } from './apply.ts';
import { decideAuto, decideGuarded } from './automaticDecisions.ts';
import { changesOf, currentVersion } from './bankHistory.ts';
import { recordDecision } from './decisions.ts';
import type { ReviewMode } from './evolutionStore.ts';
import { InMemoryStore } from './fixtures/inMemoryStore.ts';
import { addSkill, refineSkill, replaySetup, Scenario, WORD_OVERLAP } from './fixtures/scenario.ts';
import { replayProposal } from './proposalReplay.ts';
import { rebase } from './rebase.ts';
import { redraftProposal } from './redraft.ts';
import { rollback } from './rollback.ts';

/**
 * The law of design 8: whatever is called in whatever order, every change in the bank has a decision in force on its
 * exact text, made against the bank it changed, by someone the run's mode allows.
 */

const SOURCES: readonly Decision['source'][] = ['cli', 'app', 'auto', 'guarded'];

const commandArbitrary = fc.record({
  kind: fc.constantFrom(
    ...([
      'propose',
      'replay',
      'decide',
      'decide',
      'decide',
      'apply',
      'rebase',
      'redraft',
      'rollback',
      'automatic',
    ] as const),
  ),
  target: fc.nat(3),
  verdict: fc.constantFrom('approve', 'approve', ...VERDICTS),
  source: fc.constantFrom(...SOURCES),
  text: fc.nat(3),
});
type Command = typeof commandArbitrary extends fc.Arbitrary<infer T> ? T : never;

const CHANGES = [
  addSkill('dates'),
  addSkill('places'),
  refineSkill('insert', 'Store facts in full. INSERT only.'),
  addSkill('people'),
];
const changeAt = (at: number) => CHANGES[at % CHANGES.length]!;

async function execute(scenario: Scenario, command: Command, mode: ReviewMode): Promise<void> {
  const { store, clock } = scenario;
  const options = { runId: 'run1', maxSkills: 6, clock };
  const { proposals } = store;
  const proposalId = `p${(command.target % Math.max(proposals.count(), 1)) + 1}`;
  switch (command.kind) {
    case 'propose':
      await scenario.create([changeAt(command.text)]);
      return;
    case 'replay':
      await replayProposal(store, { proposalId, setup: replaySetup(), clock });
      return;
    case 'decide': {
      const edit =
        command.verdict === 'edit'
          ? addSkill(['dates', 'places'][command.target % 2]!, `words ${command.text}`)
          : undefined;
      const { verdict, source } = command;
      recordDecision(store, { proposalId, verdict, source, reason: 'because', edit, clock });
      return;
    }
    case 'apply':
      await applyStaged(store, { ...options, replay: mode === 'auto' ? null : replaySetup() });
      return;
    case 'rebase':
      rebase(store, proposalId);
      return;
    case 'redraft': {
      const designer = {
        redraft: async () => ({ change: addSkill('dates', `draft ${command.text}`), response: 'done' }),
      };
      await redraftProposal(store, {
        proposalId,
        designer,
        identity: { model: 'builtin', promptHash: null },
        overlap: WORD_OVERLAP,
        clock,
      });
      return;
    }
    case 'rollback': {
      const toVersion = command.text % store.bankVersions.count();
      rollback(store, { runId: 'run1', toVersion, reasoning: 'worse', source: command.source, clock });
      return;
    }
    case 'automatic':
      if (command.text % 2 === 0) decideAuto(store, options);
      else decideGuarded(store, options);
  }
}

function checkLaw(store: InMemoryStore, mode: ReviewMode): number {
  const allowed: readonly string[] = ['cli', 'app', mode];
  let changes = 0;
  for (const version of store.bankVersions.list()) {
    expect(version.hash).toBe(bankHash(version.skills));
    if (version.cause === 'seed') continue;
    const parent = store.bankVersions.require(version.parentVersion!);
    expect(version.decisionIds.length).toBeGreaterThan(0);
    for (const [at, id] of version.decisionIds.entries()) {
      const decision = store.decisions.require(id);
      expect(allowed).toContain(decision.source);
      expect(['approve', 'edit']).toContain(decision.verdict);
      expect(decision.bankHash).toBe(parent.hash);
      expect(decision.textHash).toBe(changeHash(changesOf(store, version)[at]!));
      changes += 1;
    }
  }
  const applied = store.proposals.list({ where: { state: 'applied' } });
  expect(applied).toHaveLength(changes);
  return changes;
}

test.each(['manual', 'guarded', 'auto'] as const)(
  'in %s mode nothing enters the bank undecided',
  async (mode) => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(commandArbitrary, { minLength: 30, maxLength: 30, size: 'max' }),
        async (commands) => {
          const store = new InMemoryStore();
          const scenario = new Scenario(store, mode);
          // Something to decide on from the start: most sequences of random steps stop at the first draft otherwise.
          await scenario.ready([addSkill('dates'), addSkill('places')]);
          for (const command of commands) {
            const before = JSON.stringify([
              store.proposals.list(),
              store.decisions.list(),
              store.bankVersions.list(),
            ]);
            try {
              await execute(scenario, command, mode);
            } catch (error) {
              // What is refused says why, and changes nothing.
              if (!(error instanceof AppError) || error.code === 'INTERNAL') throw error;
              expect(
                JSON.stringify([store.proposals.list(), store.decisions.list(), store.bankVersions.list()]),
              ).toBe(before);
            }
          }
          changes += checkLaw(store, mode);
          expect(currentVersion(store, 'run1').skills.length).toBeLessThanOrEqual(6);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
    expect(changes).toBeGreaterThan(20);
  },
  120_000,
);
