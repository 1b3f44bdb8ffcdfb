import { expect, test } from 'vitest';
import type { HardCase } from '../../../core/contract/hardCase.ts';
import type { BankChange, PairedResult, Proposal, Replay } from '../../../core/contract/proposal.ts';
import { canReplay, cardCases, caseGroups, isReplayOfText, outcomeOf } from './replayWords.ts';

const retire = (name: string): BankChange => ({ kind: 'retire', name });

function paired(interval: [number, number], count = 10, wins = count): PairedResult {
  return { count, wins, ties: count - wins, losses: 0, meanDifference: 0, interval };
}

function replay(createdAtMs: number, scores: readonly (readonly [number, number])[] = []): Replay {
  return {
    id: 'r1',
    proposalIds: ['p1'],
    baseHash: '',
    proposedHash: '',
    seed: 1,
    affected: paired([0, 0]),
    guard: paired([0, 0]),
    overall: paired([0, 0]),
    cases: scores.map(([oldScore, newScore], at) => ({
      questionId: `q${at}`,
      set: 'guard',
      question: '',
      golds: [],
      oldPrediction: '',
      newPrediction: '',
      oldScore,
      newScore,
    })),
    spans: null,
    cost: { oldMemoriesPerSpan: 1, newMemoriesPerSpan: 1, contextGrowth: 0 },
    createdAtMs,
  };
}

function hardCase(id: string, questionId: string): HardCase {
  return {
    id,
    runId: 'a',
    traceId: 't',
    questionId,
    question: '',
    golds: [],
    category: 1,
    prediction: '',
    score: 0,
    judge: null,
    attempts: [],
    failCount: 1,
    step: 0,
    bankHash: '',
    diagnosis: 'not_stored',
    chain: { evidence: [], spans: [], needed: null, retrieved: [] },
  };
}

function proposal(texts: readonly (readonly [BankChange, number])[]): Proposal {
  return {
    id: 'p1',
    runId: 'a',
    stage: 0,
    state: 'ready',
    baseHash: '',
    baseVersion: 0,
    clusterId: null,
    caseIds: [],
    pattern: '',
    rootCause: '',
    revisions: texts.map(([change, createdAtMs]) => ({
      change,
      author: 'designer',
      reasoning: '',
      response: null,
      createdAtMs,
    })),
    replayId: 'r1',
    overlap: [],
    createdAtMs: 0,
  };
}

test('a difference is shown only where the interval leaves 0 out', () => {
  expect(outcomeOf(paired([0.01, 0.3]))).toEqual({ words: 'better', tone: 'better' });
  expect(outcomeOf(paired([-0.3, -0.01]))).toEqual({ words: 'worse', tone: 'worse' });
  for (const interval of [
    [0, 0.3],
    [-0.3, 0],
    [0, 0],
    [-0.1, 0.1],
  ] as const)
    expect(outcomeOf(paired([...interval])).words).toBe('no difference shown');
  // Five wins and no loss come of a fair coin once in 32.
  expect(outcomeOf(paired([0.1, 0.3], 10, 5))).toEqual({ words: 'too few differ to tell', tone: 'neutral' });
  expect(outcomeOf(paired([0, 0], 0))).toEqual({ words: 'no cases', tone: 'neutral' });
});

test('cases by how they ended, in the order of the replay', () => {
  const groups = caseGroups(
    replay(1, [
      [1, 0],
      [0.5, 0.4],
      [0, 1],
      [0.2, 0.2],
    ]).cases,
  );
  const ids = Object.values(groups).map((cases: Replay['cases']) =>
    cases.map(({ questionId }) => questionId),
  );
  expect(ids).toEqual([['q0', 'q1'], ['q2'], ['q3']]);
});

test('a replay is of the text in force until it is edited, and again when the edit is taken back', () => {
  const drafted = [retire('a'), 1] as const;
  const edited = [retire('b'), 3] as const;
  const takenBack = [retire('a'), 4] as const;
  expect(isReplayOfText(replay(2), proposal([drafted]))).toBe(true);
  expect(isReplayOfText(replay(2), proposal([drafted, edited]))).toBe(false);
  expect(isReplayOfText(replay(2), proposal([drafted, edited, takenBack]))).toBe(true);
  expect(isReplayOfText(replay(5), proposal([drafted, edited]))).toBe(true);
});

test('words are replayed on the cases of a run; nothing else is', () => {
  expect(canReplay({ runId: 'a' }, retire('x'))).toBe(true);
  expect(canReplay({ runId: null }, retire('x'))).toBe(false);
  expect(canReplay({ runId: 'a' }, { kind: 'rollback', toVersion: 1 })).toBe(false);
  expect(canReplay({ runId: 'a' }, { kind: 'pin', name: 'x', isPinned: true })).toBe(false);
});

test('cases on a card: replayed ones with their failure, and failures that were not replayed', () => {
  const [known, other] = [hardCase('c1', 'q1'), hardCase('c2', 'q9')];
  const { cases } = replay(1, [
    [1, 0],
    [0, 1],
  ]);
  const groups = cardCases({ cases }, [known, other]);
  expect(groups.losses).toEqual([{ key: 'guard q0', replayCase: cases[0], hardCase: null }]);
  expect(groups.wins).toEqual([{ key: 'guard q1', replayCase: cases[1], hardCase: known }]);
  expect(groups.ties).toEqual([]);
  expect(groups.others).toEqual([{ key: 'case c2', replayCase: null, hardCase: other }]);
  expect(cardCases(null, [known, other]).others.map(({ key }) => key)).toEqual(['case c1', 'case c2']);
});
