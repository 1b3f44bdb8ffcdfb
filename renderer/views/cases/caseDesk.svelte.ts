import type { CallOutput } from '../../../core/contract/calls.ts';
import type { Cluster } from '../../../core/contract/hardCase.ts';
import { Query } from '../../state/query.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import type { Area } from './brush.ts';
import {
  casesOfCluster,
  filterCases,
  isFiltering,
  NO_FILTER,
  searchable,
  type CaseFilter,
} from './caseFilter.ts';
import { ClusterEdits } from './clusterEdits.svelte.ts';
import { OpenCases } from './openCases.svelte.ts';
import { NO_PICKS, pickRange, splitOffer, togglePick, type Picks } from './picks.ts';
import { placed, withinArea } from './scatterCases.ts';

interface RunArea {
  readonly runId: string | null;
  readonly area: Area | null;
}

/** The hard cases of the run that the screens are about: what is chosen, what is let through, and what is selected. */
export class CaseDesk {
  readonly open: OpenCases;
  readonly clusters: Query<Cluster[]>;
  readonly scatter: Query<CallOutput<'cases.scatter'>>;
  readonly edits: ClusterEdits;
  filter = $state.raw<CaseFilter>(NO_FILTER);
  /** Cases that are selected for a split. */
  picks = $state.raw<Picks>(NO_PICKS);
  #area = $state.raw<RunArea>({ runId: null, area: null });
  #clusterId = $state<string | null>(null);
  readonly #studio: Studio;
  /** A link may name a case of any run; once another run is chosen here, only its own cases count. */
  readonly #linkedRunId: string | null;

  readonly runId = $derived.by(() => this.#studio.run?.id ?? null);
  readonly all = $derived.by(() => searchable(this.open.cases ?? []));
  readonly ofRun = $derived.by(() => (this.clusters.value ?? []).filter(({ runId }) => runId === this.runId));
  readonly cluster = $derived.by(() => {
    const { made } = this.edits;
    const listed = this.ofRun.find(({ id }) => id === this.#clusterId);
    // What was just made is shown before the list has it.
    return (
      listed ?? (made !== null && made.id === this.#clusterId && made.runId === this.runId ? made : null)
    );
  });
  readonly inCluster = $derived.by(() => casesOfCluster(this.all, this.cluster));
  /** What the filters let through, the area aside. */
  readonly filtered = $derived.by(() => filterCases(this.inCluster, this.filter));
  readonly points = $derived.by(() => placed(this.all, this.scatter.value ?? []));
  readonly shown = $derived.by(() => withinArea(this.filtered, this.points, this.area));
  readonly selectedId = $derived.by(() => {
    const { id } = this.#studio.route;
    const isOfRun = this.runId === this.#linkedRunId || this.all.some(({ summary }) => summary.id === id);
    return id !== null && isOfRun ? id : (this.shown[0]?.id ?? null);
  });
  readonly isNarrowed = $derived.by(
    () => isFiltering(this.filter) || this.area !== null || this.picks.size > 0,
  );
  readonly split = $derived.by(() =>
    splitOffer(this.cluster, {
      open: this.inCluster.map(({ summary }) => summary.id),
      shown: this.shown.map(({ id }) => id),
      picks: this.picks,
    }),
  );
  /** Clusters that are selected for merging, in the order in which they were. */
  readonly marked = $derived.by(() =>
    [...this.edits.marks].flatMap((id) => this.ofRun.find((cluster) => cluster.id === id) ?? []),
  );

  /** Made while a component is initialised. */
  constructor(studio: Studio) {
    this.#studio = studio;
    this.#linkedRunId = studio.run?.id ?? null;
    this.open = new OpenCases(studio);
    this.edits = new ClusterEdits(studio);
    this.clusters = new Query(studio, {
      domains: ['clusters'],
      load: (signal) =>
        this.runId === null ? null : studio.call('clusters.list', { runId: this.runId }, { signal }),
    });
    this.scatter = new Query(studio, {
      // None: places are as old as the list beside them.
      domains: [],
      load: (signal) => this.#loadScatter(this.open.revision, signal),
    });
    this.scatter.askAgain();
  }

  /** In the plane of the scatter; another run has another plane. */
  get area(): Area | null {
    return this.#area.runId === this.runId ? this.#area.area : null;
  }

  readonly setArea = (area: Area | null): void => {
    this.#area = { runId: this.runId, area };
  };

  readonly select = (caseId: string): void => {
    this.#studio.route.replace('cases', caseId);
  };

  readonly chooseCluster = (chosen: Cluster | null): void => {
    const chosenId = chosen?.id ?? null;
    // Under another name it is the same, and whoever reads a case of it reads on.
    if (chosenId === this.#clusterId) return;
    this.#clusterId = chosenId;
    const [first] = this.shown;
    if (first !== undefined) this.select(first.id);
  };

  readonly togglePick = (caseId: string): void => {
    this.picks = togglePick(this.picks, caseId);
  };

  /** Everything from one case of the list to another. */
  readonly pickRange = (fromId: string | null, toId: string): void => {
    const ids = this.shown.map(({ id }) => id);
    this.picks = pickRange(this.picks, ids, fromId, toId);
  };

  /** All cases of the chosen cluster again, none of them selected. */
  clear(): void {
    this.filter = NO_FILTER;
    this.picks = NO_PICKS;
    this.setArea(null);
  }

  #loadScatter(revision: number, signal: AbortSignal): Promise<CallOutput<'cases.scatter'>> | null {
    if (this.runId === null || revision === 0) return null;
    return this.#studio.call('cases.scatter', { runId: this.runId }, { signal });
  }
}
