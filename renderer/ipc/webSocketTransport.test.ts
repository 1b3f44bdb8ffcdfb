import { expect, onTestFinished, test, vi } from 'vitest';
import type { Transport } from '../../core/contract/rpc.ts';
import { echo, startHost, type TestHost } from '../../core/host/testPage.ts';
import { checkSession, connectWebSocket } from './webSocketTransport.ts';

const NodeWebSocket = globalThis.WebSocket;

/** What a browser adds by itself for a page of `origin`: the Origin header of its sockets, and where it is. */
function standOn(origin: string): { readonly sockets: readonly WebSocket[] } {
  const sockets: WebSocket[] = [];
  vi.stubGlobal(
    'WebSocket',
    class extends NodeWebSocket {
      constructor(url: string, protocols: string[]) {
        // Node takes headers here, which the types of browsers do not know.
        super(url, { protocols, headers: { origin } } as unknown as string[]);
        sockets.push(this);
      }
    },
  );
  vi.stubGlobal('window', { location: { origin } });
  onTestFinished(() => void vi.unstubAllGlobals());
  return { sockets };
}

async function hostWithPage(onPage: (page: Transport) => void): Promise<TestHost> {
  const testHost = await startHost(onPage);
  standOn(testHost.origin);
  return testHost;
}

const connectTo = (
  { address }: Pick<TestHost, 'address'>,
  token: string,
  signal = new AbortController().signal,
): Promise<Transport> => connectWebSocket({ url: `ws://${address}/rpc`, token, signal });

const nextMessage = (transport: Transport): Promise<string> =>
  new Promise((resolve) => transport.onMessage(resolve));
const closed = (transport: Transport): Promise<void> => new Promise((resolve) => transport.onClose(resolve));

test('messages go both ways; those that come before anybody listens are kept, in order', async () => {
  const testHost = await startHost((page) => {
    page.send('hello');
    page.send('again');
    echo(page);
  });
  const { sockets } = standOn(testHost.origin);
  const transport = await connectTo(testHost, testHost.token);
  const last = new Promise<void>((resolve) => {
    sockets[0]?.addEventListener('message', ({ data }) => {
      if (data === 'from the page') resolve();
    });
  });
  transport.send('from the page');
  await last;
  const heard: string[] = [];
  transport.onMessage((text) => void heard.push(text));
  expect(heard).toEqual(['hello', 'again', 'from the page']);
});

test('what was sent before closing arrives', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const testHost = await hostWithPage((page) => page.onMessage(resolve));
  const transport = await connectTo(testHost, testHost.token);
  transport.send('the last word');
  transport.close();
  transport.send('nobody hears this');
  expect(await promise).toBe('the last word');
  await closed(transport);
  await closed(transport);
  transport.send('nor this');
});

test('the end of the host is told', async () => {
  const testHost = await hostWithPage(echo);
  const transport = await connectTo(testHost, testHost.token);
  transport.send('x');
  await nextMessage(transport);
  const gone = closed(transport);
  await testHost.host.close();
  await gone;
});

test('who is refused or finds nobody is told that it cannot be reached', async () => {
  const testHost = await hostWithPage(echo);
  const refusal = { code: 'UNAVAILABLE' };
  await expect(connectTo(testHost, 'another-token')).rejects.toMatchObject(refusal);
  standOn('http://127.0.0.1:1');
  await expect(connectTo(testHost, testHost.token)).rejects.toMatchObject(refusal);
  await testHost.host.close();
  standOn(testHost.origin);
  await expect(connectTo(testHost, testHost.token)).rejects.toMatchObject(refusal);
});

test('connecting can be given up, and ends when the time is over', async () => {
  const testHost = await hostWithPage(echo);
  const controller = new AbortController();
  const connecting = connectTo(testHost, testHost.token, controller.signal);
  controller.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(connectTo(testHost, testHost.token, controller.signal)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const timedOut = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
  await expect(connectTo(testHost, testHost.token, timedOut)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('the session tells a good token, a wrong one and nobody apart', async () => {
  const testHost = await hostWithPage(echo);
  expect(await checkSession(testHost.token)).toBe('ok');
  expect(await checkSession('another-token')).toBe('refused');
  await testHost.host.close();
  expect(await checkSession(testHost.token)).toBe('unreachable');
});
