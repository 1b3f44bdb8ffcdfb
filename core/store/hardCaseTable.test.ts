import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { HardCase } from '../contract/hardCase.ts';
import { sampleHardCase } from './sampleRecords.ts';
import { fixedClock, makeTestFolder } from './testFolder.ts';
import { Workspace } from './workspace.ts';

async function openTest(): Promise<Workspace> {
  const workspace = await Workspace.open(makeTestFolder(), { clock: fixedClock() });
  onTestFinished(() => workspace.close());
  return workspace;
}

function summaryOf(hardCase: HardCase): unknown {
  return Object.fromEntries(
    Object.entries(hardCase).filter(([key]) => key !== 'chain' && key !== 'attempts'),
  );
}

test('a list has the cases without their chains, of one run or all, in order of insertion', async () => {
  const { hardCases } = await openTest();
  const cases = [
    sampleHardCase({
      id: 'z',
      question: 'Wie heißt der Hund? "\u2028"',
      judge: { score: 0.25, reason: 'no' },
    }),
    sampleHardCase({ id: 'a', runId: 'run-2', score: 0.1 + 0.2 }),
    sampleHardCase({ id: 'm', score: 1 / 3 }),
  ];
  for (const one of cases) hardCases.put(one);
  expect(hardCases.listSummaries(null)).toEqual(cases.map(summaryOf));
  expect(hardCases.listSummaries('run-1').map(({ id }) => id)).toEqual(['z', 'm']);
  hardCases.put(sampleHardCase({ id: 'z', prediction: 'Biscuit' }));
  hardCases.delete('m');
  expect(hardCases.listSummaries('run-1')).toEqual([
    summaryOf(sampleHardCase({ id: 'z', prediction: 'Biscuit' })),
  ]);
  expect(hardCases.listSummaries('run-3')).toEqual([]);
});

test('whatever is written is what the list says', async () => {
  const { hardCases } = await openTest();
  const change = fc.record({
    question: fc.string({ unit: 'binary' }),
    prediction: fc.string(),
    score: fc.double({ min: 0, max: 1, noNaN: true }).map((score) => score + 0),
    failCount: fc.integer({ min: 1, max: 2 ** 31 }),
    golds: fc.array(fc.string()),
  });
  fc.assert(
    fc.property(change, (about) => {
      const one = sampleHardCase({ ...about, score: Object.is(about.score, -0) ? 0 : about.score });
      hardCases.put(one);
      expect(hardCases.listSummaries(null)).toEqual([summaryOf(one)]);
    }),
    { seed: 1, numRuns: 60 },
  );
});
