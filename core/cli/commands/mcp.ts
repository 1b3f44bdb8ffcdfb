import { join, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { sourcePlatform } from '../../app/platform.ts';
import { WorkspaceLink } from '../../app/workspaceLink.ts';
import { clientConfigs } from '../../exchange/mcp/clientConfigs.ts';
import { systemClock } from '../../shared/clock.ts';
import { UsageError, type CommandContext, type CommandSpec } from '../command.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');

function printConfigs(context: CommandContext, canWrite: boolean): void {
  const { output } = context;
  const configs = clientConfigs({
    command: process.execPath,
    args: [MAIN, 'mcp', '--workspace', resolve(context.workspaceDir), ...(canWrite ? ['--write'] : [])],
  });
  for (const { client, file, config } of configs)
    output.line(`${client}, in ${file}:\n${JSON.stringify(config, null, 2)}\n`);
  output.json(configs);
}

async function serve(context: CommandContext, canWrite: boolean): Promise<void> {
  const { workspaceDir, signal } = context;
  // No other command needs the SDK, which takes a while to load.
  const { serveOnStdio } = await import('../../exchange/mcp/serveOnStdio.ts');
  const link = new WorkspaceLink(workspaceDir, { platform: sourcePlatform, clock: systemClock });
  const options = { workspace: link, canWrite, version: packageJson.version };
  // Clients end a server this way, too.
  const terminated = new AbortController();
  const onTerminate = (): void => terminated.abort();
  process.once('SIGTERM', onTerminate);
  try {
    await serveOnStdio(options, AbortSignal.any([signal, terminated.signal]));
  } finally {
    process.removeListener('SIGTERM', onTerminate);
    await link.close();
  }
}

async function run(context: CommandContext): Promise<void> {
  const canWrite = context.flags['write'] === true;
  if (context.flags['print-config'] === true) {
    printConfigs(context, canWrite);
    return;
  }
  if (context.flags['json'] === true)
    throw new UsageError('mcp speaks its protocol on stdout; --json is for --print-config.');
  await serve(context, canWrite);
}

export const mcpCommand: CommandSpec = {
  name: 'mcp',
  usage: 'mcp [--write] | mcp --print-config [--write]',
  summary:
    'Serves skills and live memory to agents over the Model Context Protocol on stdin and stdout. Works beside the open application and other clients; it only reads unless started with --write.',
  flags: [
    { flag: 'write', value: null, description: 'offer the tools that remember and forget, too' },
    { flag: 'print-config', value: null, description: 'print the configuration for three clients, and end' },
  ],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
