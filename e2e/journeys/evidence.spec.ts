import { expect, test } from '../studio.ts';
import { goTo, queued, viewLink } from './steps.ts';

test('a hard case shows the whole way from what was said to what was answered', async ({ studio }) => {
  const { page } = await studio.open({ workspace: await studio.workspaceWith('review') });
  await goTo(page, 'Hard cases');
  const cases = page.getByRole('list', { name: 'Hard cases, hardest first' }).getByRole('button');
  const second = cases.nth(1);
  const question = await second.innerText();
  await second.click();
  const detail = page.getByRole('article');
  const heading = detail.getByRole('heading', { level: 2 });
  await expect(heading).not.toBeEmpty();
  expect(question).toContain(await heading.innerText());
  await expect(detail.getByText('Accepted', { exact: false }).first()).toBeVisible();
  await expect(detail.getByRole('heading', { name: 'Said' })).toBeVisible();

  // Where one is stays in the address: back and forth as everywhere.
  const address = page.url();
  await goTo(page, 'Review');
  await expect(queued(page).first()).toBeVisible();
  await page.goBack();
  await expect(viewLink(page, 'Hard cases')).toHaveAttribute('aria-current', 'page');
  await expect(page).toHaveURL(address);
});
