import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourcePlatform } from '../../app/platform.ts';
import { openBrowser } from '../../host/openBrowser.ts';
import { serveWorkspace } from '../../host/serveWorkspace.ts';
import { systemClock } from '../../shared/clock.ts';
import { countFlag, listFlag, type CommandContext, type CommandSpec } from '../command.ts';

const PAGE_FOLDER = fileURLToPath(new URL('../../../out/renderer', import.meta.url));

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

async function serveUntil(signal: AbortSignal, context: CommandContext): Promise<void> {
  const { output } = context;
  const workspace = resolve(context.workspaceDir);
  const served = await serveWorkspace({
    workspaceDir: workspace,
    folders: listFlag(context, 'folder'),
    pageFolder: PAGE_FOLDER,
    port: countFlag(context, 'port', { minimum: 1, maximum: 65_535 }) ?? 0,
    platform: sourcePlatform,
    clock: systemClock,
  });
  try {
    output.line(`MemSkill Studio: ${served.url}`);
    output.json({ url: served.url, pid: process.pid, workspace });
    if (context.flags['open'] === true)
      void openBrowser(served.createTicketUrl(), (text) => output.warn(text));
    await aborted(signal);
  } finally {
    await served.close();
  }
}

async function run(context: CommandContext): Promise<void> {
  // Whoever runs it as a service ends it this way; heard from before the address is printed.
  const terminated = new AbortController();
  const onTerminate = (): void => terminated.abort();
  process.once('SIGTERM', onTerminate);
  try {
    await serveUntil(AbortSignal.any([context.signal, terminated.signal]), context);
  } finally {
    process.removeListener('SIGTERM', onTerminate);
  }
}

export const serveCommand: CommandSpec = {
  name: 'serve',
  usage: 'serve [--open] [--port N] [--folder DIR]...',
  summary:
    'Serves the screens of a workspace to browsers on this machine, at the address it prints, which only whoever knows it can use. Ctrl-C pauses what trains and ends.',
  flags: [
    { flag: 'open', value: null, description: 'open the address in the default browser' },
    { flag: 'port', value: 'N', description: 'port of 127.0.0.1 (default: any that is free)' },
    {
      flag: 'folder',
      value: 'DIR',
      isList: true,
      description: 'a folder that data files may be chosen from, besides the workspace; may be repeated',
    },
  ],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
