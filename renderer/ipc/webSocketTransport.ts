import type { Transport } from '../../core/contract/rpc.ts';
import { TransportEnd } from '../../core/contract/transportEnd.ts';
import { AppError } from '../../core/shared/errors.ts';

// The page's end of what core/host/webHost.ts describes.

const SESSION_TIMEOUT_MS = 10_000;

function endOf(socket: WebSocket): TransportEnd {
  const end = new TransportEnd({
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  });
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') end.receive(data);
    else end.close();
  });
  socket.addEventListener('close', () => end.end(), { once: true });
  return end;
}

function abortError(reason: unknown): AppError {
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeout
    ? new AppError('UNAVAILABLE', 'The application did not answer in time; it is being tried again.')
    : new AppError('CANCELLED', 'Connecting to the application was given up.', { cause: reason });
}

/**
 * A connection to the host at `url`. Why it was refused is not told by a browser: ask `checkSession` first.
 *
 * @throws AppError UNAVAILABLE when it cannot be made or `signal` timed out, CANCELLED when `signal` was aborted.
 */
export async function connectWebSocket({
  url,
  token,
  signal,
}: {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
}): Promise<Transport> {
  if (signal.aborted) throw abortError(signal.reason);
  const socket = new WebSocket(url, [`memskill.${token}`]);
  // Before it is open, so that no message is missed.
  const transport = endOf(socket);
  const { promise, resolve, reject } = Promise.withResolvers<Transport>();
  const onAbort = (): void => {
    reject(abortError(signal.reason));
    socket.close();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  socket.addEventListener('open', () => resolve(transport), { once: true });
  transport.onClose(() =>
    reject(
      new AppError('UNAVAILABLE', 'The application cannot be reached; start it again if it was stopped.'),
    ),
  );
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Whether `token` is that of the launch that serves this page. */
export async function checkSession(token: string): Promise<'ok' | 'refused' | 'unreachable'> {
  try {
    const { status } = await fetch(new URL('/session', window.location.origin), {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(SESSION_TIMEOUT_MS),
    });
    if (status === 204) return 'ok';
    return status === 401 ? 'refused' : 'unreachable';
  } catch {
    // Nobody listens, or the answer did not come: what `unreachable` says.
    return 'unreachable';
  }
}
