/**
 * The built page, read into memory once. Law: only a path that was a file of the folder when it was read can be asked
 * for, compared as it stands and never decoded or joined to a folder, so that nothing else can be named; and a page that
 * is built anew meanwhile does not mix with the one that is being served.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { systemErrorCode } from '../store/fileError.ts';
import { AppError } from '../shared/errors.ts';

const INDEX = '/index.html';
/** Their names carry a hash of their content. */
const HASHED_PREFIX = '/assets/';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

interface PageFile {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly etag: string;
}

function readPageFile(path: string, urlPath: string): PageFile {
  const content = readFileSync(path);
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  return {
    content,
    etag,
    headers: {
      'Content-Type': CONTENT_TYPES[extname(urlPath)] ?? 'application/octet-stream',
      'Cache-Control': urlPath.startsWith(HASHED_PREFIX) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: etag,
    },
  };
}

export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** @throws AppError UNAVAILABLE when the page is not built. */
  static read(folder: string): PageFiles {
    const files = new Map<string, PageFile>();
    try {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const urlPath = `/${relative(folder, path).replaceAll(sep, '/')}`;
        files.set(urlPath, readPageFile(path, urlPath));
      }
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    }
    const index = files.get(INDEX);
    if (index === undefined) {
      throw new AppError(
        'UNAVAILABLE',
        `The screens are not built (there is no ${join(folder, 'index.html')}): run "npm run build" first.`,
        { details: { folder } },
      );
    }
    files.set('/', index);
    return new PageFiles(files);
  }

  /** Answers a GET or HEAD for `path`; false when there is no such file, and nothing was answered. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const file = this.#files.get(path);
    if (file === undefined) return false;
    const isKnown = request.headers['if-none-match'] === file.etag;
    if (isKnown) response.writeHead(304, file.headers).end();
    else {
      response.writeHead(200, { ...file.headers, 'Content-Length': file.content.length });
      response.end(request.method === 'HEAD' ? undefined : file.content);
    }
    return true;
  }
}
