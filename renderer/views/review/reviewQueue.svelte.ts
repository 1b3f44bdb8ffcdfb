import { SvelteSet } from 'svelte/reactivity';
import type { CallOutput } from '../../../core/contract/calls.ts';
import { STAGED_STATES, WAITING_STATES } from '../../state/proposalStates.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import {
  isWaiting,
  neighbourId,
  queueGroups,
  runIdsOf,
  stagedGroups,
  withOpened,
  type ProposalRow,
} from './queue.ts';

export type ProposalDetail = CallOutput<'proposals.get'>;

/** The proposals beside the card: which there are, which one lies open, which are selected. */
export class ReviewQueue {
  readonly studio: Studio;
  readonly list: Query<ProposalRow[]>;
  readonly detail: Query<ProposalDetail>;
  readonly clusters: Query<CallOutput<'clusters.list'>>;
  readonly versions: Query<CallOutput<'bank.versions'>>;
  readonly #selectedIds = new SvelteSet<string>();
  #showsDecided = $state(false);

  /** To be made while a component is initialised. */
  constructor(studio: Studio) {
    this.studio = studio;
    this.list = new Query(studio, {
      domains: ['proposals', 'bank'],
      load: async (signal) => {
        const states = this.#showsDecided ? [] : [...WAITING_STATES, ...STAGED_STATES];
        const rows = await studio.call('proposals.list', { runId: null, states }, { signal });
        this.#openFirst(rows);
        return rows;
      },
    });
    this.detail = new Query(studio, {
      domains: ['proposals', 'bank'],
      load: (signal) => {
        const id = this.openedId;
        return id === null ? null : studio.call('proposals.get', { proposalId: id }, { signal });
      },
    });
    this.clusters = new Query(studio, {
      domains: ['clusters'],
      load: async (signal) => {
        const runIds = this.#runIds === '' ? [] : this.#runIds.split(' ');
        const lists = await Promise.all(
          runIds.map((runId) => studio.call('clusters.list', { runId }, { signal })),
        );
        return lists.flat();
      },
    });
    this.versions = new Query(studio, {
      domains: ['bank'],
      load: (signal) => studio.call('bank.versions', {}, { signal }),
    });
  }

  get openedId(): string | null {
    return this.studio.route.view === 'review' ? this.studio.route.id : null;
  }

  /** What lies open; null while another one is being fetched. */
  readonly opened = $derived.by(() => {
    const found = this.detail.value;
    return found !== null && found.proposal.id === this.openedId ? found : null;
  });

  readonly rows = $derived.by(() => {
    const { opened } = this;
    const row = opened === null ? null : { ...opened.proposal, isStale: opened.isStale };
    return withOpened(this.list.value ?? [], row);
  });

  /** As text, so that it is only another value when it names other runs. */
  readonly #runIds = $derived(runIdsOf(this.rows).join(' '));

  readonly groups = $derived(queueGroups(this.rows));
  readonly staged = $derived.by(() => stagedGroups(this.rows, this.versions.value?.at(-1)?.runId ?? null));

  /** Selected for a verdict on several; what was decided meanwhile is not among them. */
  readonly selected = $derived(this.rows.filter((row) => isWaiting(row) && this.#selectedIds.has(row.id)));

  /** Those that wait and were drafted from the same cluster as what lies open. */
  readonly clusterRows = $derived.by(() => {
    const clusterId = this.opened?.proposal.clusterId ?? null;
    return clusterId === null ? [] : this.rows.filter((row) => row.clusterId === clusterId && isWaiting(row));
  });

  get showsDecided(): boolean {
    return this.#showsDecided;
  }

  set showsDecided(shows: boolean) {
    this.#showsDecided = shows;
  }

  open(id: string | null): void {
    this.studio.route.replace('review', id);
  }

  /** The neighbour in the order shown. */
  step(step: 1 | -1): void {
    const id = neighbourId(this.groups, { id: this.openedId, step });
    if (id !== null) this.open(id);
  }

  isSelected(id: string): boolean {
    return this.#selectedIds.has(id);
  }

  select(ids: readonly string[], isSelected: boolean): void {
    for (const id of ids) {
      if (isSelected) this.#selectedIds.add(id);
      else this.#selectedIds.delete(id);
    }
  }

  clearSelection(): void {
    this.#selectedIds.clear();
  }

  #openFirst(rows: readonly ProposalRow[]): void {
    const { route } = this.studio;
    if (route.view !== 'review' || route.id !== null) return;
    const first = rows.find(isWaiting) ?? rows[0];
    if (first !== undefined) route.replace('review', first.id);
  }
}
