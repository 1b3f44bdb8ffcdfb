import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../shells/shellProcess.ts';
import { expect, test } from '../studio.ts';
import { chooseDataFile } from './modelSteps.ts';
import { waitForStatus } from './steps.ts';

// In the form of a public benchmark, which the application reads as somebody's own data too.
const SAMPLE = join(ROOT, 'resources', 'samples', 'conversations.json');

test("a run on a person's own file", async ({ studio }) => {
  const workspace = studio.makeFolder();
  const file = join(workspace, 'mine.json');
  copyFileSync(SAMPLE, file);
  const { page, chooseNext } = await studio.open({ workspace });
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Dataset', { exact: true }).selectOption('locomo');
  await chooseDataFile(page, { file, chooseNext });
  await expect(form.getByRole('region', { name: 'What the data was understood as' })).toContainText('Spans');
  await form.getByLabel('Outer epochs', { exact: true }).fill('1');
  await form.getByLabel('Inner epochs', { exact: true }).fill('1');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await waitForStatus(page, 'finished');
  await expect(page.getByRole('main')).toContainText('mine.json');
});
