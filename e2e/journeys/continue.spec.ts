import { expect, test } from '../studio.ts';
import { startOneStage, statusLine, waitForStatus } from './steps.ts';

// A run stops and goes on, by a person's hand and by a power cut.

const STEPS = 16;
/** Far enough that there is something to lose, and far from the end. */
const HAS_STEPS = /step [2-8] of 16/u;

test('a run is paused, resumed, and stopped for good', async ({ studio }) => {
  const { page } = await studio.open();
  await startOneStage(page, { steps: 200 });
  await waitForStatus(page, /step [1-9]/u);
  await statusLine(page).getByRole('button', { name: 'Pause' }).click();
  await waitForStatus(page, 'paused');
  const paused = await page.getByRole('banner').innerText();

  await statusLine(page).getByRole('button', { name: 'Resume' }).click();
  await waitForStatus(page, /of 200/u);
  await expect(page.getByRole('banner')).not.toHaveText(paused);

  await page.getByRole('main').getByRole('button', { name: 'Stop' }).click();
  const question = page.getByRole('dialog', { name: /^Stop / });
  await question.getByRole('button', { name: 'Stop the run' }).click();
  await waitForStatus(page, 'cancelled');
  await expect(statusLine(page).getByRole('button')).toHaveCount(0);
  await expect(
    page.getByRole('main').getByRole('button', { name: 'Start from these settings' }).first(),
  ).toBeVisible();
});

test('a shell that is killed while it trains is started again, and the run goes on to its end', async ({
  studio,
}) => {
  const { page, workspace, kill } = await studio.open();
  await startOneStage(page, { steps: STEPS });
  await waitForStatus(page, HAS_STEPS);
  await kill();

  const again = await studio.open({ workspace });
  await waitForStatus(again.page, 'paused');
  await expect(again.page.getByText('The process ended while the run was training.').first()).toBeVisible();
  await statusLine(again.page).getByRole('button', { name: 'Resume' }).click();
  await waitForStatus(again.page, 'finished');
  await expect(again.page.getByRole('main')).toContainText(`step ${STEPS} of ${STEPS}`);
});

test('a shell that is closed while it trains pauses the run first', async ({ studio }) => {
  const { page, workspace, close } = await studio.open();
  await startOneStage(page, { steps: 200 });
  await waitForStatus(page, /step [1-9]/u);
  await close();

  const again = await studio.open({ workspace });
  await waitForStatus(again.page, 'paused');
  await expect(again.page.getByText('The process ended while')).toHaveCount(0);
});
