import type { Locator, Page } from '@playwright/test';
import { expect } from '../studio.ts';

// What a person does, in their words; every control is found by its role and name.

/** A stage on the sample, on a machine that does other things too. */
const STAGE_TIMEOUT_MS = 60_000;
const MOST_TABS = 60;

/** Tab by tab, as one who has no mouse. */
export async function tabTo(page: Page, control: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await expect(control).toBeEnabled();
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${MOST_TABS} tabs did not lead to ${control.toString()}.`);
}

/** A link of the navigation. */
export function viewLink(page: Page, view: string): Locator {
  return page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: new RegExp(`^${view}`, 'u') });
}

export async function goTo(page: Page, view: string): Promise<void> {
  await viewLink(page, view).click();
}

export async function startSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train on the sample' }).click();
}

/** Starts a run of one stage from an empty workspace, through the form. */
export async function startOneStage(page: Page, { steps }: { readonly steps: number }): Promise<void> {
  await page.getByRole('button', { name: 'Choose other data or settings' }).click();
  const form = page.getByRole('dialog', { name: 'New run' });
  await form.getByLabel('Outer epochs', { exact: true }).fill('1');
  await form.getByLabel('Inner epochs', { exact: true }).fill(String(steps));
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(form).toBeHidden();
}

/** The line at the bottom that says what goes on. */
export function statusLine(page: Page): Locator {
  return page.getByRole('contentinfo').last();
}

export async function waitForStatus(page: Page, text: string | RegExp): Promise<void> {
  await expect(statusLine(page).getByRole('status')).toContainText(text, { timeout: STAGE_TIMEOUT_MS });
}

/** Waits until the run has come to the end of a stage and asks for verdicts. */
export async function waitForProposals(page: Page): Promise<void> {
  await waitForStatus(page, 'waiting for review');
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/\d/u);
}

/** The bar of verdicts under the card. */
export function verdicts(page: Page): Locator {
  return page.getByRole('group', { name: 'Verdict' });
}

/** Proposals beside the card, by the name of what they change. */
export function queued(page: Page, name?: string): Locator {
  const queue = page.getByRole('region', { name: 'Queue of proposals' });
  return name === undefined ? queue.getByRole('link') : queue.getByRole('link', { name });
}

/** Waits until the proposal that lies open is all there; returns the name of the skill it is about. */
export async function openedName(page: Page): Promise<string> {
  const card = page.getByRole('article', { name: /^Proposal/u });
  await expect(card).toHaveAttribute('aria-busy', 'false');
  return card.getByRole('heading', { level: 2 }).first().innerText();
}

/** What was recorded last, as the application says it. */
export async function expectRecorded(page: Page, text: string): Promise<void> {
  await expect(page.getByRole('main').getByRole('status').filter({ hasText: text })).toBeVisible();
}

/** Returns the name of the skill that the proposal is about. */
export async function approve(page: Page): Promise<string> {
  const name = await openedName(page);
  await verdicts(page).getByRole('button', { name: 'Approve', exact: true }).click();
  await expectRecorded(page, `Approved: ${name}.`);
  return name;
}

/** Rejects what lies open; returns the name of the skill that the proposal is about. */
export async function rejectOpened(page: Page): Promise<string> {
  const name = await openedName(page);
  await verdicts(page).getByRole('button', { name: 'Reject', exact: true }).click();
  const reasons = page.getByRole('dialog', { name: `Reject ${name}` });
  await reasons.getByRole('radio', { name: /^Too broad/u }).check();
  await reasons.getByRole('button', { name: 'Reject', exact: true }).click();
  await expectRecorded(page, `Rejected: ${name}.`);
  return name;
}

/** Makes the next version of the bank of what is approved; returns its number. The result stays open. */
export async function applyApproved(page: Page): Promise<number> {
  await page.getByRole('button', { name: /^Apply \d+ approved/u }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Apply \d+ change/u })
    .click();
  const made = page.getByRole('dialog', { name: /^Bank v\d+ was made$/u });
  await expect(made).toBeVisible({ timeout: STAGE_TIMEOUT_MS });
  const title = await made.getByRole('heading', { name: 'Bank' }).innerText();
  return Number(/\d+/u.exec(title)?.[0]);
}

/** The skills of the version of the bank that is shown. */
export async function skillsShown(page: Page): Promise<string[]> {
  const rows = page.getByRole('article').getByRole('rowheader').getByRole('button');
  await expect(rows.first()).toBeVisible();
  return rows.evaluateAll((buttons) => buttons.map((button) => button.lastChild?.textContent?.trim() ?? ''));
}

/** No dialog is open, and the focus is somewhere in the page. */
export async function expectFocusKept(page: Page): Promise<void> {
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect
    .poll(() =>
      page.evaluate(() => document.activeElement !== null && document.activeElement !== document.body),
    )
    .toBe(true);
}
