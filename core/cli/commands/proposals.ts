import type { CallOutput } from '../../contract/calls.ts';
import type { Proposal, Replay } from '../../contract/proposal.ts';
import { changeWords } from '../../evolution/changeWords.ts';
import { required } from '../../shared/assertions.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import {
  hint,
  textFlag,
  UsageError,
  type CommandContext,
  type CommandSpec,
  type Output,
} from '../command.ts';
import { diffLines } from '../diffLines.ts';
import { absolutePath } from '../runOptions.ts';
import { formatTable, points } from '../table.ts';

type ProposalDetail = CallOutput<'proposals.get'>;

/** What a proposal would do, as `changeWords`. */
export function describeChange(proposal: Proposal): string {
  const change = proposal.revisions.at(-1)?.change;
  return change === undefined ? '' : changeWords(change);
}

/** Wins, ties, losses and mean difference with its interval, in points, for each set of a replay. */
export function replayLines(replay: Replay): string[] {
  const row = (name: string, result: Replay['affected']): (string | number)[] => [
    name,
    result.count,
    result.wins,
    result.ties,
    result.losses,
    points(result.meanDifference, true),
    `[${points(result.interval[0], true)}, ${points(result.interval[1], true)}]`,
  ];
  return [
    ...formatTable(
      ['replay', 'cases', 'better', 'same', 'worse', 'mean', '95 % interval'],
      [row('affected', replay.affected), row('guard', replay.guard), row('overall', replay.overall)],
    ),
    `cost  ${replay.cost.oldMemoriesPerSpan.toFixed(2)} -> ${replay.cost.newMemoriesPerSpan.toFixed(2)} memories a span, context ${points(replay.cost.contextGrowth, true)} %`,
    ...(replay.spans === null
      ? []
      : [
          `limited  memories built from ${replay.spans.read} of ${replay.spans.total} spans: those with evidence or with other skills selected`,
        ]),
  ];
}

const SHOWN_REPLAY_CASES = 5;

/** The whole card of one proposal. */
export function printProposal(detail: ProposalDetail, output: Output): void {
  const { proposal, replay, cluster } = detail;
  const revision = proposal.revisions.length;
  const latestRevision = proposal.revisions.at(-1);
  output.line(
    `${proposal.id}  ${describeChange(proposal)}  r${revision}  ${proposal.state}${detail.isStale ? '  STALE' : ''}  made for bank v${proposal.baseVersion}`,
  );
  if (cluster !== null)
    output.line(
      `cluster  ${cluster.name}, ${cluster.caseIds.length} cases, severity ${cluster.severity.toFixed(2)}`,
    );
  output.line(`pattern  ${proposal.pattern}`);
  output.line(`cause    ${proposal.rootCause}`);
  output.line(`why      ${latestRevision?.reasoning ?? ''}`);
  if (latestRevision?.response != null) output.line(`designer ${latestRevision.response}`);
  if (proposal.overlap.length > 0) {
    output.line(
      `overlap  ${proposal.overlap.map((one) => `${one.name} ${one.similarity.toFixed(2)}`).join(', ')}`,
    );
  }
  output.line();
  for (const line of diffLines(detail.diff)) output.line(line);
  if (replay !== null) {
    output.line();
    for (const line of replayLines(replay)) output.line(line);
    for (const one of replay.cases.slice(0, SHOWN_REPLAY_CASES)) {
      output.line(`  ${points(one.newScore - one.oldScore, true).padStart(6)}  ${one.question}`);
      output.line(
        `          gold "${one.golds.join(' | ')}"  old "${one.oldPrediction}"  new "${one.newPrediction}"`,
      );
    }
  }
  const latest = detail.decisions.at(-1);
  if (latest !== undefined)
    output.line(
      `\nlast decision  ${latest.verdict} (${latest.source})${latest.reason === '' ? '' : `: ${latest.reason}`}`,
    );
}

/** The change in force as a file that can be edited and given to `review ID --edit`. */
async function writeChange(proposal: Proposal, file: string): Promise<string> {
  const { change } = required(proposal.revisions.at(-1), 'a revision');
  const path = absolutePath(file);
  await writeFileAtomic(path, `${JSON.stringify(change, null, 2)}\n`);
  return path;
}

async function run(context: CommandContext): Promise<void> {
  const [id] = context.positionals;
  const changeFile = textFlag(context, 'write-change');
  if (changeFile !== null && id === undefined)
    throw new UsageError('--write-change needs the proposal: memskill proposals ID --write-change FILE.');
  const client = await context.connect();
  if (id !== undefined) {
    const detail = await client.call('proposals.get', { proposalId: id });
    printProposal(detail, context.output);
    if (changeFile !== null)
      context.output.line(
        `\nWrote ${await writeChange(detail.proposal, changeFile)}; edit it and give it to ${hint(context, `review ${id} --edit FILE`)}.`,
      );
    context.output.json(detail);
    return;
  }
  const isAll = context.flags.all === true;
  const proposals = await client.call('proposals.list', {
    runId: textFlag(context, 'run'),
    states: isAll ? [] : ['draft', 'ready', 'approved', 'edited', 'redraft', 'parked'],
  });
  if (proposals.length === 0) context.output.line('No open proposals. They appear at the end of a stage.');
  const rows = proposals.map((proposal) => [
    proposal.id,
    describeChange(proposal),
    `r${proposal.revisions.length}`,
    proposal.isStale ? `${proposal.state}, stale` : proposal.state,
    `v${proposal.baseVersion}`,
    proposal.pattern,
  ]);
  if (rows.length > 0)
    for (const line of formatTable(['proposal', 'change', 'draft', 'state', 'bank', 'pattern'], rows))
      context.output.line(line);
  context.output.json(proposals);
}

export const proposalsCommand: CommandSpec = {
  name: 'proposals',
  usage: 'proposals [ID] [--write-change FILE] | proposals [--run ID] [--all]',
  summary: 'Lists open proposals, or shows one with its evidence and replay.',
  flags: [
    { flag: 'run', value: 'ID', description: 'only of this run' },
    { flag: 'all', value: null, description: 'also applied, rejected and discarded ones' },
    {
      flag: 'write-change',
      value: 'FILE',
      description: 'write the proposed change as JSON, to be edited for "review ID --edit FILE"',
    },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: false,
  run,
};
