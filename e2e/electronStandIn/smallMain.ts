// A main process in small, for the tests of the stand-in itself.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, ipcMain, Menu, protocol, session } from 'electron';

const PRELOAD = `
const { contextBridge, ipcRenderer } = require('electron');
contextBridge.exposeInMainWorld('bridge', {
  send: (text) => ipcRenderer.send('echo', text),
  onText: (listener) => ipcRenderer.on('echo', (_event, text) => listener(text)),
});`;
const PAGE = '<!doctype html><title>Small</title><p role="log"></p><script src="page.js"></script>';
const SCRIPT = `
bridge.onText((text) => {
  document.querySelector('p').textContent += text + ';';
});
bridge.send('hello');`;
const FILES: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  '/page.html': { type: 'text/html', body: PAGE },
  '/page.js': { type: 'text/javascript', body: SCRIPT },
};

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }]);
if (!app.requestSingleInstanceLock()) app.exit(7);
await app.whenReady();

session.defaultSession.setPermissionCheckHandler(() => false);
session.defaultSession.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
protocol.handle('app', ({ url }) => {
  const file = FILES[new URL(url).pathname];
  if (file === undefined) return new Response('', { status: 404 });
  const headers = {
    'Content-Type': file.type,
    'Content-Security-Policy': "default-src 'none'; script-src 'self'",
  };
  return new Response(file.body, { headers });
});

const preload = join(app.getPath('userData'), 'preload.cjs');
writeFileSync(preload, PRELOAD);
const window = new BrowserWindow({
  width: 640,
  height: 480,
  webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, preload },
});
window.webContents.on('will-navigate', (event) => event.preventDefault());
window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
ipcMain.on('echo', (event, text) => {
  const { sender, senderFrame } = event;
  const isKnown = sender === window.webContents && senderFrame === window.webContents.mainFrame;
  sender.send('echo', `${String(text)} from ${String(senderFrame?.origin)} ${isKnown}`);
});
const useWhatIsMissing = (): void => app.clearRecentDocuments();
Menu.setApplicationMenu(
  Menu.buildFromTemplate([
    { label: 'File', submenu: [{ label: 'Say', click: () => window.webContents.send('echo', 'menu') }] },
    { label: 'Help', submenu: [{ label: 'Use what is missing', click: useWhatIsMissing }] },
  ]),
);
let wasAsked = false;
app.on('before-quit', (event) => {
  if (wasAsked) return;
  wasAsked = true;
  event.preventDefault();
  // As an application that has something to finish first.
  setImmediate(() => app.quit());
});
await window.loadURL('app://studio/page.html');
