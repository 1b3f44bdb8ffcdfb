import type { Attachment } from 'svelte/attachments';

/** Tells how wide an element is, now and whenever that changes, in CSS pixels. */
export function observeWidth(onWidth: (widthPx: number) => void): Attachment<HTMLElement> {
  return (element) => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) onWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
