import { serverRecord, startScriptedServer } from '../../core/app/models/fixtures/scriptedServer.ts';
import { systemClock } from '../../core/shared/clock.ts';
import { Workspace } from '../../core/store/workspace.ts';
import { expect, test } from '../studio.ts';
import { waitForStatus } from './steps.ts';

const CAP = 5;

test('what a run asks of its model is told before it begins, and its cap is raised on its screen', async ({
  studio,
}) => {
  const server = await startScriptedServer();
  try {
    const folder = studio.makeFolder();
    const prepared = await Workspace.open(folder, { clock: systemClock });
    prepared.models.put(serverRecord(server));
    prepared.settings.set({ ...prepared.settings.get(), modelRoles: { executor: 'server:chat' } });
    await prepared.close();

    const { page } = await studio.open({ workspace: folder });
    await page.getByRole('button', { name: 'Choose other data or settings' }).click();
    const form = page.getByRole('dialog', { name: 'New run' });
    await form.getByLabel('Engine', { exact: true }).selectOption('llm');
    const forecast = form.getByRole('region', { name: 'Forecast' });
    await expect(forecast).toContainText(/About [\d,]+ calls/u);
    await expect(form.getByRole('region', { name: 'What the preset changes' })).toContainText(
      'Question sampling: 1 → 0.5',
    );
    await form.getByLabel('Preset', { exact: true }).selectOption('full');
    await expect(form.getByRole('region', { name: 'What the preset changes' })).toBeHidden();
    await form.getByLabel('Preset', { exact: true }).selectOption('auto');

    await form.getByLabel('Designer', { exact: true }).selectOption('none');
    for (const option of ['Outer epochs', 'Inner epochs', 'Batch size'])
      await form.getByLabel(option, { exact: true }).fill('1');
    await form.getByText('Language models', { exact: true }).click();
    await form.getByLabel('Max calls', { exact: true }).fill(String(CAP));
    await expect(forecast.getByRole('status')).toContainText(`more than the cap of ${CAP} calls`);
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(form).toBeHidden();

    await waitForStatus(page, 'paused');
    const caps = page.getByRole('form', { name: 'Caps of the run' });
    const calls = caps.getByLabel('Calls', { exact: true });
    await expect(calls).toHaveAccessibleDescription(`The cap so far is ${CAP}; 0 is none.`);
    await expect.poll(async () => Number(await calls.inputValue())).toBeGreaterThan(CAP);
    await calls.fill('1000');
    await caps.getByRole('button', { name: 'Resume with these' }).click();
    await waitForStatus(page, 'finished');
    await expect(caps).toBeHidden();
    const asked = page.getByRole('region', { name: 'Model calls' }).getByRole('row', { name: /Executor/u });
    await expect(asked).toHaveAccessibleName(/Executor [1-9]\d* 0$/u);
  } finally {
    await server.close();
  }
});
