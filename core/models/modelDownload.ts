import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../shared/clock.ts';
import { AppError, messageOf, throwIfAborted } from '../shared/errors.ts';
import { hashGgufFiles, readGgufFile, type GgufDescription } from './ggufFile.ts';
import { openDownload, RetryableDownloadError, type OpenedDownload } from './modelRequest.ts';

export interface DownloadProgress {
  readonly receivedBytes: number;
  /** Null while the server has not said. */
  readonly totalBytes: number | null;
  /** Of what this call received; null before the first byte. */
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
}

export interface ModelDownload {
  /** https; http on the loopback interface only. */
  readonly url: string;
  /** Created if it is missing. */
  readonly folder: string;
  /** Plain name ending in .gguf. */
  readonly file: string;
  /** As published; null where it is not. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** At most ten times a second. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Waits before each next try, in milliseconds; a try that received something begins the list anew. */
  readonly retryWaitsMs?: readonly number[];
  /** A connection that brings nothing for so long is given up; 60 s. */
  readonly stallMs?: number;
}

export interface DownloadedModel {
  readonly path: string;
  readonly sha256: string;
  readonly description: GgufDescription;
}

const RETRY_WAITS_MS: readonly number[] = [1000, 2000, 4000, 8000, 16_000];
const STALL_MS = 60_000;
const PROGRESS_INTERVAL_MS = 100;
const PLAIN_NAME = /^[\w][\w.-]*\.gguf$/u;

/** What is kept beside a part, so that it is only continued with the same content. */
const partSchema = z.strictObject({ url: z.string(), etag: z.string().nullable() });

/**
 * Downloads a model to `<file>.part` and, when it is whole and sound, renames it. A part that is there is continued; it
 * stays after a failure or an abort, and goes when its content is wrong.
 * @throws AppError INVALID_INPUT for an address or name that is not allowed, CONFLICT when the file exists, UNAVAILABLE
 *   when the server fails or stays away, CORRUPT_DATA when what came is not what was published or no sound model,
 *   CANCELLED.
 */
export async function downloadModel(download: ModelDownload): Promise<DownloadedModel> {
  const path = join(download.folder, download.file);
  if (!PLAIN_NAME.test(download.file))
    throw new AppError(
      'INVALID_INPUT',
      `${JSON.stringify(download.file)} cannot name a model; use letters, digits, points and dashes, ending in .gguf.`,
    );
  if (existsSync(path))
    throw new AppError('CONFLICT', `${path} is there already; delete it first to download it again.`);
  await mkdir(download.folder, { recursive: true });
  await receive(download, `${path}.part`);
  const { sha256, description } = await check(download, `${path}.part`);
  await rename(`${path}.part`, path);
  await syncFolder(download.folder);
  await rm(`${path}.part.json`, { force: true });
  return { path, sha256, description: { ...description, files: [path] } };
}

/** Tries until the part is whole. */
async function receive(download: ModelDownload, part: string): Promise<void> {
  const waits = download.retryWaitsMs ?? RETRY_WAITS_MS;
  for (let failures = 0; ; failures += 1) {
    throwIfAborted(download.signal);
    const before = await sizeOf(part);
    try {
      await receiveOnce(download, part);
      return;
    } catch (error) {
      if (download.signal?.aborted === true) throwIfAborted(download.signal);
      if (!(error instanceof RetryableDownloadError)) throw error;
      if (error.isPartWrong) await rm(part, { force: true });
      if ((await sizeOf(part)) > before) failures = 0;
      const waitMs = waits[failures];
      if (waitMs === undefined)
        throw new AppError(
          'UNAVAILABLE',
          `${download.url} could not be downloaded (${error.message}); check the connection and start it again, it goes ` +
            'on where it stopped.',
          { cause: error, details: { reason: 'download' } },
        );
      await wait(waitMs, undefined, { signal: download.signal }).catch(() => undefined);
    }
  }
}

