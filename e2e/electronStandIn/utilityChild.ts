import { EventEmitter } from 'node:events';

// For `node --import` in a utility process of the stand-in: its entry finds what Electron gives it.

const send = process.send?.bind(process);
const parentPort = new EventEmitter();
Object.assign(parentPort, {
  postMessage: (message: unknown): void => {
    if (process.connected) send?.(message);
  },
});
// What comes before somebody listens waits, as it does in Electron.
parentPort.once('newListener', () => {
  process.on('message', (data) => parentPort.emit('message', { data, ports: [] }));
});
// A utility process ends with the application, however that ends.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Electron has no channel of Node's.
Object.defineProperty(process, 'send', { value: undefined });
Object.defineProperty(process, 'parentPort', { value: parentPort });
