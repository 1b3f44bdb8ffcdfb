import { connectWorkspace } from '../app/connectWorkspace.ts';
import { sourcePlatform } from '../app/platform.ts';
import { defaultWorkspace } from '../config/environment.ts';
import type { Client } from '../contract/rpc.ts';
import { systemClock } from '../shared/clock.ts';
import { AppError, messageOf } from '../shared/errors.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { parseCommandLine, UsageError, type CommandSpec } from './command.ts';
import { bankCommand } from './commands/bank.ts';
import { benchCommand } from './commands/bench.ts';
import { casesCommand } from './commands/cases.ts';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { mcpCommand } from './commands/mcp.ts';
import { experimentCommand } from './commands/experiment.ts';
import { memoryCommand } from './commands/memory.ts';
import { evaluationsCommand } from './commands/evaluations.ts';
import { modelsCommand } from './commands/models.ts';
import { proposalsCommand } from './commands/proposals.ts';
import { reviewCommand } from './commands/review.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { trainCommand } from './commands/train.ts';
import { worldCommand } from './commands/world.ts';
import { helpText, overviewText } from './helpText.ts';
import { listenForInterrupt, type Interrupt } from './interrupt.ts';
import { createTerminalOutput, type TerminalOptions } from './terminalOutput.ts';

const EXIT_DONE = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const COMMANDS: readonly CommandSpec[] = [
  demoCommand,
  trainCommand,
  evalCommand,
  evaluationsCommand,
  experimentCommand,
  runsCommand,
  casesCommand,
  proposalsCommand,
  reviewCommand,
  bankCommand,
  memoryCommand,
  mcpCommand,
  dataCommand,
  modelsCommand,
  serveCommand,
  worldCommand,
  benchCommand,
  doctorCommand,
];

export interface Streams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: TerminalOptions['stderr'];
}

function interruptible(output: { clear(): void }, stderr: Streams['stderr']): Interrupt {
  const interrupt = listenForInterrupt({
    process,
    clock: systemClock,
    onFirst: () => {
      output.clear();
      stderr.write('Stopping; Ctrl-C once more ends at once.\n');
    },
    onSecond: () => {
      interrupt.stopListening();
      process.kill(process.pid, 'SIGINT');
    },
  });
  return interrupt;
}

async function execute(
  command: CommandSpec,
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<void> {
  const parsed = parseCommandLine(command, args);
  if (parsed.flags.help === true) {
    stdout.write(`${helpText(command)}\n`);
    return;
  }
  const output = createTerminalOutput({
    isJson: parsed.flags.json === true,
    stdout,
    stderr,
    clock: systemClock,
  });
  const interrupt = command.handlesInterrupt ? interruptible(output, stderr) : null;
  const workspaceDir =
    typeof parsed.flags.workspace === 'string' ? parsed.flags.workspace : defaultWorkspace();
  const closers: (() => Promise<void>)[] = [];
  const connect = async (dir = workspaceDir): Promise<Client> => {
    const connected = await connectWorkspace(dir, { platform: sourcePlatform, clock: systemClock });
    closers.push(connected.close);
    return connected.client;
  };
  try {
    await command.run({
      positionals: parsed.positionals,
      flags: parsed.flags,
      runOptions: parsed.runOptions,
      workspaceDir,
      output,
      signal: interrupt?.signal ?? new AbortController().signal,
      connect,
    });
  } finally {
    output.clear();
    for (const close of closers) await close();
    interrupt?.stopListening();
  }
}

/** Runs one command and returns the exit status: 0 done (also when paused by Ctrl-C), 1 failed, 2 wrong usage. */
export async function runCommandLine(args: readonly string[], streams: Streams): Promise<number> {
  const { stdout, stderr } = streams;
  const [name, ...rest] = args;
  if (name === '--version') {
    stdout.write(`${packageJson.version}\n`);
    return EXIT_DONE;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    stdout.write(`${overviewText(COMMANDS)}\n`);
    return name === undefined ? EXIT_USAGE : EXIT_DONE;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) {
    const what = name.startsWith('-') ? 'The command comes first; there is no option' : 'There is no command';
    stderr.write(`memskill: ${what} "${name}"; "memskill --help" lists the commands.\n`);
    return EXIT_USAGE;
  }
  try {
    await execute(command, rest, streams);
    return EXIT_DONE;
  } catch (error) {
    stderr.write(`memskill: ${messageOf(error)}\n`);
    if (error instanceof UsageError) return EXIT_USAGE;
    if (!(error instanceof AppError) || error.code === 'INTERNAL') {
      stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
    }
    return EXIT_FAILED;
  }
}
