import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { ROOT } from '../shells/shellProcess.ts';
import { expect, test } from '../studio.ts';
import { waitForStatus } from './steps.ts';

const SENSOR_LOG = join(ROOT, 'resources', 'samples', 'sensor-log.jsonl');

type ChooseNext = ((file: string) => Promise<void>) | null;

async function choose(
  page: Page,
  form: Locator,
  file: { path: string; name: RegExp; chooseNext: ChooseNext },
): Promise<void> {
  await file.chooseNext?.(file.path);
  await form.getByRole('button', { name: 'Choose file… for the data' }).click();
  if (file.chooseNext !== null) return;
  const listing = page.getByRole('dialog', { name: 'Choose the data file' });
  await listing.getByRole('button', { name: /^Workspace/u }).click();
  await listing.getByRole('button', { name: file.name }).click();
}

test('what a file was understood as is shown before a run starts', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const path = join(workspace, 'house.jsonl');
  copyFileSync(SENSOR_LOG, path);
  const wrong = join(workspace, 'wrong.jsonl');
  writeFileSync(wrong, '{"id":"a","turns":[{"text":"x","date":"noon"}]}\n{"id":"b"\n');
  const { page, chooseNext } = await studio.open({ workspace });
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  // Another one than the file's: choosing the file sets it.
  await form.getByLabel('Dataset', { exact: true }).selectOption('locomo');
  const understood = form.getByRole('region', { name: 'What the data was understood as' });

  await choose(page, form, { path: wrong, name: /^wrong\.jsonl/u, chooseNext });
  await expect(understood).toContainText('2 problems in the file');
  await expect(understood.getByRole('listitem')).toHaveText([
    'Line 1, turns[0].date: must be an ISO 8601 date such as 2025-03-01 or 2025-03-01T08:15',
    /^Line 2: is not whole JSON/u,
  ]);
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(form).toBeVisible();

  await choose(page, form, { path, name: /^house\.jsonl/u, chooseNext });
  await expect(understood).toContainText("house.jsonl looks like this application's own traces");
  await expect(form.getByLabel('Dataset', { exact: true })).toHaveValue('own');
  await expect(understood).toContainText('3 to train on, 1 to validate, 1 to test');
  await expect(understood).toContainText('175: source 35, time 35, value 105');
  await expect(understood).toContainText('2025-03-03 to 2025-04-06');
  await expect(understood).toContainText('100 % of the questions');
  await understood.getByText('Examples: what the engine will see').click();
  await expect(understood.getByText('Who rang at the front door on 3 March 2025?')).toBeVisible();
  await expect(understood.getByLabel('Text of a span of house-week-1').first()).toContainText(
    'kitchen fridge reported',
  );

  await form.getByLabel('Outer epochs', { exact: true }).fill('1');
  await form.getByLabel('Inner epochs', { exact: true }).fill('1');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await waitForStatus(page, 'finished');
  await expect(page.getByRole('main')).toContainText('house.jsonl');
});
