import { parseSkillEdit } from '../../exchange/skillEdit.ts';
import { hint, textFlag, UsageError, type CommandContext, type CommandSpec } from '../command.ts';
import { readNamedFile } from './eval.ts';
import { printProposal, replayLines } from './proposals.ts';

interface Verdict {
  readonly verdict: 'approve' | 'edit' | 'reject' | 'redraft' | 'park' | 'retract' | 'discard';
  readonly reason: string;
  readonly editFile: string | null;
}

const SWITCHES = ['approve', 'park', 'retract', 'discard', 'rebase', 'apply'] as const;
const WITH_VALUE = ['edit', 'reject', 'redraft'] as const;

function verdictOf(context: CommandContext): Verdict | 'rebase' | 'apply' {
  const given = [
    ...SWITCHES.filter((flag) => context.flags[flag] === true),
    ...WITH_VALUE.filter((flag) => textFlag(context, flag) !== null),
  ];
  const [verdict] = given;
  if (given.length !== 1 || verdict === undefined) {
    throw new UsageError(
      'Give exactly one of --approve, --edit FILE, --reject REASON, --redraft COMMENT, --park, --retract, --rebase, --discard or --apply.',
    );
  }
  if (verdict === 'rebase' || verdict === 'apply') return verdict;
  const value = textFlag(context, verdict) ?? '';
  if ((verdict === 'reject' || verdict === 'redraft') && value.trim() === '') {
    throw new UsageError(`--${verdict} needs a reason in words; the designer reads it.`);
  }
  return {
    verdict,
    reason:
      verdict === 'edit' ? (textFlag(context, 'reason') ?? '') : value || (textFlag(context, 'reason') ?? ''),
    editFile: verdict === 'edit' ? value : null,
  };
}

async function applyStaged(context: CommandContext): Promise<void> {
  if (context.positionals.length > 0)
    throw new UsageError('--apply takes no proposal: it applies everything that was approved.');
  const client = await context.connect();
  const applied = await client.call(
    'review.apply',
    { runId: textFlag(context, 'run'), staged: null },
    { signal: context.signal },
  );
  context.output.line(
    `Applied ${applied.proposalIds.join(', ')} as bank v${applied.version.version}, ${applied.version.hash.slice(0, 12)}.`,
  );
  if (applied.replay !== null) for (const line of replayLines(applied.replay)) context.output.line(line);
  context.output.json(applied);
}

async function run(context: CommandContext): Promise<void> {
  const verdict = verdictOf(context);
  if (verdict === 'apply') {
    await applyStaged(context);
    return;
  }
  const [proposalId] = context.positionals;
  if (proposalId === undefined) throw new UsageError('Name the proposal: memskill review ID --approve.');
  const reviewer = textFlag(context, 'reviewer');
  if (reviewer?.trim() === '') throw new UsageError('--reviewer needs a name.');
  const client = await context.connect();
  if (verdict === 'rebase') {
    const detail = await client.call('review.rebase', { proposalId }, { signal: context.signal });
    printProposal(detail, context.output);
    context.output.json(detail);
    return;
  }
  const edit =
    verdict.editFile === null
      ? null
      : parseSkillEdit(await readNamedFile(verdict.editFile), verdict.editFile);
  const detail = await client.call(
    'review.decide',
    {
      proposalId,
      verdict: verdict.verdict,
      revision: null,
      reason: verdict.reason,
      edit,
      source: 'cli',
      ...(reviewer === null ? {} : { reviewer }),
    },
    { signal: context.signal },
  );
  printProposal(detail, context.output);
  if (detail.proposal.state === 'approved' || detail.proposal.state === 'edited') {
    context.output.line(`\nStaged. ${hint(context, 'review --apply')} makes the new bank version.`);
  }
  context.output.json(detail);
}

export const reviewCommand: CommandSpec = {
  name: 'review',
  usage:
    'review ID --approve|--edit FILE|--reject REASON|--redraft COMMENT|--park|--retract|--rebase|--discard | review --apply',
  summary: 'Records a verdict on a proposal; approved ones enter the bank together with --apply.',
  flags: [
    { flag: 'approve', value: null, description: 'take it as it is' },
    {
      flag: 'edit',
      value: 'FILE',
      description: 'take it with the change in FILE (from "proposals ID --write-change FILE")',
    },
    { flag: 'reject', value: 'REASON', description: 'refuse it; the designer reads the reason' },
    { flag: 'redraft', value: 'COMMENT', description: 'ask the designer for another draft' },
    { flag: 'park', value: null, description: 'decide later' },
    { flag: 'retract', value: null, description: 'take back the last verdict' },
    { flag: 'rebase', value: null, description: 'bind a stale proposal to the current bank and replay it' },
    { flag: 'discard', value: null, description: 'drop it' },
    { flag: 'reason', value: 'TEXT', description: 'a note kept with the verdict' },
    {
      flag: 'reviewer',
      value: 'NAME',
      description: 'who decides, kept with the verdict and in exports (default: the name in the settings)',
    },
    { flag: 'run', value: 'ID', description: 'with --apply: the run, where several have approved changes' },
    { flag: 'apply', value: null, description: 'apply everything approved as one bank version' },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: true,
  run,
};
