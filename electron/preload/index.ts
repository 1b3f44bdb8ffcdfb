import { contextBridge, ipcRenderer } from 'electron';
import { BRIDGE_CHANNELS, type Bridge } from '../../core/contract/bridge.ts';

// The one thing between the page and main. Law: nothing but text crosses, on the channels named here; the page gets hold
// of neither `ipcRenderer` nor its events.

/** Replaces whoever listened before. */
function listen(channel: string, onText: (text: string) => void): void {
  ipcRenderer.removeAllListeners(channel);
  ipcRenderer.on(channel, (_event, text: unknown) => {
    if (typeof text === 'string') onText(text);
  });
}

function sendText(text: unknown): void {
  if (typeof text !== 'string') throw new TypeError(`A message is text, not ${typeof text}.`);
  ipcRenderer.send(BRIDGE_CHANNELS.message, text);
}

const bridge: Bridge = {
  open: () => ipcRenderer.send(BRIDGE_CHANNELS.open, ''),
  send: sendText,
  onMessage: (listener) => listen(BRIDGE_CHANNELS.message, (text) => listener(text)),
  onClose: (listener) => listen(BRIDGE_CHANNELS.close, () => listener()),
  close: () => ipcRenderer.send(BRIDGE_CHANNELS.close, ''),
  onCommand: (listener) => listen(BRIDGE_CHANNELS.command, (id) => listener(id)),
};

contextBridge.exposeInMainWorld('memskill', bridge);
