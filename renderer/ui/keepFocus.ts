import { tick } from 'svelte';

/**
 * What had the focus may be gone once the page has changed: then something else gets it, so that a person without a mouse
 * does not begin anew from the top.
 */
export async function keepFocus(fallback: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement === document.body) fallback()?.focus();
}
