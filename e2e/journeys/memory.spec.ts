import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { memskill } from '../preparedWorkspace.ts';
import { expect, test } from '../studio.ts';
import { expectFocusKept, goTo, tabTo } from './steps.ts';

// What agents remembered, looked through by a person.

const NOTES = [
  ['Ben sees his dentist on Fridays', '2024-03-02'],
  ['Carla is allergic to walnuts', '2024-04-20'],
  ['David drives a red tractor', '2024-05-03'],
] as const;

async function workspaceWithMemories(workspace: string): Promise<string> {
  const space = ['--space', 'work', '--workspace', workspace];
  for (const [text, date] of NOTES) await memskill('memory', 'add', text, '--date', date, ...space);
  await memskill(
    ...['memory', 'remember', 'Ada: I started a new job at the bakery yesterday.', '--date', '2024-05-08'],
    ...['--skills', 'insert', ...space],
  );
  return workspace;
}

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Memories' }).getByRole('button');
const notice = (page: Page, text: string | RegExp): Locator =>
  page.getByRole('status').filter({ hasText: text });

test('memories are found, looked into and forgotten, without a mouse', async ({ studio }) => {
  const workspace = await workspaceWithMemories(studio.makeFolder());
  const { page } = await studio.open({ workspace });
  await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await expect(page.getByRole('heading', { name: 'Memory', level: 1 })).toBeVisible();
  await expect(rows(page)).toHaveCount(4);
  const opened = page.getByRole('article');
  await expect(opened).toContainText('characters 0 to');
  await expect(opened).toContainText('2024-05-08');

  await page.keyboard.press('/');
  await page.keyboard.type('Who must not eat nuts? walnuts');
  await expect(rows(page).first()).toContainText('Carla is allergic to walnuts');
  await expect(rows(page).first()).toContainText('words 1.');
  await expect(opened).toContainText('written as it is');

  const skill = page.getByRole('combobox', { name: 'Written by skill' });
  await tabTo(page, skill);
  await skill.selectOption({ value: 'insert' });
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Clear all' }).press('Enter');
  await expect(rows(page)).toHaveCount(4);
  await page.getByLabel('From').fill('2024-04-01');
  await page.getByLabel('To', { exact: true }).fill('2024-05-05');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Clear all' }).press('Enter');

  await tabTo(page, rows(page).first());
  await page.keyboard.press('End');
  await expect(opened).toContainText('Ben sees his dentist');
  await tabTo(page, opened.getByRole('button', { name: 'Forget' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Ben sees his dentist');
  await tabTo(page, dialog.getByRole('button', { name: 'Forget' }));
  await page.keyboard.press('Enter');
  await expect(notice(page, 'is forgotten')).toBeVisible();
  await expect(rows(page)).toHaveCount(3);
  await expect(page.getByRole('main')).not.toContainText('dentist');
  await expectFocusKept(page);
  await page.getByRole('button', { name: 'Rebuild the index' }).press('Enter');
  await expect(notice(page, 'made anew from its 3 memories')).toBeVisible();
});

test('a space leaves as a file, is forgotten, and comes back from the file', async ({
  studio,
  shellName,
}) => {
  test.skip(shellName !== 'browser', 'Where downloads go is of the shell.');
  const workspace = await workspaceWithMemories(studio.makeFolder());
  const { page } = await studio.open({ workspace });
  await goTo(page, 'Memory');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export space' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('work.jsonl');
  const file = join(studio.makeFolder(), 'work.jsonl');
  await download.saveAs(file);
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(5);

  await page.getByRole('button', { name: 'Forget space' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await expect(page.getByText('Nothing is remembered yet')).toBeVisible();
  await page.getByRole('button', { name: 'Import memories' }).click();
  await page.getByRole('dialog').getByLabel('File').setInputFiles(file);
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await expect(notice(page, '4 memories added to work; 0 were there already.')).toBeVisible();
  await expect(rows(page)).toHaveCount(4);
});
