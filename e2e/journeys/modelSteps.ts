import { basename } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '../studio.ts';
import type { OpenShell } from '../shells/shell.ts';

// What a person does on the screen of models; a file lies in the workspace, where every shell may look.

interface ChosenFile {
  readonly file: string;
  readonly chooseNext: OpenShell['chooseNext'];
}

interface ModelFile extends ChosenFile {
  /** What it is to be called. */
  readonly name: string;
}

/** What the library says of a model. */
export function modelCard(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'Library' }).getByRole('article', { name });
}

/** Opens the dialog that adds a model and names the file there. */
export async function chooseModelFile(page: Page, { file, chooseNext }: ChosenFile): Promise<Locator> {
  await page.getByRole('button', { name: 'Add a model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a model' });
  await chooseNext?.(file);
  await dialog.getByRole('button', { name: 'Choose file… for the model' }).click();
  if (chooseNext === null) {
    const listing = page.getByRole('dialog', { name: 'Choose the model file' });
    await listing.getByRole('button', { name: /^Workspace/u }).click();
    await listing.getByRole('button', { name: basename(file) }).click();
  }
  await expect(dialog.getByText(basename(file))).toBeVisible();
  return dialog;
}

export async function addModelFile(page: Page, { file, name, chooseNext }: ModelFile): Promise<void> {
  const dialog = await chooseModelFile(page, { file, chooseNext });
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  // The first model of all also has the devices asked for, which starts a process.
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await expect(modelCard(page, name)).toBeVisible();
}

/** In the form of a new run. */
export async function chooseDataFile(page: Page, { file, chooseNext }: ChosenFile): Promise<void> {
  const form = page.getByRole('dialog', { name: 'New run' });
  await chooseNext?.(file);
  await form.getByRole('button', { name: 'Choose file… for the data' }).click();
  if (chooseNext === null) {
    const listing = page.getByRole('dialog', { name: 'Choose the data file' });
    await listing.getByRole('button', { name: /^Workspace/u }).click();
    await listing.getByRole('button', { name: basename(file) }).click();
  }
  await expect(form.getByText(basename(file), { exact: true })).toBeVisible();
}
