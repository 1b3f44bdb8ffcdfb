import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../studio.ts';
import { expectRecorded, openedName, waitForProposals } from './steps.ts';

const MOST_TABS = 60;

/** Tab by tab, as one who has no mouse. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${MOST_TABS} tabs did not lead to ${control.toString()}.`);
}

test('from the first start to a new version of the bank without a mouse', async ({ studio }) => {
  const { page } = await studio.open();
  await tabTo(page, page.getByRole('button', { name: 'Train on the sample' }));
  await page.keyboard.press('Enter');
  await waitForProposals(page);

  await page.keyboard.press('g');
  await page.keyboard.press('v');
  const first = await openedName(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('article', { name: /^Proposal/u })).not.toContainText(`Edit ${first}`);
  await expect.poll(() => openedName(page)).not.toBe(first);
  await page.keyboard.press('k');
  await expect.poll(() => openedName(page)).toBe(first);

  await page.keyboard.press('a');
  await expectRecorded(page, `Approved: ${first}.`);
  await page.keyboard.press('z');
  await expectRecorded(page, `Taken back: ${first}.`);
  await page.keyboard.press('a');
  await expectRecorded(page, `Approved: ${first}.`);

  await page.keyboard.press('A');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Apply 1 change' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /^Bank v\d+ was made$/u })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});
