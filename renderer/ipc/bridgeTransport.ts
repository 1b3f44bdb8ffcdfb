import type { Bridge } from '../../core/contract/bridge.ts';
import type { Transport } from '../../core/contract/rpc.ts';
import { TransportEnd } from '../../core/contract/transportEnd.ts';

/**
 * Makes connections over the one bridge that a page has. The bridge lives as long as the page and is listened to once;
 * a new connection ends the one before.
 */
export function createBridgeConnector(bridge: Bridge): () => Transport {
  let current: TransportEnd | null = null;
  bridge.onMessage((text) => current?.receive(text));
  bridge.onClose(() => current?.end());
  return () => {
    current?.end();
    current = new TransportEnd(bridge);
    bridge.open();
    return current;
  };
}
