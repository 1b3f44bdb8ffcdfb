import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { keepJourneyTime } from '../journeyTimes.ts';
import { ROOT } from '../shells/shellProcess.ts';
import { expect, test } from '../studio.ts';
import {
  applyApproved,
  approve,
  goTo,
  startSample,
  statusLine,
  waitForProposals,
  waitForStatus,
} from './steps.ts';

const SCHEMA_FILE = join(ROOT, 'resources', 'schema', 'skill-bank.schema.json');

test('from an empty workspace to an exported bank', async ({ studio, shellName }) => {
  const { page } = await studio.open();
  await expect(page.getByRole('heading', { name: 'Start with a sample' })).toBeVisible();
  const startedAt = performance.now();
  await startSample(page);

  // The curve grows while it trains.
  const curve = page.getByRole('slider', { name: 'Step that is read out' });
  await expect(curve).toBeVisible();
  await expect(curve).toHaveAttribute('aria-valuetext', /step [2-9]/iu);
  await waitForProposals(page);
  await goTo(page, 'Review');
  const skill = await approve(page);
  keepJourneyTime(`${shellName}: click to first approved proposal`, performance.now() - startedAt);

  const version = await applyApproved(page);
  await page.getByRole('button', { name: 'Resume the run' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
  // What else the designer proposes waits for another day.
  for (;;) {
    await waitForStatus(page, /waiting for review|finished/u);
    if ((await statusLine(page).innerText()).includes('finished')) break;
    await page.getByRole('button', { name: 'Resume without waiting' }).click();
    await expect(statusLine(page)).not.toContainText('waiting for review');
  }

  await goTo(page, 'Bank');
  await expect(page.getByRole('heading', { level: 2, name: `Version ${version}` })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const leaving = page.getByRole('dialog', { name: /^Export version \d/u });
  await leaving.getByRole('button', { name: 'Export', exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`memskill-bank-v${version}.json`);
  // Our own published schema, and a file that it is tried on.
  const bank = JSON.parse(readFileSync(await file.path(), 'utf8')) as { skills: { name: string }[] };
  const validate = new Ajv2020().compile(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as object);
  expect(validate(bank), JSON.stringify(validate.errors)).toBe(true);
  expect(bank.skills.map(({ name }) => name)).toContain(skill);
});
