import type { Attachment } from 'svelte/attachments';

const FOCUSABLE = 'a[href], button, input, select, textarea, summary';

/** Lets what scrolls be scrolled by keyboard where nothing in it can have the focus. */
export const scrollRegion: Attachment<HTMLElement> = (element) => {
  const observer = new ResizeObserver(() => {
    const isScrolled =
      element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
    if (isScrolled && element.querySelector(FOCUSABLE) === null) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  });
  observer.observe(element);
  for (const child of element.children) observer.observe(child);
  return () => observer.disconnect();
};
