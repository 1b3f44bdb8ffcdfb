import type { EvidenceChain } from '../../../core/contract/hardCase.ts';
import { markWords } from './markWords.ts';

type Turn = EvidenceChain['evidence'][number];

function keptLength(text: string, kept: string): number {
  return markWords(text, { answers: [], kept })
    .filter((part) => part.isKept)
    .reduce((sum, part) => sum + part.text.length, 0);
}

/** The turns of the evidence, those first that the needed memory says most of: they hold the fact that is missing. */
export function turnsByKept({ evidence, needed }: EvidenceChain): readonly Turn[] {
  if (needed === null) return evidence;
  return evidence
    .map((turn) => ({ turn, kept: keptLength(turn.text, needed.text) }))
    .toSorted((a, b) => b.kept - a.kept)
    .map(({ turn }) => turn);
}

/** The spans of the chain, that of the given turn first. */
export function spansByTurn({ spans }: EvidenceChain, turn: Turn | undefined): EvidenceChain['spans'] {
  return spans.toSorted(
    (a, b) => Number(b.spanIndex === turn?.spanIndex) - Number(a.spanIndex === turn?.spanIndex),
  );
}
