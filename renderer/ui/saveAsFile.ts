/** Saves text or bytes where the browser, or the window, saves downloads. */
export function saveAsFile(fileName: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has its own hold on the content by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url));
}
