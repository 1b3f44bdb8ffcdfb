import type { Page } from 'playwright-core';

/** How the page tells of a breach of its policy; read back from its console. */
const MARK = 'securitypolicyviolation';

/**
 * Tells of everything that no page of the application may do: break its own security policy, throw, write an error to
 * its console. Called before the page loads anything.
 */
export async function watchPage(page: Page, tell: (text: string) => void): Promise<void> {
  await page.addInitScript((mark) => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      console.error(mark, violatedDirective, blockedURI, sourceFile),
    );
  }, MARK);
  page.on('pageerror', (error) => tell(`An error nobody caught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error')
      tell(`An error in the console: ${message.text()} (${message.location().url})`);
  });
}
