import { AppError } from '../../shared/errors.ts';

/** Where an inference server is, from what a person wrote. Law: an address holds no secret. */
export interface ServerAddress {
  readonly url: URL;
  /** Origin and path, without a slash at the end: names the server in ids and messages. */
  readonly base: string;
  /** `base` without the `/v1` at its end: calls of a server's own start there. */
  readonly root: string;
}

function invalid(problem: string): AppError {
  // The address is not quoted: it may hold a password.
  return new AppError(
    'INVALID_INPUT',
    `The address of the server ${problem}: write it like http://127.0.0.1:8080/v1.`,
    { details: { path: 'baseUrl' } },
  );
}

/** @throws AppError INVALID_INPUT. */
export function parseAddress(baseUrl: string): ServerAddress {
  const url = URL.parse(baseUrl.trim());
  if (url === null) throw invalid('is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid('is not one of http or https');
  if (url.username !== '' || url.password !== '')
    throw invalid('holds a user name or password, which belongs into the API key');
  if (url.search !== '' || url.hash !== '') throw invalid('holds a query or fragment');
  const base = url.origin + url.pathname.replace(/\/+$/u, '');
  return { url, base, root: base.replace(/\/v1$/u, '') };
}

/** Whether what is sent there stays on this machine. The URL parser has brought IPv4 addresses into their usual form. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);
}

/** The key as it is sent; null for none. @throws AppError INVALID_INPUT when a header cannot carry it. */
export function parseApiKey(apiKey: string | undefined): string | null {
  const key = apiKey?.trim() ?? '';
  if (key === '') return null;
  if (!/^[\x21-\x7e]+$/u.test(key))
    throw new AppError(
      'INVALID_INPUT',
      'The API key holds characters that a request cannot carry: copy it again, without spaces.',
      { details: { path: 'apiKey' } },
    );
  return key;
}
