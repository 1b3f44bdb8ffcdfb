import { DIAGNOSES, DIAGNOSIS_WORDS, type HardCase } from '../../contract/hardCase.ts';
import { difficulty } from '../../hardCases/difficulty.ts';
import { contentStems, contentWords } from '../../hardCases/contentWords.ts';
import type { ClusterEvidence } from '../roles.ts';
import { INFORMATION_KINDS, kindsOf, type InformationKind } from './informationKinds.ts';
import { tagWords } from './taggedWords.ts';
import { wordWeight } from './wordWeight.ts';

/** What a cluster's evidence says is being lost. */

/**
 * A kind counts when it shows in this share of the cases that no stronger kind explains, and in a smaller one of all: a few
 * stray questions make no skill.
 */
const KIND_SHARE = 0.1;
const LEAST_SHARE = 0.04;
/** In clusters of more than three lost cases, so many must show it. */
const LEAST_CASES = 2;
/** A word of the evidence is a topic when this share of the lost cases has it. */
const TOPIC_SHARE = 0.15;

export interface KindLoss {
  readonly kind: InformationKind;
  /** Sum of difficulty x strength of the sign over the cases. */
  readonly loss: number;
  readonly cases: readonly HardCase[];
}

export interface ClusterReading {
  readonly evidence: ClusterEvidence;
  /** Cases whose fact memory does not hold or holds in part: what a skill can mend. */
  readonly lost: readonly HardCase[];
  readonly notRetrieved: readonly HardCase[];
  /** Share of not_retrieved and not_used: what no skill for storing can mend. */
  readonly keptShare: number;
  /** Kinds lost, worst first. */
  readonly kinds: readonly KindLoss[];
  /** Sum of the lost cases' difficulty. */
  readonly loss: number;
}

function isLost({ diagnosis }: HardCase): boolean {
  return diagnosis === 'not_stored' || diagnosis === 'stored_weak';
}

function lostKinds(lost: readonly HardCase[]): KindLoss[] {
  const strengths = lost.map((hardCase) =>
    kindsOf({
      question: hardCase.question,
      golds: hardCase.golds,
      evidence: hardCase.chain.evidence.map((turn) => turn.text),
    }),
  );
  const readings = INFORMATION_KINDS.map((kind): KindLoss => {
    const shown = lost.flatMap((hardCase, at) => {
      const strength = strengths[at]?.get(kind);
      return strength === undefined ? [] : [{ hardCase, loss: strength * difficulty(hardCase) }];
    });
    return {
      kind,
      loss: shown.reduce((sum, { loss }) => sum + loss, 0),
      cases: shown.map(({ hardCase }) => hardCase),
    };
  }).sort((a, b) => b.loss - a.loss);
  const unexplained = new Set(lost);
  return readings.filter(({ cases }) => {
    const own = cases.filter((hardCase) => unexplained.has(hardCase));
    const least = Math.max(
      lost.length > 3 ? LEAST_CASES : 1,
      lost.length * LEAST_SHARE,
      unexplained.size * KIND_SHARE,
    );
    if (own.length < least) return false;
    for (const hardCase of own) unexplained.delete(hardCase);
    return true;
  });
}

export function readCluster(evidence: ClusterEvidence): ClusterReading {
  // A case a person called bad says nothing about the skills.
  const cases = evidence.cases.filter(({ diagnosis }) => diagnosis !== 'bad_case');
  const lost = cases.filter(isLost);
  const kept = cases.length - lost.length;
  return {
    evidence,
    lost,
    notRetrieved: cases.filter(({ diagnosis }) => diagnosis === 'not_retrieved'),
    keptShare: cases.length === 0 ? 0 : kept / cases.length,
    kinds: lostKinds(lost),
    loss: lost.reduce((sum, hardCase) => sum + difficulty(hardCase), 0),
  };
}

/**
 * Nouns the evidence of several cases shares, most frequent first: at least two cases and a seventh of them. Counted once
 * for a case in question, golds and evidence turns; one that no question or gold has is talk, not what was asked for.
 * Names and everyday words are left out.
 */
export function topicWords(cases: readonly HardCase[]): string[] {
  const counts = new Map<string, { word: string; count: number }>();
  const names = new Set<string>();
  const wanted = new Set(cases.flatMap(({ question, golds }) => [question, ...golds].flatMap(contentStems)));
  for (const { question, golds, chain } of cases) {
    const inCase = new Map<string, string>();
    for (const text of [question, ...golds, ...chain.evidence.map((turn) => turn.text)]) {
      const nouns = new Set(tagWords(text).flatMap(({ part, lower }) => (part === 'noun' ? [lower] : [])));
      for (const { stem, word, isName } of contentWords(text)) {
        if (isName) names.add(stem);
        else if (!inCase.has(stem) && nouns.has(word.toLowerCase()) && wordWeight(word) === 1)
          inCase.set(stem, word);
      }
    }
    for (const [stem, word] of inCase) {
      const known = counts.get(stem);
      counts.set(stem, { word: known?.word ?? word, count: (known?.count ?? 0) + 1 });
    }
  }
  return [...counts]
    .filter(
      ([stem, { count }]) =>
        count >= Math.max(2, cases.length * TOPIC_SHARE) && wanted.has(stem) && !names.has(stem),
    )
    .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    .map(([, { word }]) => word);
}

/** "not stored: 3, stored in part: 5" in the order of the chain. */
export function countDiagnoses(cases: readonly HardCase[]): string {
  return DIAGNOSES.map(
    (diagnosis) => [cases.filter((one) => one.diagnosis === diagnosis).length, diagnosis] as const,
  )
    .filter(([count, diagnosis]) => count > 0 && diagnosis !== 'bad_case')
    .map(([count, diagnosis]) => `${DIAGNOSIS_WORDS[diagnosis]}: ${count}`)
    .join(', ');
}
