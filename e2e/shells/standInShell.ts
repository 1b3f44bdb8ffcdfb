import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserType, Page } from '@playwright/test';
import type { StandInOrder, StandInReport } from '../electronStandIn/messages.ts';
import type { OpenOptions, OpenShell } from './shell.ts';
import { expectGoodEnd, killShell, startShellProcess, type ShellProcess } from './shellProcess.ts';

export const MAIN_BUNDLE = 'out/main/index.js';

const FIND_ATTEMPTS = 100;
const FIND_INTERVAL_MS = 50;

/** What only the stand-in can be told. */
export interface OpenStandIn extends OpenShell {
  readonly order: (order: StandInOrder) => void;
  readonly dialogs: readonly Extract<StandInReport, { kind: 'dialog' }>[];
}

async function findPage(browser: Browser, targetId: string): Promise<Page | null> {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) {
      const session = await context.newCDPSession(page);
      const { targetInfo } = await session.send('Target.getTargetInfo');
      await session.detach();
      if (targetInfo.targetId === targetId) return page;
    }
  }
  return null;
}

/** The page of a window that the stand-in has told of; this end hears of new pages a little later. */
async function pageOf(browser: Browser, targetId: string): Promise<Page> {
  for (let attempt = 0; attempt < FIND_ATTEMPTS; attempt += 1) {
    const page = await findPage(browser, targetId);
    if (page !== null) return page;
    await setTimeout(FIND_INTERVAL_MS);
  }
  throw new Error(`Chromium does not have the window ${targetId} that the stand-in opened.`);
}

/** The next window that opens; its page's id in the DevTools protocol. */
export function nextWindow({ child }: ShellProcess): Promise<string> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      // The other end is e2e/electronStandIn/messages.ts, which sends nothing else.
      const report = message as StandInReport;
      if (report.kind !== 'window') return;
      child.off('message', listener);
      resolve(report.targetId);
    };
    child.on('message', listener);
  });
}

/** Both are told before anything else happens, or the process ends without. */
function firstWindow(shell: ShellProcess): Promise<{ readonly endpoint: string; readonly targetId: string }> {
  return new Promise((resolve, reject) => {
    let endpoint: string | null = null;
    shell.child.on('message', (message) => {
      // The other end is e2e/electronStandIn/messages.ts, which sends nothing else.
      const report = message as StandInReport;
      if (report.kind === 'browser') endpoint = report.endpoint;
      if (report.kind === 'window' && endpoint !== null) resolve({ endpoint, targetId: report.targetId });
    });
    void shell.ended.then(
      ({ status }) =>
        reject(new Error(`Main ended with ${status ?? 'a signal'} before a window:\n${shell.output()}`)),
      reject,
    );
  });
}

/** The built main and preload bundles, unmodified, on the stand-in of `electron`. */
export function createStandInShell(
  chromium: BrowserType,
  main = MAIN_BUNDLE,
): { readonly open: (options: OpenOptions) => Promise<OpenStandIn> } {
  return {
    open: async ({ workspace, userData, onViolation }) => {
      const register = ['--import', './e2e/electronStandIn/register.ts'];
      const args = [...register, main, '--workspace', workspace, `--user-data-dir=${userData}`];
      const shell = startShellProcess({ args, hasChannel: true });
      const dialogs: Extract<StandInReport, { kind: 'dialog' }>[] = [];
      let isWatching = true;
      shell.child.on('message', (message) => {
        // As above.
        const report = message as StandInReport;
        if (report.kind === 'violation' && isWatching) onViolation(report.text);
        if (report.kind === 'dialog') dialogs.push(report);
      });
      const { endpoint, targetId } = await firstWindow(shell);
      const browser = await chromium.connectOverCDP(endpoint, { isLocal: true });
      const leave = async (end: () => Promise<void>): Promise<void> => {
        isWatching = false;
        await end();
        await browser.close();
      };
      // One that has ended already has nothing to be told.
      const order = (one: StandInOrder): void => {
        if (shell.child.connected) shell.child.send(one);
      };
      return {
        page: await pageOf(browser, targetId),
        newWindow: async () => {
          const opened = nextWindow(shell);
          order({ kind: 'menu', label: 'New window' });
          return pageOf(browser, await opened);
        },
        chooseNext: async (path) =>
          order({
            kind: 'answer',
            method: 'showOpenDialog',
            result: { canceled: false, filePaths: [path] },
          }),
        kill: () => leave(() => killShell(shell)),
        close: () =>
          leave(async () => {
            order({ kind: 'quit' });
            await expectGoodEnd(shell);
          }),
        output: shell.output,
        order,
        dialogs,
      };
    },
  };
}
