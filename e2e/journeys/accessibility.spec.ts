import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type axe from 'axe-core';
import { expect, test } from '../studio.ts';
import { goTo } from './steps.ts';

// What axe-core finds in every view: nothing that is serious or critical.

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(page: Page, where: string): Promise<string[]> {
  // Through the debugger: the page's own policy lets no script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (rules) =>
      // Put there by the line above.
      (window as unknown as { axe: typeof axe }).axe.run(document, {
        runOnly: { type: 'tag', values: rules },
      }),
    RULES,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${where}: ${id}: ${html}`));
}

test.beforeEach(({ shellName }) => {
  test.skip(shellName !== 'browser', 'The page is the same in every shell.');
});

for (const theme of ['light', 'dark'] as const) {
  test(`every view can be used by everybody, ${theme}`, async ({ studio }) => {
    const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const view of ['Runs', 'Review', 'Hard cases', 'Bank', 'Evaluate', 'Memory', 'Models', 'Settings']) {
      await goTo(page, view);
      await expect(page.getByRole('main')).not.toContainText('Looking');
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
      found.push(...(await findings(page, view)));
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    found.push(...(await findings(page, 'Keys')));
    expect(found).toEqual([]);
  });
}
