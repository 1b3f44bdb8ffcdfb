import { extname } from 'node:path';

/** The scheme that only this application's own files are served under. */
export const PAGE_SCHEME = 'app';
export const PAGE_ORIGIN = `${PAGE_SCHEME}://studio`;

const FILE_PATH = /^\/(index\.html|assets\/[\w-][\w.-]*)$/u;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * The file of the built page that an address stands for, relative to its folder; null for everything else. Law: an
 * address is compared with the form of the names that the build gives its files, and never decoded, so that no folder
 * but the page's own can be named.
 */
export function rendererFile(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || `${parsed.protocol}//${parsed.host}` !== PAGE_ORIGIN) return null;
  if (parsed.username !== '' || parsed.password !== '') return null;
  const path = parsed.pathname === '' || parsed.pathname === '/' ? '/index.html' : parsed.pathname;
  return FILE_PATH.exec(path)?.[1] ?? null;
}

export function contentTypeOf(file: string): string {
  return CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
}
