import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { findings } from '../axeFindings.ts';
import { expect, test } from '../studio.ts';
import { expectFocusKept, goTo, tabTo } from './steps.ts';

const MEASURED_MS = 120_000;

function form(page: Page) {
  return page.getByRole('dialog', { name: 'New evaluation' });
}

/** By keys, from any view. */
async function startEvaluation(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeVisible();
  await page.keyboard.press('Shift+E');
  await expect(form(page).getByRole('status', { name: 'Forecast' })).toContainText(
    'No language model is asked',
  );
  await tabTo(page, form(page).getByRole('button', { name: /^Start \d evaluations$/u }));
  await page.keyboard.press('Enter');
  await expect(form(page)).toBeHidden();
}

test('a bank is evaluated beside plain retrieval by keyboard, compared, explained and reported', async ({
  studio,
}) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('versions') });
  await startEvaluation(page);
  await expectFocusKept(page);

  const evaluation = page.getByRole('article');
  const results = evaluation.getByRole('region', { name: 'Results' });
  const table = results.getByRole('table');
  await expect(table).toBeVisible({ timeout: MEASURED_MS });
  // Against the baseline that was started with it, as soon as that is done.
  await expect(results.getByRole('status')).toContainText(
    /points .* against plain retrieval by words \(BM25\) on \d+ questions/u,
    {
      timeout: MEASURED_MS,
    },
  );
  await expect(table.getByRole('rowheader').first()).toHaveText('All questions');
  await expect(table.getByRole('columnheader', { name: 'Difference' })).toBeVisible();

  const questions = evaluation.getByRole('region', { name: 'Questions' });
  await questions.getByLabel('Which answers').focus();
  await page.keyboard.press('ArrowDown');
  await expect(questions.getByLabel('Which answers')).toHaveValue('failed');
  const first = questions.getByRole('listitem').first();
  await tabTo(page, first.locator('summary').first());
  await page.keyboard.press('Enter');
  const chain = first.getByRole('list', { name: 'From what was said to the answer' });
  await expect(chain.getByRole('heading', { level: 3 }).filter({ hasText: 'Skills selected' })).toBeVisible();
  await expect(chain).toContainText('broken here');
  expect(await findings(page, 'an evaluation')).toEqual([]);
  const asked = (await first.locator('.question').innerText()).trim();

  const saved = page.waitForEvent('download');
  await evaluation.getByRole('button', { name: 'Save the report as HTML' }).press('Enter');
  const file = await saved;
  expect(file.suggestedFilename()).toMatch(/^evaluation-e\d+\.html$/u);
  const html = readFileSync(await file.path(), 'utf8');
  // Nothing of it comes from elsewhere.
  expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/u);
  await openReport(page, html, asked);
});

/** As a file of its own, away from the application. */
async function openReport(page: Page, html: string, asked: string): Promise<void> {
  const report = await page.context().newPage();
  const requested: string[] = [];
  report.on('request', (request) => requested.push(request.url()));
  await report.setContent(html);
  await expect(report.getByRole('table').first()).toContainText('all');
  await expect(report.getByText(asked).first()).toBeAttached();
  expect(requested).toEqual([]);
  await report.close();
}

test('a bank is not evaluated on what it was trained on', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('versions') });
  await goTo(page, 'Evaluate');
  await page.getByRole('button', { name: 'Evaluate a bank' }).click();
  await form(page).getByLabel('Split').selectOption('train');
  await expect(form(page).getByRole('alert')).toContainText('was trained on the train split');
  await form(page)
    .getByRole('button', { name: /^Start/u })
    .click();
  await expect(form(page)).toBeVisible();
});

/** What a file that is saved holds. */
async function savedText(page: Page, format: string): Promise<string> {
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: `Save as ${format}` }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe(`experiment-x1.${format.toLowerCase()}`);
  return readFileSync(await file.path(), 'utf8');
}

test('an experiment is run by keyboard, paused, resumed, and saved as figure and table', async ({
  studio,
}) => {
  const { page } = await studio.open();
  await goTo(page, 'Evaluate');
  await expect(page.getByText('Nothing measured yet')).toBeVisible();
  await page.keyboard.press('Shift+X');
  const experiment = page.getByRole('dialog', { name: 'New experiment' });
  await experiment.getByLabel('Recipe').selectOption('baselines');
  for (const [name, value] of [
    ['Seeds', '1'],
    ['Outer epochs', '1'],
    ['Inner epochs', '2'],
    ['Batch size', '2'],
  ] as const) {
    await tabTo(page, experiment.getByLabel(name, { exact: true }));
    await page.keyboard.type(value);
  }
  await expect(experiment.getByRole('status', { name: 'Forecast' })).toContainText(
    '6 arms: 1 training of 2 steps together, 6 evaluations.',
  );
  await page.keyboard.press('Enter');
  await expect(experiment).toBeHidden();

  await page.getByRole('button', { name: 'Pause the experiment' }).press('Enter');
  await expect(page.getByRole('article')).toContainText('resuming goes on from there', {
    timeout: MEASURED_MS,
  });
  await page.getByRole('button', { name: 'Resume the experiment' }).press('Enter');
  const arms = page.getByRole('region', { name: 'Arms' }).getByRole('table');
  await expect(arms.getByRole('rowheader')).toHaveCount(6, { timeout: 2 * MEASURED_MS });
  await expect(arms.getByRole('rowheader').first()).toHaveText('memory skills');
  await expect(page.getByRole('article')).toContainText('done');
  await expect(page.getByRole('img', { name: /^baselines: F1 by arm/u })).toBeVisible();

  expect(await findings(page, 'an experiment')).toEqual([]);
  expect((await savedText(page, 'CSV')).split('\r\n')).toHaveLength(8);
  expect(await savedText(page, 'SVG')).toMatch(/^<svg [^]*plain retrieval by[^]*<\/svg>\s*$/u);
  expect(JSON.parse(await savedText(page, 'JSON'))).toMatchObject({ experiment: { id: 'x1' } });
  expect(await savedText(page, 'PNG')).toContain('PNG');

  // Every number leads to the evaluation it comes from.
  await arms.getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('table')).toBeVisible();
});
