import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { findings } from '../axeFindings.ts';
import { memskill } from '../preparedWorkspace.ts';
import { ROOT } from '../shells/shellProcess.ts';
import { expect, test } from '../studio.ts';
import { goTo, tabTo } from './steps.ts';

const MEASURED_MS = 240_000;
const SENSOR_LOG = join(ROOT, 'resources', 'samples', 'sensor-log.jsonl');

/** As small as it can be. */
const SIZES = [
  ['Seeds', '1'],
  ['Outer epochs', '1'],
  ['Inner epochs', '1'],
  ['Batch size', '2'],
] as const;

async function openForm(page: Page): Promise<Locator> {
  await goTo(page, 'Evaluate');
  await expect(page.getByRole('heading', { name: 'Evaluate', exact: true })).toBeVisible();
  await page.keyboard.press('Shift+X');
  return page.getByRole('dialog', { name: 'New experiment' });
}

/** By keys: a recipe by its first letters, then the sizes; the form is sent with Enter. */
async function startByKeyboard(page: Page, recipe: string, forecast: string): Promise<void> {
  const form = await openForm(page);
  await tabTo(page, form.getByLabel('Recipe'));
  await page.keyboard.type(recipe);
  await expect(form.getByLabel('Recipe')).toHaveValue(recipe.toLowerCase());
  for (const [name, value] of SIZES) {
    if ((await form.getByLabel(name, { exact: true }).inputValue()) === value) continue;
    await tabTo(page, form.getByLabel(name, { exact: true }));
    await page.keyboard.type(value);
  }
  await expect(form.getByRole('status', { name: 'Forecast' })).toContainText(forecast);
  await page.keyboard.press('Enter');
  await expect(form).toBeHidden();
}

function armTable(page: Page): Locator {
  return page.getByRole('region', { name: 'Arms' }).getByRole('table');
}

test('a sweep and a noisy reward are measured by keyboard; their evaluations are reached from their tables', async ({
  studio,
}) => {
  const { page } = await studio.open();
  await startByKeyboard(page, 'Sweep', '3 arms: 1 training of 1 steps together, 3 evaluations.');
  await expect(armTable(page).getByRole('rowheader')).toHaveText(['K 3', 'K 5', 'K 7'], {
    timeout: MEASURED_MS,
  });
  await expect(page.getByRole('img', { name: /^sweep of K: F1 by arm/u })).toBeVisible();

  await startByKeyboard(page, 'Noise', '5 arms: 5 trainings of 5 steps together, 5 evaluations.');
  await expect(page.getByRole('heading', { name: 'noise' })).toBeVisible();
  await expect(armTable(page).getByRole('rowheader')).toHaveCount(5, { timeout: MEASURED_MS });
  await expect(page.getByRole('img', { name: /^noise: F1 by arm/u })).toBeVisible();

  const measured = page.getByRole('navigation', { name: 'Evaluations and experiments' });
  await expect(measured.getByRole('link')).toHaveCount(2);
  await expect(measured).toContainText('None yet.');
  await tabTo(page, armTable(page).getByRole('link').first());
  await page.keyboard.press('Enter');
  const evaluation = page.getByRole('article');
  await expect(evaluation).toContainText('A part of the experiment noise');
  await expect(evaluation.getByLabel('Compare with')).toHaveValue('');
  await evaluation.getByRole('link', { name: 'noise' }).press('Enter');
  await expect(armTable(page)).toBeVisible();
});

test('a bank file is carried to other data, beside the seed skills, as a matrix', async ({ studio }) => {
  const workspace = await studio.workspaceWith('versions');
  const bank = join(workspace, 'bank.json');
  await memskill('bank', 'export', bank, '--with-controller', '--workspace', workspace);
  const log = join(workspace, 'house.jsonl');
  copyFileSync(SENSOR_LOG, log);
  const { page, chooseNext } = await studio.open({ workspace });
  const form = await openForm(page);
  await form.getByLabel('Recipe').selectOption('transfer');
  await form.getByLabel('Seeds', { exact: true }).fill('1');
  await form.getByLabel('Add a bank file').setInputFiles(bank);
  await expect(form).toContainText('with its controller');

  const target = form.getByRole('group', { name: 'Target 1' });
  await target.getByLabel('Dataset').selectOption('own');
  await chooseNext?.(log);
  await target.getByRole('button', { name: 'Choose file… for the data' }).click();
  if (chooseNext === null) {
    const listing = page.getByRole('dialog', { name: 'Choose the data file' });
    await listing.getByRole('button', { name: /^Workspace/u }).click();
    await listing.getByRole('button', { name: /^house\.jsonl/u }).click();
  }
  await expect(form.getByRole('status', { name: 'Forecast' })).toContainText('4 arms: 0 trainings');
  expect(await findings(page, 'the form of a transfer')).toEqual([]);
  await form.getByRole('button', { name: 'Start', exact: true }).press('Enter');
  await expect(form).toBeHidden();

  const matrix = page.getByRole('region', { name: 'Matrix' }).getByRole('table');
  await expect(matrix.getByRole('cell').filter({ hasText: 'not yet' })).toHaveCount(0, {
    timeout: MEASURED_MS,
  });
  await expect(matrix.getByRole('columnheader')).toHaveText(['Bank', /.*sample/u, /.*own/u]);
  await expect(matrix.getByRole('rowheader')).toHaveText(['seed skills', 'bank bank.json']);
  await expect(matrix.getByRole('cell')).toHaveText([
    ...[/\[/u, /\[/u],
    ...[/^\s*[\d.]+\s+[+−]?[\d.]+ \[/u, /^\s*[\d.]+\s+[+−]?[\d.]+ \[/u],
  ]);
  expect(await findings(page, 'a matrix')).toEqual([]);
});
