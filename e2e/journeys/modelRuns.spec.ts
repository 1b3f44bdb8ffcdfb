import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import { shortSamplePlatform } from '../../core/app/models/fixtures/shortSample.ts';
import { currentVersion } from '../../core/evolution/bankHistory.ts';
import { writeTinyGguf } from '../../core/models/fixtures/tinyGguf.ts';
import { systemClock } from '../../core/shared/clock.ts';
import { Workspace } from '../../core/store/workspace.ts';
import { metricsHash } from '../../core/training/stepMetrics.ts';
import { modelProcesses } from '../modelProcesses.ts';
import { memskill } from '../preparedWorkspace.ts';
import type { OpenShell } from '../shells/shell.ts';
import { expect, test } from '../studio.ts';
import { addModelFile, chooseDataFile, modelCard } from './modelSteps.ts';
import { applyApproved, approve, goTo, statusLine, waitForProposals } from './steps.ts';

// Runs on llama.cpp itself, with a model of random weights: what it writes is noise, and what is made of it is real.

const NAME = 'Tiny model';
/** llama.cpp's threads wait by spinning, which a machine that does other things feels. */
const TIMEOUT_MS = 900_000;
const RUN_TIMEOUT_MS = 400_000;

/** One short step after the other, on the processor, where equal requests have equal replies. */
const OPTIONS = {
  'inner-epochs': '1',
  'batch-size': '1',
  'max-actions-per-span': '1',
  'max-changes': '1',
  'gpu-layers': '0',
  seed: '7',
} as const;

interface Files {
  readonly model: string;
  readonly data: string;
}

function writeFiles(folder: string): Files {
  const model = join(folder, 'tiny.gguf');
  writeTinyGguf(model, { contextTokens: 8192 });
  return { model, data: shortSamplePlatform(folder).sampleFile };
}

