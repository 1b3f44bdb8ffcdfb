import type { Bridge } from '../../core/contract/bridge.ts';
import type { Transport } from '../../core/contract/rpc.ts';
import { AppError } from '../../core/shared/errors.ts';
import { createBridgeConnector } from './bridgeTransport.ts';
import { takeToken } from './sessionToken.ts';
import { checkSession, connectWebSocket } from './webSocketTransport.ts';

declare global {
  interface Window {
    /** What the preload script offers; absent in a browser. */
    readonly memskill?: Bridge;
  }
}

const CONNECT_TIMEOUT_MS = 10_000;

const connectBridge = window.memskill === undefined ? null : createBridgeConnector(window.memskill);

/**
 * A connection to whatever shell shows this page.
 *
 * @throws AppError INVALID_INPUT when the page was opened without the token of this launch, UNAVAILABLE when nobody
 * answers.
 */
export async function connectPage(): Promise<Transport> {
  if (connectBridge !== null) return connectBridge();
  const token = takeToken(window);
  const session = token === null ? 'refused' : await checkSession(token);
  if (token === null || session === 'refused') {
    throw new AppError(
      'INVALID_INPUT',
      'This address is not valid any more: open the one that the application printed when it was started.',
    );
  }
  if (session === 'unreachable') {
    throw new AppError('UNAVAILABLE', 'The application does not answer; start it again if it was stopped.');
  }
  const url = `ws://${window.location.host}/rpc`;
  return connectWebSocket({ url, token, signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
}

/** Commands chosen in the native menu, where there is one. */
export function onMenuCommand(listener: (id: string) => void): void {
  window.memskill?.onCommand(listener);
}
