import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function openTest(folder: string): Promise<Workspace> {
  const workspace = await Workspace.open(folder, { clock: fixedClock() });
  onTestFinished(() => workspace.close());
  return workspace;
}

test('settings are the defaults until they are kept, then what was kept last, also after reopening', async () => {
  const folder = makeTestFolder();
  const workspace = await openTest(folder);
  expect(workspace.settings.get()).toEqual({
    theme: 'system',
    curveSmoothing: 0.8,
    modelRoles: {},
    reviewerName: '',
    trustedKeys: [],
    runDefaults: {},
  });
  workspace.settings.set({
    theme: 'light',
    curveSmoothing: 0,
    modelRoles: {},
    reviewerName: '',
    trustedKeys: [],
    runDefaults: {},
  });
  const kept = {
    theme: 'dark',
    curveSmoothing: 0.5,
    modelRoles: { executor: 'gguf:0123456789abcdef', embedder: 'server:http://127.0.0.1:8080/v1#e5' },
    reviewerName: '',
    trustedKeys: [],
    runDefaults: { seed: 7, review: 'auto', skipNoop: true },
  } as const;
  workspace.settings.set(kept);
  await workspace.close();
  expect((await openTest(folder)).settings.get()).toEqual(kept);
});

test('what breaks the schema is not kept; what is damaged is named', async () => {
  const folder = makeTestFolder();
  const workspace = await openTest(folder);
  expect(() =>
    workspace.settings.set({
      theme: 'dark',
      curveSmoothing: 1,
      modelRoles: {},
      reviewerName: '',
      trustedKeys: [],
      runDefaults: {},
    }),
  ).toThrow(expect.objectContaining({ code: 'INTERNAL', details: { keyPath: 'curveSmoothing' } }));
  workspace.settings.set({
    theme: 'dark',
    curveSmoothing: 0.5,
    modelRoles: {},
    reviewerName: '',
    trustedKeys: [],
    runDefaults: {},
  });
  const raw = new DatabaseSync(join(folder, 'studio.db'));
  raw.exec(`UPDATE settings SET body = '{"theme":"pink"}'`);
  raw.close();
  expect(() => workspace.settings.get()).toThrow(
    expect.objectContaining({
      code: 'CORRUPT_DATA',
      message: expect.stringContaining('(table settings) is damaged at theme') as unknown,
    }),
  );
});
