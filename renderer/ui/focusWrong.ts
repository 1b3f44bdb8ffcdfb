import { tick } from 'svelte';

/** Takes the reader to the first field that is wrong, also where its group is folded. */
export async function focusWrong(form: HTMLFormElement | undefined): Promise<void> {
  await tick();
  const wrong = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  const group = wrong?.closest('details');
  if (group) group.open = true;
  wrong?.focus();
}
