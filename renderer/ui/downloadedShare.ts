import type { ModelDownloadProgress } from '../../core/contract/model.ts';

/** What all downloads together have, for a line; null where a size is not known. */
export function downloadedShare(downloads: readonly ModelDownloadProgress[]): number | null {
  const totals = downloads.map(({ totalBytes }) => totalBytes);
  if (totals.includes(null)) return null;
  const total = totals.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const received = downloads.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  return total === 0 ? null : Math.min(received / total, 1);
}
