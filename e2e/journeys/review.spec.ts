import { z } from 'zod';
import { memskill } from '../preparedWorkspace.ts';
import { expect, test } from '../studio.ts';
import {
  applyApproved,
  approve,
  expectRecorded,
  goTo,
  openedName,
  queued,
  skillsShown,
  verdicts,
  viewLink,
} from './steps.ts';

const EDITED =
  'Skill: Keep quantities\n\nPurpose: Store every number with its unit, in the words of the reviewer.';

const bankSchema = z.object({
  skills: z.array(z.object({ name: z.string(), instruction: z.string() })),
});

async function instructions(workspace: string, version: number): Promise<ReadonlyMap<string, string>> {
  const text = await memskill('bank', 'show', String(version), '--workspace', workspace, '--json');
  const { skills } = bankSchema.parse(JSON.parse(text));
  return new Map(skills.map(({ name, instruction }) => [name, instruction]));
}

test('one approved, one edited, one rejected: the bank holds what was decided, in the words decided on', async ({
  studio,
}) => {
  const workspace = await studio.workspaceWith('review');
  const { page } = await studio.open({ workspace });
  await goTo(page, 'Review');
  await expect(queued(page)).toHaveCount(3);
  const approved = await approve(page);

  await expect(page.getByRole('article', { name: /^Proposal/u })).not.toContainText(approved);
  const rejected = await openedName(page);
  await verdicts(page).getByRole('button', { name: 'Reject' }).click();
  const reasons = page.getByRole('dialog', { name: `Reject ${rejected}` });
  await reasons.getByRole('radio', { name: /^Too broad/u }).check();
  await reasons.getByLabel('In your words').fill('It would keep everything.');
  await reasons.getByRole('button', { name: 'Reject' }).click();
  await expectRecorded(page, `Rejected: ${rejected}.`);

  const edited = await openedName(page);
  await verdicts(page).getByRole('button', { name: 'Edit and approve' }).click();
  const editor = page.getByRole('dialog', { name: `Edit ${edited}` });
  await editor.getByLabel('Instruction').fill(EDITED);
  await editor.getByRole('button', { name: 'Approve the edited text' }).click();
  await expectRecorded(page, `Edited and approved: ${edited}.`);

  const version = await applyApproved(page);
  await page.getByRole('link', { name: `Open bank v${version}` }).click();
  await expect(page.getByRole('heading', { level: 2, name: `Version ${version}` })).toBeVisible();
  expect(await skillsShown(page)).toEqual(expect.arrayContaining([approved, edited]));
  await page.getByRole('rowheader', { name: edited }).getByRole('button').click();
  await expect(page.getByText('in the words of the reviewer').first()).toBeVisible();

  // The same from outside, to the letter: what was rejected is as it was before, or not there at all.
  const before = await instructions(workspace, version - 1);
  const after = await instructions(workspace, version);
  expect(after.get(edited)).toBe(EDITED);
  expect(after.get(rejected)).toBe(before.get(rejected));
  expect(after.get(approved)).not.toBe(before.get(approved));
});

test('a decision made in one window appears in the other', async ({ studio }) => {
  const { page, newWindow } = await studio.open({ workspace: await studio.workspaceWith('review') });
  const other = await newWindow();
  await goTo(page, 'Review');
  await goTo(other, 'Review');
  await expect(viewLink(other, 'Review')).toHaveAccessibleName(/3/u);
  const approved = await approve(page);
  await expect(viewLink(other, 'Review')).toHaveAccessibleName(/2/u);
  await expect(queued(other, approved)).toContainText('approved');
  await verdicts(other).getByRole('button', { name: 'Take back' }).click();
  await expectRecorded(other, `Taken back: ${approved}.`);
  await expect(queued(page, approved)).toContainText('ready');
});

test('a decision made on the command line appears in the window', async ({ studio }) => {
  const { page, workspace } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Review');
  const name = await openedName(page);
  await memskill('review', 'p1', '--approve', '--workspace', workspace);
  await expect(queued(page, name)).toContainText('approved');
  await expect(page.getByRole('button', { name: 'Apply 1 approved' })).toBeEnabled();
});
