import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { CHAT, scriptedStep, startScriptedServer } from '../../core/app/models/fixtures/scriptedServer.ts';
import { writeTinyGguf } from '../../core/models/fixtures/tinyGguf.ts';
import { reply, type TestServer } from '../../core/models/server/fixtures/testServer.ts';
import { assignServer } from '../heldUpRun.ts';
import { expect, test, type StudioFixture } from '../studio.ts';
import { addModelFile, chooseModelFile, modelCard } from './modelSteps.ts';
import { goTo, waitForStatus } from './steps.ts';

// What people do wrong with models: each is answered by a cause and a remedy on the screen, and loses nothing.

test('a file that is no model, and an embedding model where a chat model belongs', async ({ studio }) => {
  const workspace = studio.makeFolder();
  const notes = join(workspace, 'notes.gguf');
  writeFileSync(notes, 'Not a model: a list of things to buy.\n');
  const embedding = join(workspace, 'embedding.gguf');
  writeTinyGguf(embedding, { isEmbeddingModel: true });
  const { page, chooseNext } = await studio.open({ workspace });
  await goTo(page, 'Models');
  const dialog = await chooseModelFile(page, { file: notes, chooseNext });
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    /notes\.gguf is not a GGUF file .*; choose a file whose name ends in \.gguf/u,
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'Everything works without a model' })).toBeVisible();

  await addModelFile(page, { file: embedding, chooseNext, name: 'Embeds only' });
  await expect(modelCard(page, 'Embeds only')).toContainText('embedding model');
  for (const role of ['Executor', 'Answerer', 'Judge', 'Designer'])
    await expect(
      page.getByLabel(role, { exact: true }).getByRole('option', { name: 'Embeds only' }),
    ).toHaveCount(0);
  await page.getByLabel('Embedder', { exact: true }).selectOption('Embeds only');
});

async function openWithServer(studio: StudioFixture, server: TestServer): Promise<Page> {
  const workspace = studio.makeFolder();
  await assignServer(workspace, server);
  return (await studio.open({ workspace })).page;
}

test('a context that is too small, and a server that answers in prose, hold a run up until they are put right', async ({
  studio,
}) => {
  const server = await startScriptedServer();
  try {
    const page = await openWithServer(studio, server);
    await page.getByRole('button', { name: 'Choose other data or settings' }).click();
    const form = page.getByRole('dialog', { name: 'New run' });
    await form.getByLabel('Engine', { exact: true }).selectOption('llm');
    const caution = 'judges answers from memories that it wrote itself';
    await expect(form.getByText(caution)).toBeVisible();
    await form.getByLabel('Designer', { exact: true }).selectOption('none');
    for (const option of ['Outer epochs', 'Inner epochs', 'Batch size'])
      await form.getByLabel(option, { exact: true }).fill('1');
    await form.getByText('Language models', { exact: true }).click();
    await form.getByLabel('Model context', { exact: true }).fill('512');
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(form).toBeHidden();

    await waitForStatus(page, 'paused');
    const panel = page.getByRole('region', { name: 'sample-1' });
    await expect(panel).toContainText(/The prompt of the executor needs .* set a larger context/u);
    await expect(panel.getByText(caution)).toBeVisible();
    server.on(CHAT, reply('I would say that there is nothing to keep in mind.'));
    const limits = page.getByRole('form', { name: 'Caps of the run' });
    await limits.getByLabel('Context', { exact: true }).fill('8192');
    await limits.getByRole('button', { name: 'Resume with these' }).click();

    await expect(panel).toContainText(
      /None of the last \d+ replies of scripted .* start the server with support for JSON schemas/u,
      { timeout: 60_000 },
    );
    await waitForStatus(page, 'paused');
    server.on(CHAT, scriptedStep);
    await panel.getByRole('button', { name: 'Resume', exact: true }).click();
    await waitForStatus(page, 'finished');
    await expect(panel).not.toContainText('None of the last');
    await expect(panel.getByText(caution)).toBeVisible();
  } finally {
    await server.close();
  }
});
