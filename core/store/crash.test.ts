import { expect, test } from 'vitest';
import { crashSoak } from './crashSoak.ts';
import { makeTestFolder } from './testFolder.ts';

// `node core/store/soak.ts --kills N` is the long version.
test('a process that commits reviews and is killed with SIGKILL at random moments loses nothing it acknowledged', async () => {
  const summary = await crashSoak({ folder: makeTestFolder(), kills: 8, seed: 3 });
  expect(summary.kills).toBe(8);
  expect(summary.acknowledged).toBeGreaterThan(0);
  // At most the one commit of each kill that was not yet acknowledged.
  expect(summary.unacknowledged).toBeLessThanOrEqual(8);
});