async function receiveOnce(download: ModelDownload, part: string): Promise<void> {
  const from = await resumableBytes(download, part);
  if (download.bytes !== null && from === download.bytes) return;
  const watch = new StallWatch(download);
  try {
    const etag = await etagOf(download, part);
    const { url } = download;
    const opened = await openDownload({ url, from: from === 0 ? null : from, etag, signal: watch.signal });
    if (download.bytes !== null && opened.totalBytes !== null && opened.totalBytes !== download.bytes)
      throw new AppError(
        'CORRUPT_DATA',
        `${url} has ${opened.totalBytes} bytes instead of the published ${download.bytes}; choose another source.`,
      );
    await writeFile(`${part}.json`, JSON.stringify({ url, etag: opened.etag }));
    const file = await open(part, opened.start === 0 ? 'w' : 'r+');
    try {
      await store(download, file, opened, watch);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw watch.hasStalled ? new RetryableDownloadError('nothing came any more') : error;
  } finally {
    watch.end();
  }
}

/** Aborts a connection on which nothing comes. */
class StallWatch {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal: AbortSignal;

  constructor({ stallMs = STALL_MS, signal }: ModelDownload) {
    this.#timer = setTimeout(() => this.#controller.abort(), stallMs);
    this.signal = AbortSignal.any([this.#controller.signal, ...(signal === undefined ? [] : [signal])]);
  }

  get hasStalled(): boolean {
    return this.#controller.signal.aborted;
  }

  somethingCame(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function store(
  download: ModelDownload,
  file: FileHandle,
  { start, totalBytes, body }: OpenedDownload,
  watch: StallWatch,
): Promise<void> {
  const report = progressReport(download, start, totalBytes);
  let position = start;
  try {
    for await (const chunk of body) {
      if (totalBytes !== null && position + chunk.length > totalBytes)
        throw new AppError(
          'CORRUPT_DATA',
          `${download.url} sends more than it announced; choose another source.`,
        );
      await file.write(chunk, 0, chunk.length, position);
      position += chunk.length;
      report(position, false);
      throwIfAborted(download.signal);
      watch.somethingCame();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (isDiskError(error))
      throw new AppError(
        'UNAVAILABLE',
        `${download.file} could not be written (${messageOf(error)}); free some space and start the download again.`,
        { cause: error, details: { reason: 'disk' } },
      );
    throw new RetryableDownloadError(messageOf(error));
  }
  report(position, true);
  if (totalBytes !== null && position < totalBytes)
    throw new RetryableDownloadError(`the connection ended after ${position} of ${totalBytes} bytes`);
}

function isDiskError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || code === 'EFBIG';
}

function progressReport(
  { clock, onProgress }: ModelDownload,
  start: number,
  totalBytes: number | null,
): (receivedBytes: number, isLast: boolean) => void {
  const startedAt = clock.now();
  let reportedAt = -Infinity;
  return (receivedBytes, isLast) => {
    const now = clock.now();
    if (!isLast && now - reportedAt < PROGRESS_INTERVAL_MS) return;
    reportedAt = now;
    const bytesPerSecond = now > startedAt ? ((receivedBytes - start) * 1000) / (now - startedAt) : null;
    const remainingMs =
      totalBytes === null || bytesPerSecond === null || bytesPerSecond === 0
        ? null
        : ((totalBytes - receivedBytes) * 1000) / bytesPerSecond;
    onProgress?.({ receivedBytes, totalBytes, bytesPerSecond, remainingMs });
  };
}

/** How much of the part can be kept: nothing of another address, nor more than there is. */
async function resumableBytes(download: ModelDownload, part: string): Promise<number> {
  const size = await sizeOf(part);
  if (size === 0) return 0;
  const known = await partOf(part);
  const isSame = known?.url === download.url && (known.etag !== null || download.sha256 !== null);
  return isSame && (download.bytes === null || size <= download.bytes) ? size : 0;
}

async function etagOf(download: ModelDownload, part: string): Promise<string | null> {
  const known = await partOf(part);
  return known?.url === download.url ? known.etag : null;
}

async function partOf(part: string): Promise<z.infer<typeof partSchema> | null> {
  const text = await readFile(`${part}.json`, 'utf8').catch(() => '');
  try {
    return partSchema.parse(JSON.parse(text));
  } catch {
    // Written by hand or cut off: the part starts anew.
    return null;
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** A part that fails goes: continuing it would fail again. */
async function check(
  download: ModelDownload,
  part: string,
): Promise<{ sha256: string; description: GgufDescription }> {
  try {
    const description = await readGgufFile(part, download.signal);
    const sha256 = await hashGgufFiles([part], { signal: download.signal });
    if (download.sha256 !== null && sha256 !== download.sha256)
      throw new AppError(
        'CORRUPT_DATA',
        `${download.file} does not have the published SHA-256 (${sha256} instead of ${download.sha256}); download it ` +
          'again, and if it recurs choose another source.',
      );
    return { sha256, description };
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'CANCELLED')) {
      await rm(part, { force: true });
      await rm(`${part}.json`, { force: true });
    }
    throw error;
  }
}

/** Makes the rename survive a power loss. Windows cannot sync folders and need not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
