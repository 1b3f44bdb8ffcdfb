import { chooseBackend } from '../../controller/backend.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import type { CommandContext, CommandSpec } from '../command.ts';

interface Finding {
  readonly name: string;
  readonly isGood: boolean;
  readonly text: string;
}

async function check(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, isGood: true, text: await look() };
  } catch (error) {
    return { name, isGood: false, text: messageOf(error) };
  }
}

async function run(context: CommandContext): Promise<void> {
  const findings = [
    await check('node', async () => process.version),
    await check('tensorflow.js', async () => `backend ${(await chooseBackend()).name}`),
    await check('workspace', async () => {
      const client = await context.connect();
      const state = await client.call('workspace.check', {});
      if (!state.isChainIntact)
        throw new AppError(
          'CORRUPT_DATA',
          `The event chain of ${state.path} is broken: somebody changed the database${state.tampered.length === 0 ? '' : ` (${state.tampered.join(', ')})`}; restore a copy of the workspace.`,
        );
      const setAside =
        state.setAside.length === 0 ? '' : `, set aside as damaged: ${state.setAside.join(', ')}`;
      return `${state.path}: schema ${state.schemaVersion}, runs ${state.runs}, bank v${state.bankVersion}, events ${state.events} (chain intact), archived memories ${state.archivedMemories}${setAside}`;
    }),
  ];
  for (const finding of findings)
    context.output.line(`${finding.isGood ? 'ok  ' : 'FAIL'}  ${finding.name}: ${finding.text}`);
  const failed = findings.filter((finding) => !finding.isGood).map((finding) => finding.name);
  context.output.json({ isHealthy: failed.length === 0, findings });
  if (failed.length > 0)
    throw new AppError('UNAVAILABLE', `Not in order: ${failed.join(', ')}; the report says why.`);
}

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  usage: 'doctor',
  summary: 'Checks the machine and the workspace: Node, TensorFlow.js backend, database, event chain.',
  flags: [],
  takesRunOptions: false,
  positionals: [0, 0],
  handlesInterrupt: false,
  run,
};
