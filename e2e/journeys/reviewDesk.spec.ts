import type { Locator } from '@playwright/test';
import { writeLargeWorkspace } from '../largeWorkspace.ts';
import { expect, test } from '../studio.ts';
import {
  applyApproved,
  approve,
  expectRecorded,
  goTo,
  openedName,
  queued,
  verdicts,
  viewLink,
} from './steps.ts';

// What a reviewer does beyond one verdict on one proposal.

test('a verdict is undone and given again, by key', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Review');
  const name = await openedName(page);
  await page.keyboard.press('a');
  await expectRecorded(page, `Approved: ${name}.`);
  await page.keyboard.press('z');
  await expectRecorded(page, `Taken back: ${name}.`);
  await expect(queued(page, name)).toContainText('ready');
  await page.keyboard.press('y');
  await expect(queued(page, name)).toContainText('approved');
});

test('one verdict on several', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Review');
  await openedName(page);
  const boxes = page
    .getByRole('region', { name: 'Queue of proposals' })
    .getByRole('checkbox', { name: /^Select / });
  await expect(boxes).toHaveCount(3);
  await boxes.nth(1).check();
  await boxes.nth(2).check();
  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: 'Park 2 proposals' });
  await dialog.getByRole('button', { name: 'Park 2' }).click();
  await expect(dialog).toBeHidden();
  await expect(queued(page).filter({ hasText: 'parked' })).toHaveCount(2);
  await expect(queued(page).filter({ hasText: 'ready' })).toHaveCount(1);
});

test('one verdict on a whole cluster, taken back and given again as one', async ({ studio }) => {
  const workspace = studio.makeFolder();
  await writeLargeWorkspace(workspace, { cases: 240, proposals: 60, steps: 12 });
  const { page } = await studio.open({ workspace });
  await goTo(page, 'Review');
  await openedName(page);
  // Clusters come by turns, so three of the sixty are of this one: p1, p21 and p41.
  const ofCluster = ['p1', 'p21', 'p41'];
  const rowOf = (id: string): Locator => queued(page).filter({ hasText: `${id} · ` });
  const selection = page.getByRole('group', { name: 'Selection' });
  await selection.getByRole('button', { name: 'Cluster' }).click();
  await expect(selection.getByRole('status')).toHaveText('3 selected');
  await expect(selection.getByRole('button', { name: 'Cluster' })).toBeDisabled();
  await expect(verdicts(page).getByRole('button', { name: 'Edit and approve' })).toBeDisabled();

  await verdicts(page).getByRole('button', { name: 'Reject 3' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reject 3 proposals' });
  await expect(dialog.getByRole('rowheader')).toHaveText(ofCluster.map((id) => `${id}, r1`));
  await expect(dialog.getByRole('button', { name: 'Reject 3' })).toBeDisabled();
  await dialog.getByRole('radio', { name: /^Redundant/u }).check();
  await dialog.getByLabel('In your words').fill('The whole cluster is one question.');
  await dialog.getByRole('button', { name: 'Reject 3' }).click();
  await expectRecorded(page, 'Rejected 3 proposals');
  await expect(dialog).toBeHidden();
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/57/u);
  await expect(selection.getByRole('status')).toHaveText('0 selected');

  await page.getByLabel('Show decided ones').check();
  for (const id of ofCluster) await expect(rowOf(id)).toContainText('rejected');
  await expect(queued(page).filter({ hasText: 'rejected' })).toHaveCount(3);
  // Whichever of them lies open, they are taken back as they were given.
  await page.keyboard.press('z');
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/60/u);
  for (const id of ofCluster) await expect(rowOf(id)).toContainText('ready');
  await page.keyboard.press('y');
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/57/u);
  for (const id of ofCluster) await expect(rowOf(id)).toContainText('rejected');
  await rowOf('p41').click();
  await expect(page.getByRole('article', { name: 'Proposal p41' })).toContainText(
    'redundant: The whole cluster is one question.',
  );
});

test('what is left goes stale when another change is applied, and is bound to the new bank by a rebase', async ({
  studio,
}) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Review');
  await approve(page);
  await applyApproved(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await expect(queued(page).filter({ hasText: 'stale' })).toHaveCount(2);
  const left = await queued(page).first().innerText();
  await queued(page).first().click();
  await openedName(page);
  await expect(verdicts(page).getByRole('button', { name: 'Approve', exact: true })).toBeDisabled();
  await page
    .getByRole('button', { name: /^Rebase/u })
    .first()
    .click();
  await expect(queued(page).filter({ hasText: 'stale' })).toHaveCount(1, { timeout: 60_000 });
  await expect(queued(page, left.split('\n')[0] ?? '').first()).toContainText('ready');
});

test('the designer answers a comment with another draft', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Review');
  const name = await openedName(page);
  await page.keyboard.press('d');
  const dialog = page.getByRole('dialog', { name: `Ask for another draft of ${name}` });
  await dialog.getByLabel('What should be different').fill('Make it shorter.');
  await dialog.getByRole('button', { name: /^Ask/u }).click();
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await expect(page.getByText("The designer's response to the comment:")).toBeVisible();
});

test('a bad case leaves the pool, the curve is worked out anew, and both can be taken back', async ({
  studio,
}) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  const ghost = page.getByText('with the bad questions').first();
  await goTo(page, 'Hard cases');
  await page.getByRole('button', { name: 'Mark as bad case' }).click();
  await goTo(page, 'Runs');
  await expect(ghost).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: 'Take back: the case is good' }).click();
  await expect(page.getByRole('button', { name: 'Mark as bad case' })).toBeVisible();
  await goTo(page, 'Runs');
  await expect(page.getByRole('heading', { name: 'Reward by category' })).toBeVisible();
  await expect(ghost).toBeHidden();
});

test('two hundred proposals and two thousand cases', async ({ studio }) => {
  const workspace = studio.makeFolder();
  await writeLargeWorkspace(workspace, { cases: 2000, proposals: 200, steps: 40 });
  const { page } = await studio.open({ workspace });
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/200/u);
  await goTo(page, 'Review');
  const first = await openedName(page);
  await page.keyboard.press('j');
  await expect(queued(page).nth(1)).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('k');
  await expect(queued(page).first()).toHaveAttribute('aria-current', 'true');
  expect(await openedName(page)).toBe(first);
  await goTo(page, 'Hard cases');
  await expect(page.getByText('2000 cases').first()).toBeVisible();
});
