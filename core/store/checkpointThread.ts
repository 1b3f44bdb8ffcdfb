import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../shared/assertions.ts';
import { WalCheckpointer } from './database.ts';

/** Entry of the thread that moves a database's write-ahead log into its file, for as long as it is told to. */
const port = required(parentPort, 'the port of a worker thread');
const checkpointer = new WalCheckpointer(String(workerData));

port.on('message', (request: 'checkpoint' | 'close') => {
  if (request === 'checkpoint') {
    checkpointer.run();
    port.postMessage('done');
    return;
  }
  checkpointer.close();
  port.close();
});
