import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { required } from '../../shared/assertions.ts';

/** Entry of a thread that has nothing to do: what delays its event loop is the machine. Answers with the longest, in ns. */
const port = required(parentPort, 'the port of a worker thread');
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
port.once('message', () => port.postMessage(delay.max));
port.postMessage('ready');
