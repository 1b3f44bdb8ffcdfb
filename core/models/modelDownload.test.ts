import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { makeFolder } from './fixtures/testFolder.ts';
import { tinyGguf } from './fixtures/tinyGguf.ts';
import { downloadModel, type DownloadProgress, type ModelDownload } from './modelDownload.ts';

const MODEL = tinyGguf();
const SHA256 = createHash('sha256').update(MODEL).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse, index: number) => void;

/** A host on the loopback interface; `requests` are the ranges asked for. */
async function host(answer: Answer): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // Listening on a port, not on a path.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/model.gguf`, ranges };
}

/** As a host of files answers, ranges and entity tags included; after `sentBytes` nothing more comes. */
function serve(content: Buffer, { etag = '"1"', sentBytes = Infinity } = {}): Answer {
  return (request, response) => {
    const wanted = /^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1];
    const isCurrent = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const start = wanted === undefined || !isCurrent ? 0 : Number(wanted);
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    const headers = { etag, 'content-length': content.length - start };
    response.writeHead(
      start === 0 ? 200 : 206,
      start === 0 ? headers : { ...headers, 'content-range': range },
    );
    const end = Math.min(content.length, start + sentBytes);
    response.write(content.subarray(start, end));
    if (end === content.length) response.end();
  };
}

function wanting(url: string, more: Partial<ModelDownload> = {}): ModelDownload {
  const folder = makeFolder();
  onTestFinished(folder.remove);
  let nowMs = 0;
  // Each look at it is a second later.
  const clock = { now: () => (nowMs += 1000) };
  return {
    url,
    folder: join(folder.path, 'models'),
    file: 'model.gguf',
    bytes: MODEL.length,
    sha256: SHA256,
    clock,
    retryWaitsMs: [0, 0],
    stallMs: 1000,
    ...more,
  };
}

async function failure(work: Promise<unknown>): Promise<AppError> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error('no AppError', { cause: outcome });
}

test('a model is received, checked and named', async () => {
  const { url } = await host(serve(MODEL));
  const progress: DownloadProgress[] = [];
  const download = wanting(url, { bytes: null, sha256: null, onProgress: (one) => progress.push(one) });
  const model = await downloadModel(download);
  expect(model).toMatchObject({ path: join(download.folder, 'model.gguf'), sha256: SHA256 });
  expect(model.description).toMatchObject({ architecture: 'llama', files: [model.path] });
  expect(readFileSync(model.path).equals(MODEL)).toBe(true);
  expect(readdirSync(download.folder)).toEqual(['model.gguf']);
  expect(progress.at(-1)).toMatchObject({
    receivedBytes: MODEL.length,
    totalBytes: MODEL.length,
    remainingMs: 0,
  });
  expect(progress.at(-1)?.bytesPerSecond).toBeGreaterThan(0);
});

test('what stopped is taken up where it ended', async () => {
  const part = serve(MODEL, { sentBytes: 150_000 });
  const { url, ranges } = await host(part);
  const download = wanting(url);
  await downloadModel(download);
  expect(ranges).toEqual([undefined, 'bytes=150000-', 'bytes=300000-']);
  expect(readFileSync(join(download.folder, 'model.gguf')).equals(MODEL)).toBe(true);
});

