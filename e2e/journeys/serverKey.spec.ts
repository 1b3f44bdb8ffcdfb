import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { answer, reply, TestServer } from '../../core/models/server/fixtures/testServer.ts';
import { createStandInShell } from '../shells/standInShell.ts';
import { expect, test } from '../studio.ts';
import { goTo } from './steps.ts';

// A key that is typed goes to its server and nowhere else: no byte of it is in the workspace, in what the application
// keeps beside it, in what it writes, or in the page once it was handed over.

const KEY = 'sk-typed-by-a-person-0123456789';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function filesWith(text: string, folder: string): string[] {
  return filesUnder(folder).filter((file) => readFileSync(file).includes(text));
}

async function openDialog(page: Page, baseUrl: string) {
  await goTo(page, 'Models');
  await page.getByRole('button', { name: 'Add a model' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a model' });
  await dialog.getByLabel('A model on an inference server').check();
  await dialog.getByLabel('Base URL').fill(baseUrl);
  return dialog;
}

test('a key is kept by the system, used after the next start, and found nowhere', async ({
  playwright,
  studio,
  shellName,
}) => {
  test.skip(shellName !== 'standIn', 'Only the desktop application keeps keys.');
  const server = await TestServer.start();
  server.on('/v1/models', answer({ data: [{ id: 'qwen', max_model_len: 4096 }] }));
  server.on('/v1/chat/completions', reply('A story'));
  const [workspace, userData] = [studio.makeFolder(), studio.makeFolder()];
  const open = () =>
    createStandInShell(playwright.chromium).open({
      workspace,
      userData,
      onViolation: (text) => void studio.violations.push(text),
    });
  const baseUrl = `${server.origin}/v1`;
  const first = await open();
  const dialog = await openDialog(first.page, baseUrl);
  await dialog.getByLabel('Key of the server').fill(KEY);
  await dialog.getByRole('button', { name: 'List models' }).click();
  await expect(dialog.getByLabel('Model', { exact: true })).toHaveValue('qwen');
  await expect(dialog.getByLabel('Key of the server')).toHaveValue('');
  await expect(dialog.getByText('One is kept for this address')).toBeVisible();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(first.page.getByText('key kept by the system')).toBeVisible();
  expect(await first.page.content()).not.toContain(KEY);
  await first.close();

  const second = await open();
  await goTo(second.page, 'Models');
  await second.page.getByRole('button', { name: 'Test qwen' }).click();
  await expect(second.page.getByText(/^Tested \d/u)).toBeVisible();
  const sent = new Set(server.requests.map(({ headers }) => headers.authorization));
  expect([...sent]).toEqual([`Bearer ${KEY}`]);
  const again = await openDialog(second.page, baseUrl);
  await again.getByRole('button', { name: 'Forget the kept key' }).click();
  await expect(again.getByText('Empty where the server asks for none')).toBeVisible();
  expect(await second.page.content()).not.toContain(KEY);
  await second.close();

  expect(filesWith(KEY, workspace)).toEqual([]);
  // What Chromium keeps of a page is in there, too.
  expect(filesWith(KEY, userData)).toEqual([]);
  expect(first.output() + second.output()).not.toContain(KEY);
  expect(filesUnder(userData).some((file) => file.endsWith('server-keys.json'))).toBe(true);
  await server.close();
});
