import type { Locator, Page } from '@playwright/test';
import { z } from 'zod';
import { memskill } from '../preparedWorkspace.ts';
import { expect, test } from '../studio.ts';
import { expectFocusKept, expectRecorded, openedName, queued, tabTo, verdicts, viewLink } from './steps.ts';

// What someone does who has no mouse: a review from the first proposal to the new version of the bank, and the way along
// the events of a run. Law: the keyboard does everything here; locators only look.

const COMMENT = 'Make it shorter; drop what repeats.';
/** Has every letter that is a verdict or a command elsewhere. */
const REASON = 'Zebras, parks and drafts: reject every broad one, skip vague copies, just say why.';
const EDITED = [
  'Skill: Keep what is new',
  '',
  'Purpose: Store every new fact, in the words of a reviewer with a keyboard.',
];

const bankSchema = z.object({
  skills: z.array(z.object({ name: z.string(), instruction: z.string() })),
});
const proposalSchema = z.object({
  proposal: z.object({ state: z.string(), revisions: z.array(z.unknown()) }),
  decisions: z.array(z.object({ verdict: z.string(), reason: z.string() })),
});

async function instructions(workspace: string, version: number): Promise<ReadonlyMap<string, string>> {
  const text = await memskill('bank', 'show', String(version), '--workspace', workspace, '--json');
  const { skills } = bankSchema.parse(JSON.parse(text));
  return new Map(skills.map(({ name, instruction }) => [name, instruction]));
}

async function proposal(workspace: string, id: string): Promise<z.infer<typeof proposalSchema>> {
  const text = await memskill('proposals', id, '--workspace', workspace, '--json');
  return proposalSchema.parse(JSON.parse(text));
}

/** One presses the keys one after another, as the sheet of keys shows them. */
async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Exactly one thing in `where` has the focus, one can see it, and one can see that it has. */
async function expectFocusSeen(where: Locator): Promise<void> {
  const focused = where.locator(':focus-visible');
  await expect(focused).toHaveCount(1);
  await expect(focused).toHaveCSS('outline-style', 'solid');
  await expect(focused).toBeInViewport();
}

/** The dialog that a key opens: it takes the focus, and shows it. */
async function openBy(page: Page, key: string, name: string): Promise<Locator> {
  await page.keyboard.press(key);
  const dialog = page.getByRole('dialog', { name });
  await expect(dialog).toBeVisible();
  await expectFocusSeen(dialog);
  return dialog;
}

/** Goes through the queue by key until the proposal about `name` lies open. */
async function stepTo(page: Page, key: 'j' | 'k', name: string): Promise<void> {
  for (let steps = await queued(page).count(); steps > 0; steps -= 1) {
    if ((await openedName(page)) === name) return;
    const before = page.url();
    await page.keyboard.press(key);
    await expect(page).not.toHaveURL(before);
  }
  expect(await openedName(page)).toBe(name);
}

/** Names of the marks as they are read out: `Start, step 0: ...`, or `4 events at step 6: ...` of those too close to be told apart. */
const AT_STEP = /(?:, | at )step (\d+): /u;

async function focusedStep(page: Page): Promise<number> {
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  return Number(AT_STEP.exec(name)?.[1] ?? Number.NaN);
}

