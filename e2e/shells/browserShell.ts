import type { Browser, BrowserContext, Page } from '@playwright/test';
import { z } from 'zod';
import { watchPage } from '../watchPage.ts';
import type { OpenOptions, OpenShell, Shell } from './shell.ts';
import { expectGoodEnd, killShell, startShellProcess, type ShellProcess } from './shellProcess.ts';

const servedSchema = z.object({ url: z.string() });

export interface WebHost {
  /** With the token of this launch. */
  readonly url: string;
  readonly process: ShellProcess;
}

/** Null until the document is complete. */
function parseServed(text: string): z.infer<typeof servedSchema> | null {
  try {
    return servedSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `memskill serve` on a port of the system's choice. */
export async function startWebHost(workspace: string): Promise<WebHost> {
  const args = ['core/cli/main.ts', 'serve', '--json', '--workspace', workspace];
  const shell = startShellProcess({ args, hasChannel: false });
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    shell.child.stdout?.on('data', (text: string) => {
      printed += text;
      const served = parseServed(printed);
      if (served !== null) resolve(served.url);
    });
    void shell.ended.then(
      () => reject(new Error(`The web host ended before it served:\n${shell.output()}`)),
      reject,
    );
  });
  return { url, process: shell };
}

async function openPage(context: BrowserContext, url: string, tell: (text: string) => void): Promise<Page> {
  const page = await context.newPage();
  const { origin, host } = new URL(url);
  await watchPage(page, tell);
  page.on('request', (request) => {
    const { protocol, origin: requested } = new URL(request.url());
    if (requested !== origin && protocol !== 'blob:') tell(`A request outside: ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (!socket.url().startsWith(`ws://${host}/`)) tell(`A socket outside: ${socket.url()}`);
  });
  await page.goto(url);
  return page;
}

/** The web host in a process of its own and its page in Chromium; every start is a browser without memories. */
export function createBrowserShell(browser: Browser): Shell {
  return {
    open: async ({ workspace, onViolation }: OpenOptions): Promise<OpenShell> => {
      const host = await startWebHost(workspace);
      const context = await browser.newContext();
      let isWatching = true;
      const tell = (text: string): void => {
        if (isWatching) onViolation(text);
      };
      const page = await openPage(context, host.url, tell);
      const leave = async (end: () => Promise<void>): Promise<void> => {
        // A page that has lost its host says so in the console, and may.
        isWatching = false;
        await end();
        await context.close();
      };
      return {
        page,
        newWindow: () => openPage(context, host.url, tell),
        chooseNext: null,
        kill: () => leave(() => killShell(host.process)),
        close: () =>
          leave(async () => {
            host.process.child.kill('SIGTERM');
            await expectGoodEnd(host.process);
          }),
        output: host.process.output,
      };
    },
  };
}
