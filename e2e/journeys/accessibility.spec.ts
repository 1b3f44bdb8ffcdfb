import { startScriptedServer } from '../../core/app/models/fixtures/scriptedServer.ts';
import { findings } from '../axeFindings.ts';
import { prepareHeldUpRun } from '../heldUpRun.ts';
import { memskill } from '../preparedWorkspace.ts';
import { expect, test } from '../studio.ts';
import { goTo } from './steps.ts';

// What axe-core finds in every view: nothing that is serious or critical.

test.beforeEach(({ shellName }) => {
  test.skip(shellName !== 'browser', 'The page is the same in every shell.');
});

for (const theme of ['light', 'dark'] as const) {
  test(`every view can be used by everybody, ${theme}`, async ({ studio }) => {
    const workspace = await studio.workspaceWith('review');
    await memskill('memory', 'add', 'Ben sees his dentist on Fridays', '--workspace', workspace);
    const { page } = await studio.open({ workspace });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const view of ['Runs', 'Review', 'Hard cases', 'Bank', 'Evaluate', 'Memory', 'Models', 'Settings']) {
      await goTo(page, view);
      await expect(page.getByRole('main')).not.toContainText('Looking');
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
      if (view === 'Memory')
        await expect(page.getByRole('list', { name: 'Memories' })).toContainText('dentist');
      found.push(...(await findings(page, view)));
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    found.push(...(await findings(page, 'Keys')));
    expect(found).toEqual([]);
  });
}

test('a run that its models hold up can be used by everybody, and the form of another', async ({
  studio,
}) => {
  const server = await startScriptedServer();
  const workspace = studio.makeFolder();
  await prepareHeldUpRun(workspace, server);
  const { page } = await studio.open({ workspace });
  await expect(page.getByRole('form', { name: 'Caps of the run' })).toBeVisible();
  await page.getByRole('button', { name: 'New run' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Engine', { exact: true }).selectOption('llm');
  await form.getByText('Language models', { exact: true }).click();
  await expect(form.getByRole('region', { name: 'Forecast of model calls' })).toContainText('About');
  const found: string[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    found.push(...(await findings(page, `the form, ${theme}`)));
  }
  await form.getByRole('button', { name: 'Cancel' }).click();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    found.push(...(await findings(page, `the run, ${theme}`)));
  }
  expect(found).toEqual([]);
  await server.close();
});
