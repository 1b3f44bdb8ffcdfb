import { expect, test } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../../core/contract/calls.ts';
import type { Cluster } from '../../../core/contract/hardCase.ts';
import { AppError, messageOf } from '../../../core/shared/errors.ts';
import { ClusterEdits } from './clusterEdits.svelte.ts';

function cluster(name: string, ...caseIds: string[]): Cluster {
  return {
    id: caseIds.join('+'),
    runId: 'r',
    stage: 0,
    name,
    caseIds,
    representativeIds: caseIds.slice(0, 1),
    severity: 1,
    diagnosisShares: { not_stored: 1 },
  };
}

/** A case that is not open any more: the engine leaves it out. */
const ANSWERED = 'answered';

/** Clusters in memory with the laws of the engine's: an id follows from the cases. */
class FakeClusters {
  all: Cluster[];
  isTraining = false;

  constructor(...clusters: Cluster[]) {
    this.all = clusters;
  }

  async call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    // One signature for all calls cannot be narrowed by their name; each answer below is of its call.
    return this.#answer(name, input) as CallOutput<Name>;
  }

  names(): string[] {
    return this.all.map(({ name, caseIds }) => `${name}: ${caseIds.join(' ')}`).toSorted();
  }

  #answer(name: string, input: unknown): unknown {
    if (this.isTraining) throw new AppError('CONFLICT', 'The run r trains: pause it first.');
    // As above: the inputs of three calls.
    if (name === 'clusters.rename') return this.#rename(input as CallInput<'clusters.rename'>);
    if (name === 'clusters.merge') return this.#merge(input as CallInput<'clusters.merge'>);
    return this.#split(input as CallInput<'clusters.split'>);
  }

  #find(id: string): Cluster {
    const found = this.all.find((one) => one.id === id);
    if (found === undefined) throw new AppError('NOT_FOUND', `There is no cluster ${id}.`);
    return found;
  }

  #replace(old: readonly Cluster[], ...made: Cluster[]): void {
    this.all = [...this.all.filter((one) => !old.includes(one)), ...made];
  }

  #rename({ clusterId, name }: CallInput<'clusters.rename'>): Cluster {
    const old = this.#find(clusterId);
    const renamed = { ...old, name };
    this.#replace([old], renamed);
    return renamed;
  }

  #merge({ clusterIds, name }: CallInput<'clusters.merge'>): Cluster {
    const old = clusterIds.map((id) => this.#find(id));
    const merged = cluster(
      name ?? old[0]!.name,
      ...old.flatMap(({ caseIds }) => caseIds.filter((id) => id !== ANSWERED)).toSorted(),
    );
    this.#replace(old, merged);
    return merged;
  }

  #split({ clusterId, caseIds, name }: CallInput<'clusters.split'>): Cluster[] {
    const old = this.#find(clusterId);
    const stranger = caseIds.find((id) => !old.caseIds.includes(id));
    if (stranger !== undefined)
      throw new AppError('INVALID_INPUT', `Case ${stranger} is not in the cluster.`);
    const rest = cluster(old.name, ...old.caseIds.filter((id) => !caseIds.includes(id)));
    const part = cluster(name, ...caseIds);
    this.#replace([old], rest, part);
    return [rest, part];
  }
}

test('a merge of three is taken back: each has its cases and its name again', async () => {
  const fake = new FakeClusters(cluster('A', 'a1', 'a2'), cluster('B', 'b1', ANSWERED), cluster('C', 'c1'));
  const edits = new ClusterEdits(fake);
  fake.all.forEach(({ id }) => edits.mark(id));
  const merged = await edits.merge(fake.all, 'All');
  expect([fake.names(), edits.made, edits.marks.size]).toEqual([['All: a1 a2 b1 c1'], merged, 0]);
  expect(edits.done?.text).toBe('Merged 3 clusters into “All”, 4 cases.');
  const restored = await edits.undo();
  expect([fake.names(), restored?.name, edits.done]).toEqual([['A: a1 a2', 'B: b1', 'C: c1'], 'A', null]);
});

test('a split is taken back by a merge', async () => {
  const fake = new FakeClusters(cluster('A', 'a1', 'a2', 'a3'));
  const edits = new ClusterEdits(fake);
  const part = await edits.split(fake.all[0]!, ['a3'], 'New');
  expect([fake.names(), part?.name, edits.done?.text]).toEqual([
    ['A: a1 a2', 'New: a3'],
    'New',
    'Split 1 case off “A” into “New”.',
  ]);
  await edits.undo();
  expect(fake.names()).toEqual(['A: a1 a2 a3']);
});

test('a rename is taken back, and only the last change is', async () => {
  const fake = new FakeClusters(cluster('A', 'a1'), cluster('B', 'b1'));
  const edits = new ClusterEdits(fake);
  await edits.rename(fake.all[0]!, 'A1');
  await edits.rename(
    fake.all.find(({ name }) => name === 'B')!,
    'B1',
  );
  await edits.undo();
  expect([fake.names(), await edits.undo()]).toEqual([['A1: a1', 'B: b1'], null]);
});

test('a refusal is kept for the control, and the selection with it', async () => {
  const fake = new FakeClusters(cluster('A', 'a1'), cluster('B', 'b1'));
  fake.isTraining = true;
  const edits = new ClusterEdits(fake);
  fake.all.forEach(({ id }) => edits.mark(id));
  expect(await edits.merge(fake.all, 'All')).toBeNull();
  expect([messageOf(edits.editing.error), edits.done, edits.marks.size]).toEqual([
    'The run r trains: pause it first.',
    null,
    2,
  ]);
  fake.isTraining = false;
  await edits.merge(fake.all, 'All');
  expect([edits.editing.error, edits.marks.size]).toEqual([null, 0]);
});

test('an undo that fails says so and is not offered again', async () => {
  const fake = new FakeClusters(cluster('A', 'a1'));
  const edits = new ClusterEdits(fake);
  await edits.rename(fake.all[0]!, 'A1');
  fake.isTraining = true;
  expect(await edits.undo()).toBeNull();
  expect([messageOf(edits.undoing.error), edits.done]).toEqual(['The run r trains: pause it first.', null]);
});
