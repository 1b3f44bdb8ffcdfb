import { cpSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import type { RunConfig } from '../config/schema.ts';
import type { BankChange } from '../contract/proposal.ts';
import type { BankVersion } from '../contract/skill.ts';
import type { Engines } from '../engines/engines.ts';
import { overriddenEngines } from '../engines/fixtures/overriddenEngines.ts';
import { FORGET_ALL, KEEP_PETS, KEEP_PLANS, toyRoles } from '../engines/fixtures/toyRoles.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { Workspace } from '../store/workspace.ts';
import { trainReviewed } from './fixtures/reviewer.ts';
import { referencedCheckpoints, runImage } from './fixtures/runImage.ts';
import { makeTestFolder } from './fixtures/testFolder.ts';
import { recordToyRun, stillClock, toyConfig, ToyArchive, type ToyParts } from './fixtures/toyTraining.ts';
import { watchedWorkspace, type WriteHooks } from './fixtures/watchedWorkspace.ts';

// Law: wherever a run is killed or fails, resuming it gives the run that was never interrupted, to the last record.

const RUN = 'toy-1';

interface Story {
  readonly name: string;
  readonly stages: number;
  readonly review: RunConfig['review'];
  /** What the designer comes up with. */
  readonly changes: readonly BankChange[];
  /** How its bank versions come about. */
  readonly causes: readonly BankVersion['cause'][];
}

/** In the manual one the way back is a proposal, too. */
const STORIES: readonly Story[] = [
  {
    name: 'goes back and forth by itself',
    stages: 3,
    review: 'auto',
    changes: [FORGET_ALL, KEEP_PETS],
    causes: ['seed', 'decision', 'rollback', 'decision'],
  },
  {
    name: 'applies two changes together by itself',
    stages: 2,
    review: 'auto',
    changes: [KEEP_PETS, KEEP_PLANS],
    causes: ['seed', 'decision'],
  },
  {
    name: 'applies what passes its replay',
    stages: 2,
    review: 'guarded',
    changes: [KEEP_PETS],
    causes: ['seed', 'decision'],
  },
  {
    name: 'is reviewed by a person',
    stages: 4,
    review: 'manual',
    changes: [FORGET_ALL, KEEP_PETS],
    causes: ['seed', 'decision', 'rollback', 'decision'],
  },
];

interface Place {
  readonly folder: string;
  readonly archive: ToyArchive;
}

function makePlace(): Place {
  return { folder: makeTestFolder(), archive: new ToyArchive() };
}

/** What a process killed now leaves: the files without the lock, which the system frees. */
function copyPlace({ folder, archive }: Place): Place {
  const copy = makePlace();
  const filter = (path: string): boolean => !/^(?:workspace\.lock|owner\.json|.*-shm)$/u.test(basename(path));
  cpSync(folder, copy.folder, { recursive: true, filter });
  for (const [key, episode] of archive.episodes) copy.archive.episodes.set(key, episode);
  return copy;
}

function configOf({ review, stages, changes }: Story): RunConfig {
  // One after the other where the first of them is to fail.
  const maxChanges = changes[0] === FORGET_ALL ? 1 : 2;
  return toyConfig({ maxChanges, outerEpochs: stages, innerEpochs: 1, k: 6, review });
}

/** One process: opens the workspace, trains and reviews until the end. */
async function runProcess(
  place: Place,
  story: Story,
  options: { readonly hooks?: WriteHooks; readonly wrapEngines?: ToyParts['wrapEngines'] } = {},
): Promise<void> {
  const disk = await Workspace.open(place.folder, { clock: stillClock });
  const config = configOf(story);
  const { hooks = {}, wrapEngines } = options;
  try {
    if (disk.runs.get(RUN) === null) recordToyRun(disk, RUN, config);
    await trainReviewed({
      workspace: watchedWorkspace(disk, hooks),
      runId: RUN,
      config,
      roles: toyRoles(story.changes),
      archive: place.archive,
      ...(wrapEngines === undefined ? {} : { wrapEngines }),
    });
  } finally {
    await disk.close();
  }
}

interface Outcome {
  readonly image: ReturnType<typeof runImage>;
  readonly archive: unknown;
}

async function examine({ folder, archive }: Place): Promise<Outcome> {
  const workspace = await Workspace.open(folder, { clock: stillClock });
  try {
    expect(workspace.verify()).toMatchObject({ ok: true });
    const files = readdirSync(workspace.folder('checkpoints')).toSorted();
    expect(files).toEqual(referencedCheckpoints(workspace, RUN));
    return { image: runImage(workspace, RUN), archive: [...archive.episodes].toSorted() };
  } finally {
    await workspace.close();
  }
}

test.each(STORIES)(
  '15.1#24 15.5#63 a run that $name, killed before any of its writes and resumed, is the uninterrupted one',
  async (story) => {
    const place = makePlace();
    const left: Place[] = [];
    await runProcess(place, story, { hooks: { beforeWrite: () => void left.push(copyPlace(place)) } });
    const expected = await examine(place);
    expect(expected.image.status).toBe('finished');
    expect(expected.image.bankVersions.map(({ cause }) => cause)).toEqual(story.causes);
    expect(left.length).toBeGreaterThanOrEqual(15);
    for (const [at, killed] of left.entries()) {
      await runProcess(killed, story);
      expect(await examine(killed), `killed before write ${at + 1} of ${left.length}`).toEqual(expected);
    }
  },
);

test('15.5#63 a commit that fails leaves nothing of itself, not even in what is saved after it', async () => {
  const story = required(STORIES[0], 'story');
  let commits = 0;
  const undisturbed = makePlace();
  await runProcess(undisturbed, story, { hooks: { beforeCommit: () => void (commits += 1) } });
  const expected = await examine(undisturbed);
  for (let at = 1; at <= commits; at += 1) {
    const place = makePlace();
    let count = 0;
    const beforeCommit = (): void => {
      count += 1;
      if (count === at) throw new AppError('UNAVAILABLE', 'The disk is full.');
    };
    const failing = runProcess(place, story, { hooks: { beforeCommit } });
    await expect(failing, `commit ${at}`).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await runProcess(place, story);
    expect(await examine(place), `commit ${at} failed`).toEqual(expected);
  }
});

/** Engines whose call number `at` fails, once. */
function failOnce(at: number): {
  readonly wrap: (engines: Engines) => Engines;
  readonly calls: () => number;
} {
  let calls = 0;
  const count = async <T>(work: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls === at) throw new AppError('UNAVAILABLE', 'The model does not answer.');
    return work();
  };
  return {
    calls: () => calls,
    wrap: (engines) =>
      overriddenEngines(engines, {
        setPolicy: (weights) => count(() => engines.setPolicy(weights)),
        runEpisode: (job, signal) => count(() => engines.runEpisode(job, signal)),
        embed: (texts, signal) => count(() => engines.embed(texts, signal)),
        cluster: (job, signal) => count(() => engines.cluster(job, signal)),
        design: (input, signal) => count(() => engines.design(input, signal)),
      }),
  };
}

test('15.2#33 15.5#63 whichever engine call fails, the run says so, keeps what it had, and resumes as if nothing had been', async () => {
  const story = required(STORIES[0], 'story');
  const undisturbed = makePlace();
  const counting = failOnce(Infinity);
  await runProcess(undisturbed, story, { wrapEngines: counting.wrap });
  const expected = await examine(undisturbed);
  expect(counting.calls()).toBeGreaterThan(30);
  for (let at = 1; at <= counting.calls(); at += 1) {
    const place = makePlace();
    const failing = runProcess(place, story, { wrapEngines: failOnce(at).wrap });
    await expect(failing, `call ${at}`).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const { status, message } = (await examine(place)).image;
    expect([status, message]).toEqual(['failed', 'The model does not answer.']);
    await runProcess(place, story);
    expect(await examine(place), `call ${at} failed`).toEqual(expected);
  }
});
