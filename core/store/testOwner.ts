/** A process that opens the workspace named on the command line for a test and says on stdout how that went. */
import { setTimeout as sleep } from 'node:timers/promises';
import { required } from '../shared/assertions.ts';
import { systemClock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { Workspace } from './workspace.ts';

const folder = required(process.argv[2], 'workspace folder');
try {
  const workspace = await Workspace.open(folder, { clock: systemClock });
  await workspace.serve((transport) => {
    transport.onMessage((text) => {
      if (text === 'die') process.kill(process.pid, 'SIGKILL');
      transport.send(`${text} ${process.pid}`);
    });
  });
  console.log('open');
  await sleep(60_000);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  console.log(`${error.code} ${String(error.details?.['pid'])}`);
}
