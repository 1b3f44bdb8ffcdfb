import { expect, test } from '../studio.ts';
import { expectFocusKept, expectRecorded, openedName, tabTo, waitForProposals } from './steps.ts';

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
  await expect.poll(() => openedName(page)).toBe(first);
  // With the focus in the card that goes with the verdict.
  await page.keyboard.press('c');
  await expect(page.locator('article summary:focus')).toHaveCount(1);
  await page.keyboard.press('a');
  await expectRecorded(page, `Approved: ${first}.`);
  await expect.poll(() => openedName(page)).not.toBe(first);
  await expectFocusKept(page);

  await page.keyboard.press('A');
  await tabTo(page, page.getByRole('dialog').getByRole('button', { name: 'Apply 1 change' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /^Bank v\d+ was made$/u })).toBeVisible();
  await page.keyboard.press('Escape');
  // The button that opened it is gone.
  await expectFocusKept(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});
