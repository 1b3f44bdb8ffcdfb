import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CallInput } from '../contract/calls.ts';
import type { Client } from '../contract/rpc.ts';
import type { Skill } from '../contract/skill.ts';
import { exportBank } from '../exchange/bankFile.ts';
import { systemClock } from '../shared/clock.ts';
import { seedSkills } from '../skills/seeds.ts';
import { sourcePlatform } from './platform.ts';
import { Studio } from './studio.ts';

// Law: nothing is decided on, and nothing applied, that was not on the reviewer's screen.

type Decision = CallInput<'review.decide'>;

function imported(name: string): Skill {
  const instruction = `Record which ${name} people have, with their names.`;
  const description = `Record ${name}.`;
  return { name, description, instruction, type: 'insert', origin: 'designer', isPinned: false };
}

/** Two imported skills that wait for their verdicts: p1 adds `pets`, p2 adds `cars`. */
async function twoImports(): Promise<Client> {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-review-'));
  const studio = await Studio.open(folder, { platform: sourcePlatform, clock: systemClock });
  onTestFinished(async () => {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const client = studio.connect();
  const skills = [...seedSkills({ skipNoop: false }), imported('pets'), imported('cars')];
  const base64 = Buffer.from(exportBank({ skills, lineage: {}, statistics: {} })).toString('base64');
  const { proposalIds } = await client.call('bank.import', {
    files: [{ path: 'b.json', base64 }],
    acceptAll: false,
  });
  expect(proposalIds).toEqual(['p1', 'p2']);
  return client;
}

function verdict(given: Partial<Decision>): Decision {
  return {
    proposalId: 'p1',
    verdict: 'approve',
    revision: 0,
    reason: '',
    edit: null,
    source: 'app',
    ...given,
  };
}

const EDIT = {
  kind: 'add',
  skill: { name: 'pets', description: 'Pets.', instruction: 'Record pets.', type: 'insert' },
} as const;

test('a text that came meanwhile is not decided on', async () => {
  const client = await twoImports();
  const edited = await client.call('review.decide', verdict({ verdict: 'edit', edit: EDIT }));
  expect(edited.proposal.revisions).toHaveLength(2);
  await expect(client.call('review.decide', verdict({ verdict: 'retract' }))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'Proposal p1 has another text by now; look at it again.',
  });
  const back = await client.call('review.decide', verdict({ verdict: 'retract', revision: 1 }));
  expect(back.proposal.state).toBe('ready');
});

test('what was approved meanwhile is not applied unseen', async () => {
  const client = await twoImports();
  await client.call('review.decide', verdict({}));
  await client.call('review.decide', verdict({ proposalId: 'p2' }));
  const seen = { proposalId: 'p1', revision: 0 };
  const refused = {
    code: 'CONFLICT',
    message: expect.stringContaining('Other changes are approved') as string,
  };
  for (const staged of [
    [seen],
    [seen, { proposalId: 'p2', revision: 1 }],
    [seen, { proposalId: 'p3', revision: 0 }],
  ]) {
    await expect(client.call('review.apply', { runId: null, staged })).rejects.toMatchObject(refused);
  }
  expect(await client.call('bank.versions', {})).toHaveLength(1);

  const staged = [{ proposalId: 'p2', revision: 0 }, seen];
  const { version, proposalIds } = await client.call('review.apply', { runId: null, staged });
  expect(proposalIds).toEqual(['p1', 'p2']);
  expect(version.skills.map(({ name }) => name).slice(-2)).toEqual(['pets', 'cars']);
});

test('a reason of the reviewer goes with the skill, a designer’s reasoning stays here', async () => {
  const client = await twoImports();
  await client.call('review.decide', verdict({ reason: 'we keep animals' }));
  await client.call('review.decide', verdict({ proposalId: 'p2' }));
  const { version } = await client.call('review.apply', { runId: null, staged: null });
  expect(version.lineage['pets']?.reason).toBe('we keep animals');
  expect(version.lineage['cars']?.reason).toBe('');
});
