import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyGguf, writeTinyGguf } from '../../core/models/fixtures/tinyGguf.ts';
import { expect, test } from '../studio.ts';
import { addModelFile, chooseModelFile, modelCard } from './modelSteps.ts';
import { goTo } from './steps.ts';

const NAME = 'Tiny model';

test('a model from its file to a role and out again', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const file = join(workspace, 'tiny.gguf');
  writeTinyGguf(file);
  const { page, chooseNext } = await studio.open({ workspace });
  await goTo(page, 'Models');
  await expect(page.getByRole('heading', { name: 'Everything works without a model' })).toBeVisible();
  await addModelFile(page, { file, chooseNext, name: NAME });
  const card = modelCard(page, NAME);
  await expect(card).toContainText('GGUF file');

  await card.getByRole('button', { name: `Test ${NAME}` }).click();
  await expect(card).toContainText(/tokens a second measured/u);
  await expect(card).toContainText(/^.*Tested \d/su);
  await card.getByRole('button', { name: `Verify ${NAME}` }).click();
  await expect(card).toContainText('The file is the one that was added');

  await card.getByRole('button', { name: `Use ${NAME} for all roles` }).press('Enter');
  const notice = page.getByRole('main').getByRole('status').filter({ hasText: 'of new runs' });
  await expect(notice).toHaveText(`${NAME} is executor, answerer, judge and designer of new runs.`);
  await expect(notice).toBeFocused();
  for (const role of ['Executor', 'Answerer', 'Judge', 'Designer'])
    await expect(page.getByLabel(role, { exact: true })).toHaveValue(/^gguf:/u);
  await expect(page.getByLabel('Embedder', { exact: true })).toHaveValue('');
  for (const role of ['Answerer', 'Judge', 'Designer'])
    await page.getByLabel(role, { exact: true }).selectOption('');

  const executor = page.getByLabel('Executor', { exact: true });
  await executor.selectOption(NAME);
  await expect(card.getByText('Executor', { exact: true })).toBeVisible();
  await expect(page.getByText('judges answers from memories that it wrote')).toBeVisible();
  await card.getByRole('button', { name: `Remove ${NAME}` }).click();
  await expect(card.getByRole('alert')).toBeVisible();

  await executor.selectOption('Built-in (no model)');
  await expect(card.getByText('Executor', { exact: true })).toBeHidden();
  await card.getByRole('button', { name: `Remove ${NAME}` }).click();
  await expect(
    page.getByRole('main').getByRole('status').filter({ hasText: 'stays where it is' }),
  ).toBeFocused();
  await expect(page.getByRole('heading', { name: 'Everything works without a model' })).toBeVisible();
});

test('half a file is refused, and the dialog says why', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const bytes = tinyGguf();
  const file = join(workspace, 'half.gguf');
  writeFileSync(file, bytes.subarray(0, bytes.length / 2));
  const { page, chooseNext } = await studio.open({ workspace });
  await goTo(page, 'Models');
  const dialog = await chooseModelFile(page, { file, chooseNext });
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText(/half\.gguf|download|bytes/u);
  await expect(dialog).toBeVisible();
});
