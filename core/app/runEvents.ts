import type { BankChange, Decision, Proposal } from '../contract/proposal.ts';
import type { Run, RunEvent } from '../contract/run.ts';
import type { BankVersion } from '../contract/skill.ts';
import { changeWords } from '../evolution/changeWords.ts';
import type { StoredEvent } from '../store/eventLog.ts';
import { troubleOf } from './models/modelTrouble.ts';

/**
 * What happened to a run, as marks on its curve. Law: the journal says what and in which order, the records say it in
 * words; a mark is never moved or taken back, except the last one, which says how the run stands.
 */
export interface RunHistory {
  readonly run: Run;
  /** The run's own events, oldest first. */
  readonly journal: readonly StoredEvent[];
  readonly versions: readonly { readonly version: BankVersion; readonly changes: readonly BankChange[] }[];
  readonly proposals: readonly Proposal[];
  readonly decisions: readonly Decision[];
  readonly modelNames: ReadonlyMap<string, string>;
}

const VERDICT_WORDS: Readonly<Record<Decision['verdict'], string>> = {
  approve: 'Approved',
  edit: 'Edited and approved',
  reject: 'Rejected',
  redraft: 'Another draft was asked for:',
  park: 'Parked',
  retract: 'Verdict taken back:',
  discard: 'Discarded',
};

