import { startWebHost } from '../shells/browserShell.ts';
import { expectGoodEnd, startShellProcess } from '../shells/shellProcess.ts';
import { createStandInShell, MAIN_BUNDLE, type OpenStandIn } from '../shells/standInShell.ts';
import { expect, test as base } from '../studio.ts';
import { viewLink } from './steps.ts';

// What only an application on a desktop has, as far as it can be tried without Electron itself.

interface Desktop extends OpenStandIn {
  readonly workspace: string;
  /** Starts the application once more, as a person who forgot that it is open; ends with its output. */
  readonly startAgain: (workspace: string) => Promise<string>;
}

const test = base.extend<{ desktop: Desktop }>({
  desktop: async ({ playwright, studio, shellName }, use) => {
    base.skip(shellName !== 'standIn', 'This drives the menu and dialogs of the stand-in.');
    const [workspace, userData] = [studio.makeFolder(), studio.makeFolder()];
    const onViolation = (text: string): void => void studio.violations.push(text);
    const shell = await createStandInShell(playwright.chromium).open({ workspace, userData, onViolation });
    const startAgain = async (other: string): Promise<string> => {
      const register = ['--import', './e2e/electronStandIn/register.ts'];
      const args = [...register, MAIN_BUNDLE, '--workspace', other, `--user-data-dir=${userData}`];
      const second = startShellProcess({ args, hasChannel: false });
      await expectGoodEnd(second);
      return second.output();
    };
    await use({ ...shell, workspace, startAgain });
    await shell.close();
  },
});

test('the native menu leads where the keys do', async ({ desktop }) => {
  // A menu is used once the window shows something.
  await expect(viewLink(desktop.page, 'Runs')).toHaveAttribute('aria-current', 'page');
  for (const view of ['Hard cases', 'Bank', 'Settings', 'Runs']) {
    desktop.order({ kind: 'menu', label: view });
    await expect(viewLink(desktop.page, view)).toHaveAttribute('aria-current', 'page');
  }
  desktop.order({ kind: 'menu', label: 'New run' });
  await expect(desktop.page.getByRole('dialog', { name: 'New run' })).toBeVisible();
});

test('a second start leads to the first, and says so when it is about another workspace', async ({
  desktop,
}) => {
  expect(await desktop.startAgain(desktop.workspace)).toContain('open already');
  expect(desktop.dialogs).toEqual([]);
  desktop.order({
    kind: 'answer',
    method: 'showMessageBox',
    result: { response: 0, checkboxChecked: false },
  });
  await desktop.startAgain(`${desktop.workspace}-other`);
  await expect.poll(() => JSON.stringify(desktop.dialogs)).toContain(`${desktop.workspace}-other`);
});

test('a workspace that is open elsewhere is named, and nothing is opened', async ({
  playwright,
  studio,
  shellName,
}) => {
  test.skip(shellName !== 'standIn', 'This is about the dialog that Electron shows.');
  const workspace = studio.makeFolder();
  const host = await startWebHost(workspace);
  const opening = createStandInShell(playwright.chromium).open({
    workspace,
    userData: studio.makeFolder(),
    onViolation: (text) => void studio.violations.push(text),
  });
  await expect(opening).rejects.toThrow(
    /Main ended with 1 before a window:\nMemSkill Studio cannot open its workspace: .*/u,
  );
  host.process.child.kill('SIGTERM');
  await expectGoodEnd(host.process);
});