test('a download that was given up or aborted goes on later', async () => {
  const controller = new AbortController();
  const { url, ranges } = await host((request, response, index) => {
    if (index === 0) serve(MODEL, { sentBytes: 100_000 })(request, response, index);
    else if (index < 4) response.writeHead(503).end();
    else serve(MODEL)(request, response, index);
  });
  const download = wanting(url);
  const given = await failure(downloadModel(download));
  expect(given.code).toBe('UNAVAILABLE');
  expect(given.message).toContain('the server answered 503');
  const aborted = downloadModel({
    ...download,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  expect((await failure(aborted)).code).toBe('CANCELLED');
  await downloadModel(download);
  expect(ranges.slice(0, 5)).toEqual([undefined, ...Array.from({ length: 4 }, () => 'bytes=100000-')]);
});

test('a part of other content is not continued', async () => {
  const other = Buffer.from(MODEL).fill(7, 6000);
  const { url, ranges } = await host((request, response, index) => {
    const old = serve(other, { etag: '"old"', sentBytes: 100_000 });
    (index === 0 ? old : serve(MODEL, { etag: '"new"' }))(request, response, index);
  });
  const { sha256 } = await downloadModel(wanting(url, { sha256: null }));
  expect(sha256).toBe(SHA256);
  expect(ranges).toEqual([undefined, 'bytes=100000-']);
});

test('a whole part of unknown length is not received again', async () => {
  const { url } = await host(serve(MODEL));
  const download = wanting(url, { bytes: null });
  await downloadModel(download);
  const again = { ...download, file: 'again.gguf' };
  writeFileSync(join(download.folder, 'again.gguf.part'), MODEL);
  writeFileSync(join(download.folder, 'again.gguf.part.json'), JSON.stringify({ url, etag: '"1"' }));
  expect((await downloadModel(again)).sha256).toBe(SHA256);
});

test.each([
  ['another hash', MODEL, { sha256: '0'.repeat(64) }, 'published SHA-256'],
  ['another size', MODEL, { bytes: MODEL.length + 1 }, 'instead of the published'],
  ['a web page', Buffer.from('<html>Please log in</html>'), { bytes: null, sha256: null }, 'not a GGUF file'],
  ['a truncated model', MODEL.subarray(0, 200_000), { bytes: null, sha256: null }, 'is cut off'],
] as const)('%s is refused and leaves no model', async (_name, content, more, words) => {
  const { url } = await host(serve(content));
  const download = wanting(url, more);
  expect((await failure(downloadModel(download))).message).toContain(words);
  expect(readdirSync(download.folder)).toEqual([]);
});

test('a connection that brings nothing is given up', async () => {
  const { url, ranges } = await host((request, response, index) => {
    if (index > 0) serve(MODEL)(request, response, index);
    else response.writeHead(200, { 'content-length': MODEL.length }).flushHeaders();
  });
  await downloadModel(wanting(url));
  expect(ranges.length).toBe(2);
});

test('nothing is received over a connection that is not encrypted', async () => {
  const { url, ranges } = await host((_request, response) => {
    response.writeHead(302, { location: 'http://models.invalid/model.gguf' }).end();
  });
  const redirected = await failure(downloadModel(wanting(url)));
  expect(redirected.code).toBe('INVALID_INPUT');
  expect(redirected.message).toContain('redirects to http://models.invalid/model.gguf');
  expect(ranges.length).toBe(1);
  for (const address of [
    'http://models.invalid/a.gguf',
    'ftp://127.0.0.1/a.gguf',
    'file:///a.gguf',
    'a.gguf',
  ])
    expect((await failure(downloadModel(wanting(address)))).code).toBe('INVALID_INPUT');
});

test('a redirect is followed, circles are not', async () => {
  const target = await host(serve(MODEL));
  const { url } = await host((_request, response) => {
    response.writeHead(302, { location: target.url }).end();
  });
  expect((await downloadModel(wanting(url))).sha256).toBe(SHA256);
  const circle = await host((request, response) => {
    response.writeHead(302, { location: request.url ?? '' }).end();
  });
  expect((await failure(downloadModel(wanting(circle.url)))).message).toContain('in circles');
});

test('names that lead elsewhere and files that are there are refused', async () => {
  const { url, ranges } = await host(serve(MODEL));
  for (const file of ['../a.gguf', 'a/b.gguf', '.gguf', 'a.bin', ''])
    expect((await failure(downloadModel(wanting(url, { file })))).code).toBe('INVALID_INPUT');
  const download = wanting(url);
  await downloadModel(download);
  expect((await failure(downloadModel(download))).code).toBe('CONFLICT');
  expect(existsSync(join(download.folder, 'model.gguf'))).toBe(true);
  expect(ranges.length).toBe(1);
});

test('a connection that breaks is opened again', async () => {
  const { url, ranges } = await host((request, response, index) => {
    if (index > 0) serve(MODEL)(request, response, index);
    else
      response
        .writeHead(200, { 'content-length': MODEL.length })
        .write(MODEL.subarray(0, 9), () => response.destroy());
  });
  expect((await downloadModel(wanting(url))).sha256).toBe(SHA256);
  expect(ranges.length).toBe(2);
});

test('an address that is gone is not tried again', async () => {
  const { url, ranges } = await host((_request, response) => response.writeHead(404).end());
  const error = await failure(downloadModel(wanting(url)));
  expect(error.details).toEqual({ reason: 'download', status: 404 });
  expect(ranges.length).toBe(1);
});