test('a whole review with keys only', async ({ studio }) => {
  // As long as a review is.
  test.slow();
  const workspace = await studio.workspaceWith('review');
  const { page } = await studio.open({ workspace });
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/3/u);
  await press(page, 'g', 'v');
  await expect(queued(page)).toHaveCount(3);
  const approved = await openedName(page);
  const card = page.getByRole('article', { name: /^Proposal/u });

  // Evidence: a case is opened, its gold answer doubted and trusted again, and the next one opened in its place.
  const opened = card.locator('details[open]').filter({ has: page.getByRole('group', { name: 'Bad case' }) });
  await press(page, 'b');
  await expectRecorded(page, 'Open the case first.');
  await press(page, 'c');
  await expect(opened).toHaveCount(1);
  await expectFocusSeen(opened);
  const first = await opened.locator('summary').first().innerText();
  await press(page, 'b');
  await expect(opened.getByRole('button', { name: 'Not a bad case' })).toBeVisible();
  await expect(opened.locator('summary').first()).toContainText('bad case');
  await press(page, 'b');
  await expect(opened.getByRole('button', { name: 'Bad case', exact: true })).toBeVisible();
  await expect(opened.locator('summary').first()).not.toContainText('bad case');
  await press(page, 'c');
  await expect(opened).toHaveCount(1);
  await expect(opened.locator('summary').first()).not.toHaveText(first, { useInnerText: true });
  await expectFocusSeen(opened);

  // A verdict, taken back and given again.
  await press(page, 'a');
  await expectRecorded(page, `Approved: ${approved}.`);
  await expect.poll(() => openedName(page)).not.toBe(approved);
  const edited = await openedName(page);
  await press(page, 'z');
  await expectRecorded(page, `Taken back: ${approved}.`);
  await expect(queued(page, approved)).toContainText('ready');
  await press(page, 'y');
  await expectRecorded(page, `Given again: ${approved}.`);
  await expect(queued(page, approved)).toContainText('approved');

  // The words of a change, as one text and side by side.
  await stepTo(page, 'k', edited);
  const columns = card.getByRole('columnheader', { name: 'Before' });
  await expect(columns).toHaveCount(0);
  await press(page, 's');
  await expect(columns.first()).toBeVisible();
  await press(page, 's');
  await expect(columns).toHaveCount(0);

  // Parked, and its way back: a parked proposal takes no other verdict before.
  const rejected = (await queued(page).locator('.name').allInnerTexts()).find(
    (name) => name !== approved && name !== edited,
  );
  if (rejected === undefined) throw new Error('There is no third proposal.');
  await stepTo(page, 'j', rejected);
  await press(page, 'p');
  await expectRecorded(page, `Parked: ${rejected}.`);
  await expect(queued(page, rejected)).toContainText('parked');
  await stepTo(page, 'j', rejected);
  await press(page, 'r');
  await expectRecorded(page, 'It is parked; take that back first.');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await press(page, 'z');
  await expect(queued(page, rejected)).toContainText('ready');

  // Another draft; what is typed is text and no command.
  const comment = await openBy(page, 'd', `Ask for another draft of ${rejected}`);
  await page.keyboard.type(COMMENT);
  await expect(comment.getByLabel('What should be different')).toHaveValue(COMMENT);
  await tabTo(page, comment.getByRole('button', { name: 'Ask', exact: true }));
  await page.keyboard.press('Enter');
  await expect(comment).toBeHidden({ timeout: 60_000 });
  await expectFocusKept(page);
  await expect(card.getByText("The designer's response to the comment:")).toBeVisible();
  await expect(card).toContainText('revision 2');
  await expect(queued(page, rejected)).toContainText('ready');

  // Rejected, with a reason by its arrow keys and words of one's own.
  const reasons = await openBy(page, 'r', `Reject ${rejected}`);
  await expect(reasons.getByRole('button', { name: 'Reject' })).toBeDisabled();
  await press(page, 'ArrowDown', 'ArrowDown');
  await expect(reasons.getByRole('radio', { name: /^Too broad/u })).toBeChecked();
  await tabTo(page, reasons.getByLabel('In your words'));
  await expectFocusSeen(reasons);
  await page.keyboard.type(REASON);
  await expect(reasons.getByLabel('In your words')).toHaveValue(REASON);
  await expect(queued(page).filter({ hasText: 'ready' })).toHaveCount(2);
  await tabTo(page, reasons.getByRole('button', { name: 'Reject' }));
  await page.keyboard.press('Enter');
  await expectRecorded(page, `Rejected: ${rejected}.`);
  await expectFocusKept(page);
  await expect.poll(() => openedName(page)).toBe(edited);

  // Edited in place.
  const editor = await openBy(page, 'e', `Edit ${edited}`);
  await expect(editor.getByRole('button', { name: 'Approve the edited text' })).toBeDisabled();
  await tabTo(page, editor.getByLabel('Instruction'));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(EDITED.join('\n'));
  await expect(editor.getByLabel('Instruction')).toHaveValue(EDITED.join('\n'));
  await tabTo(page, editor.getByRole('button', { name: 'Approve the edited text' }));
  await page.keyboard.press('Enter');
  await expectRecorded(page, `Edited and approved: ${edited}.`);
  await expectFocusKept(page);
  await expect(verdicts(page).getByRole('button', { name: 'Approve', exact: true })).toBeDisabled();

  // Into the bank: first what both do together, then the version.
  const plan = await openBy(page, 'A', 'Apply 2 changes of sample-1');
  const apply = plan.getByRole('button', { name: 'Apply 2 changes' });
  await expect(plan).toContainText('All of it together, over all its questions', { timeout: 60_000 });
  await expect(plan.getByRole('row', { name: /^All / })).toBeVisible();
  await tabTo(page, apply);
  await page.keyboard.press('Enter');
  const made = page.getByRole('dialog', { name: 'Bank v2 was made' });
  await expect(made).toBeVisible({ timeout: 60_000 });
  await expectFocusSeen(made);
  await tabTo(page, made.getByRole('link', { name: 'Open bank v2' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Version 2', exact: true })).toBeVisible();
  await expectFocusKept(page);
  await expect(page.getByRole('rowheader', { name: approved })).toBeVisible();
  await tabTo(page, page.getByRole('article').getByRole('button', { name: edited, exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('in the words of a reviewer with a keyboard').first()).toBeVisible();

  // The same from outside: what was rejected is not there, and says why.
  const after = await instructions(workspace, 2);
  expect(after.get(edited)).toBe(EDITED.join('\n'));
  expect(after.has(approved)).toBe(true);
  expect(after.has(rejected)).toBe(false);
  const { decisions, proposal: of } = await proposal(workspace, 'p3');
  expect(of.state).toBe('rejected');
  expect(of.revisions).toHaveLength(2);
  expect(decisions.map(({ verdict }) => verdict)).toEqual(['park', 'retract', 'redraft', 'reject']);
  expect(decisions.at(-1)?.reason).toBe(`too broad: ${REASON}`);
});

test('keys are commands again as soon as no text field has the focus', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await expect(viewLink(page, 'Review')).toHaveAccessibleName(/3/u);
  await press(page, 'g', 'c');
  const search = page.getByRole('searchbox');
  await tabTo(page, search);
  await page.keyboard.type('gv?');
  await expect(search).toHaveValue('gv?');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(viewLink(page, 'Hard cases')).toHaveAttribute('aria-current', 'page');
  const cases = page.getByRole('list', { name: 'Hard cases, hardest first' });
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Backspace');
  await tabTo(page, cases.getByRole('button').first());
  await press(page, 'g', 'v');
  await expect(viewLink(page, 'Review')).toHaveAttribute('aria-current', 'page');
  const name = await openedName(page);

  // A dialog that is left by Escape gives the focus back to what had it, and behind it no key was a verdict.
  await tabTo(page, verdicts(page).getByRole('button', { name: 'Reject' }));
  await page.keyboard.press('Enter');
  const reasons = page.getByRole('dialog', { name: `Reject ${name}` });
  await expectFocusSeen(reasons);
  await press(page, 'a', 'p', 'z');
  await page.keyboard.press('Escape');
  await expect(reasons).toBeHidden();
  await expect(verdicts(page).getByRole('button', { name: 'Reject' })).toBeFocused();
  await expect(queued(page).filter({ hasText: 'ready' })).toHaveCount(3);
  await press(page, 'a');
  await expectRecorded(page, `Approved: ${name}.`);
});

test('the events of a run are gone through by keys, also those that are out of sight', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('versions') });
  const lane = page.getByRole('group', { name: 'Events of the run' });
  const marks = lane.locator('[aria-label]');
  const focused = lane.locator(':focus-visible');
  const title = page.getByRole('heading', { level: 3, name: /^(?:Latest events|Events at step \d+)$/u });
  await expect(marks.last()).toHaveAccessibleName(/step 18: /u);
  await expect(title).toHaveText('Latest events');

  // One stop of Tab for all of them, both ways; the arrows lead from one to the next.
  const slider = page.getByRole('slider', { name: 'Step that is read out' });
  await tabTo(page, slider);
  await page.keyboard.press('Tab');
  await expect(focused).toHaveCount(1);
  await expect(focused).toHaveCSS('outline-style', 'solid');
  await page.keyboard.press('Tab');
  await expect(lane.locator(':focus')).toHaveCount(0);
  await page.keyboard.press('Shift+Tab');
  await expect(focused).toHaveCount(1);

  await page.keyboard.press('Home');
  await expect(focused).toHaveAccessibleName(/^Start, step 0: /u);
  await expect(title).toHaveText('Events at step 0');
  const listed = page.getByRole('list').filter({ hasText: 'Start:' }).getByRole('listitem');
  await expect(listed).toHaveCount(1);
  await expect(listed).toContainText('step 0');
  await page.keyboard.press('ArrowLeft');
  await expect(focused).toHaveAccessibleName(/^Start, step 0: /u);
  const count = await marks.count();
  expect(count).toBeGreaterThan(3);
  const steps = [await focusedStep(page)];
  while (steps.length < count) {
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => focusedStep(page)).toBeGreaterThan(steps.at(-1) ?? Number.NaN);
    steps.push(await focusedStep(page));
  }
  expect(steps).toEqual([0, 6, 12, 18]);
  await page.keyboard.press('ArrowRight');
  expect(await focusedStep(page)).toBe(18);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => focusedStep(page)).toBe(12);

  // Where several happened at once, a mark stands for all of them, and lists them when it is pressed.
  await expect(focused).toHaveAccessibleName(/^\d+ events at step 12: /u);
  await page.keyboard.press('Enter');
  await expect(focused).toHaveAttribute('aria-pressed', 'true');
  await expect(title).toHaveText('Events at step 12');
  const atOnce = Number.parseInt((await focused.getAttribute('aria-label')) ?? '', 10);
  expect(atOnce).toBeGreaterThan(1);
  const stage = page.getByRole('list').filter({ hasText: 'Stage 2 ended' }).getByRole('listitem');
  await expect(stage).toHaveCount(atOnce);
  await expect(stage.filter({ hasText: 'step 12' })).toHaveCount(atOnce);

  // Nearer: the ends are out of sight until a key leads there, and what was in sight goes out of it.
  await tabTo(page, slider, 'Shift+Tab');
  const zoomOut = page.getByRole('button', { name: 'Zoom out' });
  await expect(zoomOut).toBeDisabled();
  await press(page, '+', '+');
  await expect(zoomOut).toBeEnabled();
  const start = lane.getByLabel(/^Start, step 0: /u);
  const end = lane.getByLabel(/step 18: /u);
  await expect(start).not.toBeInViewport();
  await expect(end).not.toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(focused).toHaveCount(1);
  await expect(focused).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('End');
  await expect(focused).toHaveAccessibleName(/step 18: /u);
  await expect(end).toBeInViewport({ ratio: 1 });
  await expect(start).not.toBeInViewport();
  const back = [18, 12, 6, 0];
  for (const [at, step] of back.entries()) {
    if (at > 0) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => focusedStep(page)).toBe(step);
    await expect(focused).toBeInViewport({ ratio: 1 });
  }
  await expect(end).not.toBeInViewport();
  await page.keyboard.press('End');
  await expect(end).toBeFocused();
  await page.keyboard.press('Home');
  await expect(start).toBeFocused();
  await expect(start).toBeInViewport({ ratio: 1 });
  await expect(title).toHaveText('Events at step 0');
});