const END_WORDS: Readonly<Partial<Record<Run['status'], string>>> = {
  finished: 'Finished',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

/** Imports can change a bank in very many places. */
const NAMED_CHANGES = 4;

/** A fraction in points with one decimal: 0.123 is "12.3". */
function inPoints(fraction: number): string {
  return (fraction * 100).toFixed(1);
}

function stageText({ stage, reward, selectionScore, action }: Run['stages'][number]): string {
  const selection = selectionScore === null ? '' : `, selection set ${inPoints(selectionScore)}`;
  return `Stage ${stage + 1} ended: reward ${inPoints(reward)} points${selection}; ${action}`;
}

/** `add a, refine b and 3 more`. */
function changesText(changes: readonly BankChange[]): string {
  const named = changes.slice(0, NAMED_CHANGES).map(changeWords).join(', ');
  const more = changes.length - NAMED_CHANGES;
  return more > 0 ? `${named} and ${more} more` : named;
}

function proposalsText(proposals: readonly Proposal[]): string {
  const changes = proposals.flatMap(({ revisions }) => revisions.slice(0, 1).map(({ change }) => change));
  return `${proposals.length} ${proposals.length === 1 ? 'proposal' : 'proposals'}: ${changesText(changes)}`;
}

function decisionText(decision: Decision, proposal: Proposal): string {
  const change = proposal.revisions[decision.revision]?.change;
  const about = change === undefined ? proposal.id : `${proposal.id}, ${changeWords(change)}`;
  const isPerson = decision.source === 'cli' || decision.source === 'app';
  return `${VERDICT_WORDS[decision.verdict]} ${about}${isPerson ? '' : ` (by ${decision.source} mode)`}`;
}

function versionText(version: number, changes: readonly BankChange[]): string {
  const [first] = changes;
  return first?.kind === 'rollback'
    ? `Bank v${version} has the skills of v${first.toVersion} again`
    : `Bank v${version}: ${changesText(changes)}`;
}

/** Going back at once is a proposal, a decision and a version in one; the version says it all. */
function isAtOnce(run: Run, { revisions: [first] }: Proposal): boolean {
  if (first?.change.kind !== 'rollback') return false;
  return first.author === 'reviewer' || run.config['review'] !== 'manual';
}

type Mark = Omit<RunEvent, 'id' | 'step' | 'atMs'>;

function mark(kind: RunEvent['kind'], text: string, about: Partial<Mark> = {}): Mark {
  return { kind, text, stage: null, proposalId: null, bankVersion: null, ...about };
}

class RunRecords {
  readonly #run: Run;
  readonly #proposals: ReadonlyMap<string, Proposal>;
  readonly #decisions: ReadonlyMap<string, Decision>;
  readonly #versions: ReadonlyMap<number, RunHistory['versions'][number]>;
  /** The first proposal of each stage: it stands for the others. */
  readonly #byStage: ReadonlyMap<number | null, readonly Proposal[]>;
  readonly #modelNames: ReadonlyMap<string, string>;

  constructor({ run, versions, proposals, decisions, modelNames }: RunHistory) {
    const shown = proposals.filter((proposal) => !isAtOnce(run, proposal));
    this.#run = run;
    this.#modelNames = modelNames;
    this.#proposals = new Map(shown.map((proposal) => [proposal.id, proposal]));
    this.#decisions = new Map(decisions.map((decision) => [decision.id, decision]));
    this.#versions = new Map(versions.map((one) => [one.version.version, one]));
    this.#byStage = Map.groupBy(shown, (proposal) => proposal.stage);
  }

  /** What an event of the journal is on the curve; null for what is no mark of its own. */
  markOf({ type, ids }: StoredEvent): Mark | null {
    switch (type) {
      case 'run.started':
        return this.#start(Number(ids['bankVersion']));
      case 'run.stageEnded':
        return this.#stageEnd(Number(ids['stage']));
      case 'run.interrupted':
        return mark('interrupted', 'The process ended while the run was training', {
          stage: Number(ids['stage']),
        });
      case 'model.restarted':
        return this.#restarted(ids);
      case 'proposal.created':
        return this.#proposed(String(ids['proposal']));
      case 'decision.recorded':
        return this.#decided(String(ids['decision']));
      case 'bank.changed':
      case 'bank.rolledBack':
        return this.#changed(Number(ids['bankVersion']));
      default:
        return null;
    }
  }

  #start(bankVersion: number): Mark {
    return mark('start', `Started with bank v${bankVersion}`, { stage: 0, bankVersion });
  }

  #restarted(ids: StoredEvent['ids']): Mark | null {
    const trouble = troubleOf(ids);
    if (trouble === null) return null;
    const name = this.#modelNames.get(trouble.modelId) ?? trouble.modelId;
    return mark('model', `${name}: ${trouble.words}`, { stage: Number(ids['stage']) });
  }

  #stageEnd(stage: number): Mark | null {
    const record = this.#run.stages.find((one) => one.stage === stage);
    return record === undefined
      ? null
      : mark('stage', stageText(record), { stage, bankVersion: record.bankVersion });
  }

  #proposed(id: string): Mark | null {
    const proposal = this.#proposals.get(id);
    if (proposal === undefined) return null;
    const together = this.#byStage.get(proposal.stage) ?? [];
    if (together[0]?.id !== id) return null;
    return mark('proposal', proposalsText(together), { stage: proposal.stage, proposalId: id });
  }

  #decided(id: string): Mark | null {
    const decision = this.#decisions.get(id);
    const proposal = decision === undefined ? undefined : this.#proposals.get(decision.proposalId);
    if (decision === undefined || proposal === undefined) return null;
    return mark('decision', decisionText(decision, proposal), {
      stage: proposal.stage,
      proposalId: proposal.id,
    });
  }

  #changed(bankVersion: number): Mark | null {
    const found = this.#versions.get(bankVersion);
    if (found === undefined) return null;
    const { version, changes } = found;
    const kind = version.cause === 'rollback' ? 'rollback' : 'version';
    return mark(kind, versionText(bankVersion, changes), { stage: version.stage, bankVersion });
  }
}

/** The marks of a run, oldest first. */
export function runEvents(history: RunHistory): RunEvent[] {
  const { run, journal } = history;
  const records = new RunRecords(history);
  const events: RunEvent[] = [];
  let step = 0;
  for (const entry of journal) {
    // Where an event does not say, it happened where the one before it did.
    if (typeof entry.ids['step'] === 'number') step = entry.ids['step'];
    const found = records.markOf(entry);
    if (found !== null) events.push({ ...found, id: `e${entry.sequence}`, step, atMs: entry.atMs });
  }
  const end = END_WORDS[run.status];
  if (end !== undefined) {
    const text = run.message === null ? end : `${end}: ${run.message}`;
    const { stage, updatedAtMs: atMs } = run;
    events.push({
      ...mark('end', text, { stage, bankVersion: run.bankVersion }),
      id: 'end',
      step: run.step,
      atMs,
    });
  }
  return events;
}
