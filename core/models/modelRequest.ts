import { AppError, messageOf } from '../shared/errors.ts';

/** The same request may succeed later. */
export class RetryableDownloadError extends Error {
  override readonly name = 'RetryableDownloadError';
  /** What was received before does not belong to what the server has now. */
  readonly isPartWrong: boolean;

  constructor(message: string, isPartWrong = false) {
    super(message);
    this.isPartWrong = isPartWrong;
  }
}

export interface DownloadRange {
  readonly url: string;
  /** First byte that is wanted; null is all of it. */
  readonly from: number | null;
  /** Of what was received before; the server starts anew when its content has changed. */
  readonly etag: string | null;
  readonly signal: AbortSignal;
}

export interface OpenedDownload {
  /** Of the first byte of `body`. */
  readonly start: number;
  readonly totalBytes: number | null;
  /** Strong ones only: a weak one does not promise equal bytes. */
  readonly etag: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

const MAX_REDIRECTS = 5;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Opens a download, following redirects only to https: what is received becomes input of native code.
 * @throws AppError INVALID_INPUT, UNAVAILABLE; RetryableDownloadError.
 */
export async function openDownload(range: DownloadRange): Promise<OpenedDownload> {
  let url = checkedUrl(range.url, null);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await request(url, range);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return opened(response, range);
    await response.body?.cancel();
    url = checkedUrl(new URL(location, url).href, url);
  }
  throw new AppError('UNAVAILABLE', `${range.url} redirects in circles; choose another source.`);
}

function checkedUrl(text: string, before: URL | null): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url?.protocol === 'http:' && LOOPBACK.has(url.hostname);
  // From a public host, the loopback interface is somebody else's business.
  if (url !== null && (url.protocol === 'https:' || (isLocal && before?.protocol !== 'https:'))) return url;
  throw new AppError(
    'INVALID_INPUT',
    before === null
      ? `${text} is no address to download from; use one that starts with https.`
      : `${before.href} redirects to ${text}, which is not encrypted; choose another source.`,
  );
}

async function request(url: URL, { from, etag, signal }: DownloadRange): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (from !== null) headers['range'] = `bytes=${from}-`;
  if (from !== null && etag !== null) headers['if-range'] = etag;
  try {
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new RetryableDownloadError(messageOf(cause));
  }
}

async function opened(response: Response, { url, from }: DownloadRange): Promise<OpenedDownload> {
  const etag = response.headers.get('etag');
  const strong = etag === null || etag.startsWith('W/') ? null : etag;
  if (response.status === 200 && response.body !== null)
    return {
      start: 0,
      totalBytes: naturalNumber(response.headers.get('content-length')),
      etag: strong,
      body: response.body,
    };
  if (response.status === 206 && response.body !== null) {
    const match = /^bytes (\d+)-\d+\/(\d+|\*)$/u.exec(response.headers.get('content-range') ?? '');
    if (match !== null && Number(match[1]) === (from ?? 0))
      return {
        start: from ?? 0,
        totalBytes: naturalNumber(match[2] ?? null),
        etag: strong,
        body: response.body,
      };
  }
  await response.body?.cancel();
  const { status } = response;
  if (status === 206)
    throw new AppError(
      'UNAVAILABLE',
      `${url} answers with another part than was asked for; choose another source.`,
    );
  if (status === 416) {
    const end = /^bytes \*\/(\d+)$/u.exec(response.headers.get('content-range') ?? '')?.[1];
    // Nothing begins where a whole part ends.
    if (end !== undefined && Number(end) === from)
      return { start: from, totalBytes: from, etag: strong, body: noBytes() };
    throw new RetryableDownloadError('the server has less than was received before', true);
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new RetryableDownloadError(`the server answered ${status}`);
  throw new AppError(
    'UNAVAILABLE',
    `${url} cannot be downloaded, the server answered ${status}; check the address and whether it asks for a login.`,
    { details: { reason: 'download', status } },
  );
}

function naturalNumber(text: string | null): number | null {
  return text !== null && /^\d+$/u.test(text) ? Number(text) : null;
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // Nothing is left to send.
}