/** `inner-epochs` as the form calls it. */
function label(flag: string): string {
  const words = flag.replaceAll('-', ' ').replace('gpu', 'GPU');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Starts a run of so many stages with the model, through the form. */
async function startRun(
  { page, chooseNext }: Pick<OpenShell, 'page' | 'chooseNext'>,
  { data, stages }: { readonly data: string; readonly stages: number },
): Promise<void> {
  await goTo(page, 'Runs');
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Dataset', { exact: true }).selectOption('locomo');
  await chooseDataFile(page, { file: data, chooseNext });
  await form.getByLabel('Engine', { exact: true }).selectOption('llm');
  for (const [flag, value] of Object.entries({ ...OPTIONS, 'outer-epochs': String(stages) })) {
    const field = form.getByLabel(label(flag), { exact: true });
    // Groups of options that few people need are folded.
    await field.evaluate((element) => element.closest('details')?.setAttribute('open', ''));
    await field.fill(value);
  }
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  // It starts the model process and loads the model first.
  await expect(form).toBeHidden({ timeout: RUN_TIMEOUT_MS });
}

async function expectStatus(page: Page, text: string | RegExp): Promise<void> {
  await expect(statusLine(page)).toContainText(text, { timeout: RUN_TIMEOUT_MS });
}

/** Numbers and bank of the only run of a workspace that nobody has open. */
async function resultIn(folder: string): Promise<{ metricsHash: string; bank: { hash: string } }> {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  try {
    const [run] = workspace.runs.list();
    if (run === undefined) throw new Error('There is no run.');
    expect(workspace.verify().ok).toBe(true);
    return {
      metricsHash: metricsHash(workspace.metrics.list(run.id)),
      bank: { hash: currentVersion(workspace, run.id).hash },
    };
  } finally {
    await workspace.close();
  }
}

const trainedSchema = z.object({ metricsHash: z.string(), bank: z.object({ hash: z.string() }) });
const addedSchema = z.object({ id: z.string() });

/** The same run with the command line, and nothing in its way. */
async function undisturbed(folder: string, { model, data }: Files): Promise<z.infer<typeof trainedSchema>> {
  const add = await memskill('models', 'add', model, '--workspace', folder, '--json');
  const { id } = addedSchema.parse(JSON.parse(add));
  const options = Object.entries({ ...OPTIONS, 'outer-epochs': '1', dataset: 'locomo', engine: 'llm', data });
  const flags = options.flatMap(([flag, value]) => [`--${flag}`, value]);
  const trained = ['train', ...flags, '--executor-model', id, '--workspace', folder, '--json'];
  return trainedSchema.parse(JSON.parse(await memskill(...trained)));
}

test('the whole loop with a model from its file', async ({ studio }) => {
  test.setTimeout(TIMEOUT_MS);
  const workspace = studio.makeFolder();
  const files = writeFiles(workspace);
  const shell = await studio.open({ workspace });
  const { page, chooseNext } = shell;
  await goTo(page, 'Models');
  await addModelFile(page, { file: files.model, chooseNext, name: NAME });
  const card = modelCard(page, NAME);
  await card.getByRole('button', { name: `Test ${NAME}` }).click();
  await expect(card).toContainText(/tokens a second measured/u, { timeout: 60_000 });
  await page.getByLabel('Executor', { exact: true }).selectOption(NAME);
  await expect(card.getByText('Executor', { exact: true })).toBeVisible();

  // Executor, answerer and judge are the model; the designer is built in.
  await startRun(shell, { data: files.data, stages: 2 });
  await expect(page.getByRole('main')).toContainText(NAME);
  await expectStatus(page, 'waiting for review');
  await waitForProposals(page);

  await goTo(page, 'Hard cases');
  const cases = page.getByRole('list', { name: 'Hard cases, hardest first' }).getByRole('button');
  await cases.first().click();
  await expect(page.getByRole('article').getByRole('heading', { name: 'Said' })).toBeVisible();

  await goTo(page, 'Review');
  const skill = await approve(page);
  const version = await applyApproved(page);
  await page.getByRole('button', { name: 'Resume the run' }).click();
  await expectStatus(page, 'finished');

  await goTo(page, 'Bank');
  await expect(page.getByRole('heading', { level: 2, name: `Version ${version}` })).toBeVisible();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const leaving = page.getByRole('dialog', { name: /^Export version \d/u });
  const download = page.waitForEvent('download');
  await leaving.getByRole('button', { name: 'Export', exact: true }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toContain(`"${skill}"`);
});

test('a model process that is killed is replaced, the screens say so, and the run ends as if it had not been', async ({
  studio,
  shellName,
}) => {
  test.setTimeout(TIMEOUT_MS);
  const workspace = studio.makeFolder();
  const files = writeFiles(workspace);
  const shell = await studio.open({ workspace });
  const { page, chooseNext } = shell;
  await goTo(page, 'Models');
  await addModelFile(page, { file: files.model, chooseNext, name: NAME });
  await page.getByLabel('Executor', { exact: true }).selectOption(NAME);
  const card = modelCard(page, NAME);
  await expect(card.getByText('Executor', { exact: true })).toBeVisible();

  await startRun(shell, { data: files.data, stages: 1 });
  await expectStatus(page, 'collecting episodes');
  const [running] = modelProcesses();
  if (running === undefined) throw new Error('There is no model process to kill.');
  // The built entry, started as Electron would.
  if (shellName === 'standIn')
    expect(running.command).toMatch(/utilityChild\.ts .*out\/main\/modelProcess\.js/u);
  process.kill(running.pid, 'SIGKILL');

  const restarted = page.getByRole('contentinfo').last().getByRole('link', { name: '1 model restart' });
  await expect(restarted).toBeVisible({ timeout: 60_000 });
  const words = 'its process was started again, because it ended unexpectedly';
  await expect(restarted).toHaveAttribute('title', `${NAME}: ${words}.`);
  await expect(page.getByRole('main').getByRole('link', { name: `${NAME}: ${words}` })).toBeVisible();
  await restarted.click();
  await expect(card.getByRole('status').filter({ hasText: 'Restarted once' })).toContainText(words);
  await expectStatus(page, 'finished');

  await shell.close();
  const { metricsHash: hash, bank } = await undisturbed(studio.makeFolder(), files);
  expect(await resultIn(workspace)).toEqual({ metricsHash: hash, bank: { hash: bank.hash } });
});
