import type { Page } from '@playwright/test';
import { expect, test } from '../studio.ts';
import { goTo } from './steps.ts';

function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const channels = /\d+/gu;
    const color = getComputedStyle(document.body).backgroundColor;
    return (color.match(channels) ?? []).slice(0, 3).reduce((sum, channel) => sum + Number(channel), 0);
  });
}

test('a theme that was chosen is there at once, and after the next start', async ({ studio }) => {
  const { page, workspace, close } = await studio.open();
  await goTo(page, 'Settings');
  await page.getByRole('radio', { name: /^Light/u }).check();
  const light = await brightness(page);
  await page.getByRole('radio', { name: /^Dark/u }).check();
  await expect.poll(() => brightness(page)).toBeLessThan(light / 2);
  const dark = await brightness(page);
  await close();

  const again = await studio.open({ workspace });
  await expect.poll(() => brightness(again.page)).toBe(dark);
  await goTo(again.page, 'Settings');
  await expect(again.page.getByRole('radio', { name: /^Dark/u })).toBeChecked();
});
