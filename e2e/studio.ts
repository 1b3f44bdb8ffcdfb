import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { launchOptions } from './chromium.ts';
import { PreparedWorkspaces, type Preparation } from './preparedWorkspace.ts';
import { createBrowserShell } from './shells/browserShell.ts';
import { createElectronShell, whyNoElectron } from './shells/electronShell.ts';
import type { OpenShell, Shell } from './shells/shell.ts';
import { createStandInShell } from './shells/standInShell.ts';

export const SHELL_NAMES = ['browser', 'standIn', 'electron'] as const;
export type ShellName = (typeof SHELL_NAMES)[number];

export interface OpenStudio extends OpenShell {
  readonly workspace: string;
}

/** What a journey needs of the application, the same in every shell. */
export interface StudioFixture {
  /** Starts it: in a workspace that is new and gone after the test, or again in one that was used before. */
  open(options?: { readonly workspace?: string }): Promise<OpenStudio>;
  /** A folder that is gone after the test. */
  makeFolder(): string;
  /** A workspace in which something has happened before. */
  workspaceWith(what: Preparation): Promise<string>;
  /** What pages did that no page may do; a test that leaves any fails. */
  readonly violations: string[];
}

interface Options {
  shellName: ShellName;
}

function newFolder(): string {
  // Short: a workspace's socket is in it, and the system limits how long its path may be.
  return realpathSync(mkdtempSync(join(tmpdir(), 'memskill-e2e-')));
}

function userDataOf(workspace: string): string {
  return `${workspace}-shell`;
}

/** Playwright's `test` with the application. */
export const test = base.extend<
  Options & { shell: Shell; studio: StudioFixture },
  { prepared: PreparedWorkspaces }
>({
  prepared: [
    async ({}, use) => {
      const folder = newFolder();
      await use(new PreparedWorkspaces(folder));
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  shellName: ['browser', { option: true }],

  shell: async ({ shellName, playwright }, use, testInfo) => {
    if (shellName === 'browser') {
      const browser = await playwright.chromium.launch(launchOptions());
      await use(createBrowserShell(browser));
      await browser.close();
    } else if (shellName === 'standIn') await use(createStandInShell(playwright.chromium));
    else {
      const reason = whyNoElectron();
      testInfo.skip(reason !== null, reason ?? '');
      await use(createElectronShell(playwright._electron));
    }
  },

  studio: async ({ shell, prepared }, use, testInfo) => {
    const opened: { readonly shell: OpenShell; isOpen: boolean }[] = [];
    const folders: string[] = [];
    const violations: string[] = [];
    const makeFolder = (): string => {
      const folder = newFolder();
      folders.push(folder, userDataOf(folder));
      return folder;
    };
    const open: StudioFixture['open'] = async ({ workspace = makeFolder() } = {}) => {
      const one = await shell.open({
        workspace,
        userData: userDataOf(workspace),
        onViolation: (text) => void violations.push(text),
      });
      const entry = { shell: one, isOpen: true };
      opened.push(entry);
      const ending = (end: () => Promise<void>) => async (): Promise<void> => {
        entry.isOpen = false;
        await end();
      };
      return { ...one, workspace, kill: ending(one.kill), close: ending(one.close) };
    };
    const workspaceWith = async (what: Preparation): Promise<string> => {
      const workspace = makeFolder();
      await prepared.copyTo(what, workspace);
      return workspace;
    };
    await use({ open, makeFolder, workspaceWith, violations });
    try {
      // Orderly, so that each test also is one of leaving well.
      for (const one of opened) if (one.isOpen) await one.shell.close();
    } finally {
      for (const [at, one] of opened.entries())
        await testInfo.attach(`shell ${at + 1}`, { body: one.shell.output(), contentType: 'text/plain' });
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
    expect(violations).toEqual([]);
  },
});

export { expect };
