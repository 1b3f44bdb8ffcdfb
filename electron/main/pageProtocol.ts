import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Protocol } from 'electron';
import { pageHeaders } from '../../core/host/pageHeaders.ts';
import { systemErrorCode } from '../../core/store/fileError.ts';
import { contentTypeOf, PAGE_SCHEME, rendererFile } from './rendererFile.ts';

/** The page talks to nobody: what it needs comes over the bridge. */
const HEADERS = pageHeaders({ connect: [] });

/** Has to be called before the application is ready. */
export function registerPageScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Null when there is no such file. */
async function readPageFile(path: string): Promise<Buffer<ArrayBuffer> | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function refuse(status: 404 | 405): Response {
  return new Response(null, { status, headers: HEADERS });
}

/** Answers requests under the page's scheme with the files of the built page. */
export function createPageHandler(pageFolder: string): (request: Request) => Promise<Response> {
  return async ({ method, url }) => {
    if (method !== 'GET') return refuse(405);
    const file = rendererFile(url);
    const content = file === null ? null : await readPageFile(join(pageFolder, file));
    if (file === null || content === null) return refuse(404);
    return new Response(content, { headers: { ...HEADERS, 'Content-Type': contentTypeOf(file) } });
  };
}
