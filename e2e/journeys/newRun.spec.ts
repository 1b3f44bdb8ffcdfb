import { expect, test } from '../studio.ts';
import { waitForStatus } from './steps.ts';

test('what is wrong with a new run is said at its field, and put right there', async ({ studio }) => {
  const { page } = await studio.open();
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  const stages = form.getByLabel('Outer epochs', { exact: true });
  await stages.fill('0');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(stages).toHaveAttribute('aria-invalid', 'true');
  await expect(stages).toHaveAccessibleDescription(/from 1 to 1000/u);
  await expect(stages).toBeFocused();

  await stages.fill('1');
  await form.getByLabel('Inner epochs', { exact: true }).fill('1');
  await expect(stages).toHaveAttribute('aria-invalid', 'false');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(form).toBeHidden();
  await waitForStatus(page, 'finished');
});

test('a data set that needs a file says so', async ({ studio }) => {
  const { page } = await studio.open();
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Dataset', { exact: true }).selectOption('locomo');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(form.getByRole('alert').first()).toContainText(/file/u);
  await expect(form).toBeVisible();
});
