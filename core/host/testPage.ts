/** A web host with a small page on disk, and the ways in that tests try. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import type { Transport } from '../contract/rpc.ts';
import { PageFiles } from './pageFiles.ts';
import { WebHost } from './webHost.ts';

export const INDEX_TEXT = '<!doctype html><title>Page</title>\n';
export const SCRIPT_TEXT = 'document.title = "ran";\n';
/** Lies beside the page's folder and must never be served. */
export const SECRET_TEXT = 'what is outside stays outside';

/** `page/` with an index and a script, and a secret beside it; gone when the test has ended. */
export function makePageFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), INDEX_TEXT);
  writeFileSync(join(page, 'assets', 'main-a1b2c3.js'), SCRIPT_TEXT);
  writeFileSync(join(folder, 'package.json'), SECRET_TEXT);
  return page;
}

export interface TestHost {
  readonly host: WebHost;
  readonly pageFolder: string;
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly origin: string;
  readonly token: string;
}

export async function startHost(onPage: (page: Transport) => void = () => undefined): Promise<TestHost> {
  const pageFolder = makePageFolder();
  const host = await WebHost.start({ files: PageFiles.read(pageFolder), port: 0, onPage });
  onTestFinished(() => host.close());
  const { host: address, origin, port, hash } = new URL(host.url);
  return { host, pageFolder, port: Number(port), address, origin, token: hash.slice('#token='.length) };
}

/** Answers each page with what it sent. */
export function echo(page: Transport): void {
  page.onMessage((text) => page.send(text));
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they are, which HTTP clients would tidy up first, and gives the first answer. */
export function sendRaw(port: number, lines: readonly string[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write([...lines, '', ''].join('\r\n')));
    let text = '';
    socket.setEncoding('latin1');
    const finish = (): void => {
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      const [statusLine = '', ...rest] = head.split('\r\n');
      const headers = Object.fromEntries(
        rest.map((line) => [
          line.slice(0, line.indexOf(':')).toLowerCase(),
          line.slice(line.indexOf(':') + 2),
        ]),
      );
      resolve({ status: Number(statusLine.split(' ')[1]), headers, body });
    };
    socket.on('data', (part: string) => {
      text += part;
      // An accepted upgrade stays open.
      if (text.startsWith('HTTP/1.1 101') && text.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', finish);
  });
}

/** A request for `target`, exactly as written. */
export function get(
  { port, address }: TestHost,
  target: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<RawAnswer> {
  const all = { Host: address, Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(port, [`${method} ${target} HTTP/1.1`, ...lines]);
}

/** An upgrade as a browser asks for it, with some headers changed or, where null, left out. */
export function upgrade(
  testHost: TestHost,
  changes: Readonly<Record<string, string | null>> = {},
  target = '/rpc',
): Promise<RawAnswer> {
  const all: Readonly<Record<string, string | null>> = {
    Host: testHost.address,
    Origin: testHost.origin,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': `memskill.${testHost.token}`,
    ...changes,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return sendRaw(testHost.port, [`GET ${target} HTTP/1.1`, ...lines]);
}

/** A page's socket that may come in, once it is open. */
export async function openPage(
  { address, origin, token }: Pick<TestHost, 'address' | 'origin' | 'token'>,
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${address}/rpc`, [`memskill.${token}`], { origin, ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

export function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => void socket.once('close', resolve));
}

export function nextText(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => void socket.once('message', (data: Buffer) => resolve(data.toString())));
}
