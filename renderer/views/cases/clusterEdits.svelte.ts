import type { Cluster } from '../../../core/contract/hardCase.ts';
import { Action } from '../../state/action.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { counted } from '../../ui/format.ts';
import { NO_PICKS, togglePick, type Picks } from './picks.ts';

/** Longest name that the engine takes. */
export const NAME_LENGTH = 200;

interface Done {
  readonly runId: string;
  /** What was done, as one sentence. */
  readonly text: string;
  /** What taking it back does. */
  readonly undoHint: string;
  /** Gives the cluster that stands where the changed one stood. */
  readonly undo: () => Promise<Cluster>;
}

/** What a person does to the clusters of a run, and how the last of it is taken back. */
export class ClusterEdits {
  /** Merging, splitting and renaming: one at a time. */
  readonly editing = new Action();
  readonly undoing = new Action();
  readonly #call: Studio['call'];
  #marks = $state.raw(NO_PICKS);
  #done = $state.raw<Done | null>(null);
  #made = $state.raw<Cluster | null>(null);

  constructor(studio: Pick<Studio, 'call'>) {
    this.#call = studio.call.bind(studio);
  }

  /** Clusters that are selected for merging. */
  get marks(): Picks {
    return this.#marks;
  }

  get done(): Done | null {
    return this.#done;
  }

  /** What the last change made: known before the list of clusters has it. */
  get made(): Cluster | null {
    return this.#made;
  }

  readonly mark = (clusterId: string): void => {
    this.#marks = togglePick(this.#marks, clusterId);
  };

  clearMarks(): void {
    this.#marks = NO_PICKS;
  }

  rename(cluster: Cluster, name: string): Promise<Cluster | null> {
    return this.#edit(async () => {
      const renamed = await this.#call('clusters.rename', { clusterId: cluster.id, name });
      return {
        runId: renamed.runId,
        made: renamed,
        text: `Renamed “${cluster.name}” to “${renamed.name}”.`,
        undoHint: 'Gives it the former name',
        undo: () => this.#call('clusters.rename', { clusterId: renamed.id, name: cluster.name }),
      };
    });
  }

  merge(clusters: readonly Cluster[], name: string): Promise<Cluster | null> {
    return this.#edit(async () => {
      const clusterIds = clusters.map(({ id }) => id);
      const merged = await this.#call('clusters.merge', { clusterIds, name });
      this.clearMarks();
      return {
        runId: merged.runId,
        made: merged,
        text: `Merged ${clusters.length} clusters into “${merged.name}”, ${counted(merged.caseIds.length, 'case')}.`,
        undoHint: 'Splits the former clusters off again, with their names',
        undo: () => this.#divide(merged, clusters),
      };
    });
  }

  split(cluster: Cluster, caseIds: readonly string[], name: string): Promise<Cluster | null> {
    return this.#edit(async () => {
      const input = { clusterId: cluster.id, caseIds: [...caseIds], name };
      const parts = await this.#call('clusters.split', input);
      const [rest, part] = parts;
      if (rest === undefined || part === undefined) throw new TypeError('A split makes two clusters.');
      return {
        runId: part.runId,
        made: part,
        text: `Split ${counted(part.caseIds.length, 'case')} off “${rest.name}” into “${part.name}”.`,
        undoHint: 'Merges the two again',
        undo: () =>
          this.#call('clusters.merge', { clusterIds: parts.map(({ id }) => id), name: cluster.name }),
      };
    });
  }

  /** Takes the last change back; once only, and only while nothing else was done since. */
  async undo(): Promise<Cluster | null> {
    const done = this.#done;
    if (done === null || this.editing.isBusy) return null;
    const restored = await this.undoing.run(async () => {
      // Also when it fails half way: the same steps would not fit what is there then.
      this.#done = null;
      return done.undo();
    });
    if (restored !== null) this.#made = restored;
    return restored;
  }

  async #edit(work: () => Promise<Done & { readonly made: Cluster }>): Promise<Cluster | null> {
    this.undoing.clear();
    const result = await this.editing.run(work);
    if (result === null) return null;
    this.#done = result;
    this.#made = result.made;
    return result.made;
  }

  async #divide(merged: Cluster, former: readonly Cluster[]): Promise<Cluster> {
    const [first, ...others] = former;
    let rest = merged;
    for (const { caseIds: formerIds, name } of others) {
      // Cases that were answered before the merge are not in it.
      const caseIds = formerIds.filter((id) => merged.caseIds.includes(id));
      const [left] = await this.#call('clusters.split', { clusterId: rest.id, caseIds, name });
      rest = left ?? rest;
    }
    if (first === undefined || rest.name === first.name) return rest;
    return this.#call('clusters.rename', { clusterId: rest.id, name: first.name });
  }
}
