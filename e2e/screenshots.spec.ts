import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startScriptedServer } from '../core/app/models/fixtures/scriptedServer.ts';
import { writeTinyGguf } from '../core/models/fixtures/tinyGguf.ts';
import { prepareHeldUpRun } from './heldUpRun.ts';
import { addModelFile, modelCard } from './journeys/modelSteps.ts';
import { goTo } from './journeys/steps.ts';
import { memskill } from './preparedWorkspace.ts';
import { ROOT } from './shells/shellProcess.ts';
import { expect, test } from './studio.ts';

// Every view as a person sees it, kept beside the reports; and nothing may be wider than the window.

const FOLDER = join(ROOT, 'out', 'e2e', 'screenshots');
const THEMES = ['light', 'dark'] as const;
const SIZES = [
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
  // The same window at 200 %.
  { width: 720, height: 450 },
] as const;
const VIEWS = ['Runs', 'Review', 'Hard cases', 'Bank', 'Evaluate', 'Memory', 'Models', 'Settings'] as const;

function fileOf(name: string): string {
  return join(FOLDER, `${name.toLowerCase().replaceAll(' ', '-')}.png`);
}

async function expectNoOverflow(page: Page, what: string): Promise<void> {
  const widest = await page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return { page: root.scrollWidth - window.innerWidth, height: root.scrollHeight - window.innerHeight };
  });
  expect(widest, what).toEqual({ page: 0, height: 0 });
}

async function photograph(page: Page, name: string): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      const full = `${name}-${theme}-${size.width}x${size.height}`;
      await expectNoOverflow(page, full);
      await page.screenshot({ path: fileOf(full), animations: 'disabled' });
    }
  }
}

/** Everything that was asked for has come. */
async function settle(page: Page): Promise<void> {
  await expect(page.getByRole('main')).not.toContainText('Loading');
  await expect(page.getByRole('main')).not.toContainText('Looking');
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

test.beforeEach(({ shellName }) => {
  test.skip(shellName !== 'browser', 'The page is the same in every shell.');
});

for (const [state, preparation] of [
  ['empty', null],
  ['filled', 'review'],
] as const) {
  test(`every view, ${state}`, async ({ studio }) => {
    const workspace = preparation === null ? studio.makeFolder() : await studio.workspaceWith(preparation);
    const { page } = await studio.open({ workspace });
    for (const view of VIEWS) {
      await goTo(page, view);
      await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
      await settle(page);
      await photograph(page, `${view}-${state}`);
    }
  });
}

test('a finished run and its versions, and the form of a new one', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('versions') });
  await settle(page);
  await photograph(page, 'Runs-finished');
  await goTo(page, 'Bank');
  await settle(page);
  await photograph(page, 'Bank-versions');
  await goTo(page, 'Runs');
  await page.getByRole('button', { name: 'New run' }).click();
  await expect(page.getByRole('dialog', { name: 'New run' })).toContainText('Spans');
  await photograph(page, 'New-run');
});

test('memories of a space', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const space = ['--space', 'work', '--workspace', workspace];
  for (let week = 1; week <= 12; week += 1)
    await memskill('memory', 'add', `In week ${week} Ben planted ${week * 3} trees near the river`, ...space);
  await memskill('memory', 'remember', 'Ada: I started a new job at the bakery yesterday.', ...space);
  const { page } = await studio.open({ workspace });
  await goTo(page, 'Memory');
  await settle(page);
  await photograph(page, 'Memory-space');
  await page.getByRole('searchbox').fill('Where does Ada work?');
  await expect(page.getByRole('list', { name: 'Memories' })).toContainText('cosine');
  await photograph(page, 'Memory-search');
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await photograph(page, 'Memory-forget');
});

test('an evaluation with an open question, an experiment, and the forms of new ones', async ({ studio }) => {
  const workspace = await studio.workspaceWith('versions');
  await memskill('eval', '--run', 'sample-1', '--baseline', 'bm25', '--workspace', workspace);
  const small = ['--outer-epochs', '1', '--inner-epochs', '2', '--batch-size', '2'];
  await memskill('experiment', 'baselines', '--seeds', '1', ...small, '--workspace', workspace);
  const { page } = await studio.open({ workspace });
  await goTo(page, 'Evaluate');
  const measured = page.getByRole('navigation', { name: 'Evaluations and experiments' });
  await measured.getByRole('link', { name: /^sample-1 e1/u }).click();
  await expect(page.getByRole('region', { name: 'Results' })).toContainText('against');
  await photograph(page, 'Evaluate-results');
  await page.getByRole('region', { name: 'Questions' }).locator('summary').first().click();
  await expect(page.getByRole('list', { name: 'From what was said to the answer' })).toBeVisible();
  await photograph(page, 'Evaluate-question');
  await measured.getByRole('link', { name: /^baselines/u }).click();
  await expect(page.getByRole('img', { name: /^baselines/u })).toBeVisible();
  await photograph(page, 'Evaluate-experiment');
  for (const what of ['evaluation', 'experiment']) {
    await page.getByRole('button', { name: `New ${what}` }).click();
    const form = page.getByRole('dialog', { name: `New ${what}` });
    await expect(form.getByRole('status', { name: 'Forecast' })).toContainText('No language model');
    await photograph(page, `New-${what}`);
    await form.getByRole('button', { name: 'Cancel' }).click();
  }
});

test('models, and how one is added', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const file = join(workspace, 'tiny.gguf');
  writeTinyGguf(file);
  const { page, chooseNext } = await studio.open({ workspace });
  await goTo(page, 'Models');
  await addModelFile(page, { file, chooseNext, name: 'Tiny model' });
  await modelCard(page, 'Tiny model').getByRole('button', { name: 'Test Tiny model' }).click();
  await expect(modelCard(page, 'Tiny model')).toContainText('measured');
  await page.getByLabel('Executor', { exact: true }).selectOption('Tiny model');
  await expect(page.getByText('judges answers from memories that it wrote')).toBeVisible();
  await settle(page);
  await photograph(page, 'Models-library');
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('A model on an inference server').check();
  await page.getByLabel('Base URL').fill('https://models.example/v1');
  await photograph(page, 'Models-server');
});

test('a run whose models cost something, and the forecast of another', async ({ studio }) => {
  const server = await startScriptedServer();
  const workspace = studio.makeFolder();
  await prepareHeldUpRun(workspace, server);
  const { page } = await studio.open({ workspace });
  await expect(page.getByRole('form', { name: 'Caps of the run' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Model calls' })).toContainText('Executor');
  await settle(page);
  await photograph(page, 'Runs-models');
  await page.getByText('What the estimate rests on').scrollIntoViewIfNeeded();
  await photograph(page, 'Runs-models-calls');
  await page.getByRole('button', { name: 'New run' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Engine', { exact: true }).selectOption('llm');
  await expect(form.getByRole('region', { name: 'Forecast of model calls' })).toContainText('About');
  await photograph(page, 'New-run-models');
  await form.getByText('judges answers from memories').scrollIntoViewIfNeeded();
  await photograph(page, 'New-run-forecast');
  await form.getByText('Language models', { exact: true }).click();
  await form.getByText('Language models', { exact: true }).scrollIntoViewIfNeeded();
  await photograph(page, 'New-run-roles');
  await server.close();
});
