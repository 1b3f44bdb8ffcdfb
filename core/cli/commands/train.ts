import type { Client } from '../../contract/rpc.ts';
import { runCapsSchema, type RunCaps, type TrainResult } from '../../contract/run.ts';
import { AppError } from '../../shared/errors.ts';
import { hint, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { callsLeft, reportForecast, reportOutlook, reportPreset, warnOfCaps } from '../forecastReport.ts';
import { reportInspection } from './data.ts';
import { checkedChanges, checkedRunOptions } from '../runOptions.ts';
import { formatTable, points } from '../table.ts';
import { formatDuration } from '../terminalOutput.ts';

function goOn(runId: string, context: CommandContext): string {
  return `go on with ${hint(context, `train --resume ${runId}`)}.`;
}

const MAX_NAME_LENGTH = 100;

/** Follows a run to its end on the terminal; Ctrl-C pauses it and keeps its state. */
export async function followRun(
  client: Client,
  runId: string,
  context: CommandContext,
): Promise<TrainResult> {
  /** Restarts of model processes that were told of. */
  let told = 0;
  const stop = client.on('runs.onProgress', (progress) => {
    if (progress.runId !== runId) return;
    const reward = progress.reward === null ? '' : ` reward ${points(progress.reward)},`;
    const { restarts = 0, latest = '' } = progress.modelTrouble ?? {};
    if (restarts > told) context.output.warn(latest);
    told = restarts;
    context.output.progress({
      done: progress.step,
      total: progress.steps,
      etaMs: progress.etaMs,
      label: `stage ${progress.stage + 1}/${progress.stages},${reward} ${progress.activity}${callsLeft(progress.outlook)}`,
    });
  });
  const pause = (): void => {
    // A connection that is lost makes the wait below fail, which says so.
    client.call('runs.pause', { runId }).catch(() => undefined);
  };
  if (context.signal.aborted) pause();
  context.signal.addEventListener('abort', pause, { once: true });
  try {
    return await client.call('runs.wait', { runId });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
    throw new AppError('UNAVAILABLE', `${error.message} Run ${runId} is saved: ${goOn(runId, context)}`, {
      cause: error,
    });
  } finally {
    context.signal.removeEventListener('abort', pause);
    stop();
  }
}

/** The report of a run that stopped. */
export function reportRun(result: TrainResult, context: CommandContext): void {
  const { output } = context;
  output.line(
    `Run ${result.run}: ${result.status} after ${formatDuration(result.seconds * 1000)}, peak ${Math.round(result.peakMiB)} MiB`,
  );
  output.line();
  const rows = result.stages.map((stage) => [
    stage.stage + 1,
    points(stage.reward),
    stage.selectionScore === null ? '-' : points(stage.selectionScore),
    `v${stage.bankVersion}`,
    stage.action,
  ]);
  for (const line of formatTable(['stage', 'reward', 'selection', 'bank', 'what happened'], rows))
    output.line(line);
  output.line();
  output.line(
    `Bank v${result.bank.version} ${result.bank.hash.slice(0, 12)}, ${result.bank.skills} skills; metrics ${result.metricsHash.slice(0, 12)}`,
  );
  if (result.outlook !== null) reportOutlook(result.outlook, context);
  if (result.waiting > 0) {
    output.line(`waiting: ${result.waiting}`);
    output.line(`Review them with ${hint(context, 'proposals')} and ${hint(context, 'review')}.`);
  }
  if (result.status === 'waiting') output.line(`Then ${goOn(result.run, context)}`);
  if (result.status === 'paused') output.line(`Paused; ${goOn(result.run, context)}`);
  output.json(result);
}

/** What the data file was understood as, before anything is trained on it. */
export async function reportData(
  client: Client,
  config: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<void> {
  reportInspection(await client.call('datasets.inspect', { config }), context);
}

/** Caps that take the place of those a run has; null without any. @throws UsageError when anything else is given. */
function readCaps(context: CommandContext, name: string | null): RunCaps | null {
  const given = Object.keys(context.runOptions);
  if (name !== null || given.some((option) => !Object.hasOwn(runCapsSchema.shape, option))) {
    throw new UsageError(
      'A resumed run keeps the name and the options it was started with; leave them out beside --resume, but for --max-calls, --max-model-tokens, --max-model-hours and --model-context.',
    );
  }
  return given.length === 0 ? null : runCapsSchema.parse(checkedChanges(context.runOptions));
}

/** Why it was paused, where nobody asked for it: a model out of reach, a budget used up, the end of the process it was in. */
async function reportPause(client: Client, runId: string, { output }: CommandContext): Promise<void> {
  try {
    const { message } = await client.call('runs.get', { runId });
    if (message !== null) output.line(message);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
    output.warn(`The process that trained run ${runId} has ended, which paused the run.`);
  }
}

/** What a new run would ask of models, and what its preset changed, in full or in short. */
async function reportNewRun(
  client: Client,
  config: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<void> {
  const answer = await client.call('runs.forecast', { config });
  const { forecast, preset, warnings } = answer;
  reportPreset(preset, context);
  for (const warning of warnings) context.output.warn(warning);
  if (forecast !== null) {
    reportForecast(forecast, context);
    warnOfCaps(forecast, context);
    context.output.line();
  } else if (context.flags['forecast'] === true) {
    context.output.line('No language model is asked: there is nothing to forecast.');
  }
  if (context.flags['forecast'] === true) context.output.json(answer);
}

/** `--forecast`: of a new run, or what is left of one that was begun. */
async function forecast(context: CommandContext, resumed: string | null): Promise<void> {
  if (resumed === null) {
    const config = checkedRunOptions(context.runOptions);
    const client = await context.connect();
    if (context.flags['json'] !== true) await reportData(client, config, context);
    return reportNewRun(client, config, context);
  }
  const client = await context.connect();
  const outlook = await client.call('runs.outlook', { runId: resumed });
  if (outlook === null) context.output.line('No language model is asked: there is nothing to forecast.');
  else {
    reportOutlook(outlook, context);
    warnOfCaps(outlook.remaining, context);
  }
  context.output.json(outlook);
}

async function run(context: CommandContext): Promise<void> {
  const resumed = textFlag(context, 'resume');
  if (context.flags['forecast'] === true) return forecast(context, resumed);
  const isContinue = context.flags.continue === true;
  const name = textFlag(context, 'name');
  const caps = resumed === null ? null : readCaps(context, name);
  if (name !== null && name.length > MAX_NAME_LENGTH)
    throw new UsageError(`--name takes at most ${MAX_NAME_LENGTH} characters, not ${name.length}.`);
  const config = resumed === null ? checkedRunOptions(context.runOptions) : null;
  const client = await context.connect();
  // Nobody reads it beside a JSON document, and the file would be read twice.
  if (config !== null && context.flags['json'] !== true) await reportData(client, config, context);
  if (config !== null) await reportNewRun(client, config, context);
  const started =
    config === null
      ? await client.call('runs.resume', {
          runId: resumed ?? '',
          isContinue,
          ...(caps === null ? {} : { caps }),
        })
      : await client.call('runs.start', { config, name, isContinue });
  const result = await followRun(client, started.id, context);
  if (result.status === 'paused') await reportPause(client, result.run, context);
  reportRun(result, context);
}

export const trainCommand: CommandSpec = {
  name: 'train',
  usage: 'train [options] [--forecast] | train --resume RUN [--continue] [--max-calls N]',
  summary:
    'Trains the controller and evolves the bank. In the manual review mode it saves when proposals wait at the end of a stage and exits. Ctrl-C pauses: everything up to the last finished step is kept.',
  flags: [
    { flag: 'resume', value: 'RUN', description: 'go on with a run that is paused, waiting or was killed' },
    { flag: 'continue', value: null, description: 'train on with the current bank while proposals wait' },
    {
      flag: 'forecast',
      value: null,
      description: 'say what the run would ask of language models (with --resume: what is left), and exit',
    },
    { flag: 'name', value: 'NAME', description: 'a name for the run' },
  ],
  takesRunOptions: true,
  positionals: [0, 0],
  handlesInterrupt: true,
  run,
};
