import { readFile } from 'node:fs/promises';
import { expect, test } from '../studio.ts';
import { goTo, queued, skillsShown } from './steps.ts';

test('rolling back makes a new version with the old skills, and erases nothing', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('versions') });
  await goTo(page, 'Bank');
  const versions = page.getByRole('navigation', { name: 'Versions of the bank' });
  const first = versions.getByRole('link', { name: /^v1 / });
  await expect(first).toBeVisible();
  const count = await versions.getByRole('link').count();
  expect(count).toBeGreaterThan(2);
  await first.click();
  await expect(page.getByRole('heading', { level: 2, name: 'Version 1', exact: true })).toBeVisible();
  const skills = await skillsShown(page);

  await page.getByRole('button', { name: 'Roll back to this version' }).click();
  const dialog = page.getByRole('dialog', { name: 'Roll back to version 1' });
  await dialog.getByLabel('Reason').fill('It was better before.');
  await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page.getByRole('main').getByRole('status').first()).toContainText('nothing was erased');

  await expect(versions.getByRole('link')).toHaveCount(count + 1);
  await expect(page.getByText('It was better before.').first()).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'Version 1', exact: true })).toBeHidden();
  expect(await skillsShown(page)).toEqual(skills);
});

test('a bank that was exported comes back as proposals, and only as those', async ({ studio }) => {
  const from = await studio.open({ workspace: await studio.workspaceWith('versions') });
  await goTo(from.page, 'Bank');
  await expect(from.page.getByRole('heading', { level: 2, name: /^Version \d/u })).toBeVisible();
  const download = from.page.waitForEvent('download');
  await from.page.getByRole('button', { name: 'Export', exact: true }).click();
  const file = await (await download).path();

  const { page } = await studio.open();
  await goTo(page, 'Bank');
  const before = await skillsShown(page);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a bank' });
  await dialog.getByLabel('Bank file').setInputFiles({
    name: 'bank.json',
    mimeType: 'application/json',
    buffer: await readFile(file),
  });
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByRole('link', { name: /^Review/u }).click();
  await expect(queued(page).first()).toContainText('import');
  await goTo(page, 'Bank');
  expect(await skillsShown(page)).toEqual(before);
});

test('a file that is no bank is refused, with what to do', async ({ studio }) => {
  const { page } = await studio.open();
  await goTo(page, 'Bank');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a bank' });
  const file = { name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"notes": []}') };
  await dialog.getByLabel('Bank file').setInputFiles(file);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('notes.json');
});
