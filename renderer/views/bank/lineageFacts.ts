import { DIAGNOSIS_WORDS, DIAGNOSES } from '../../../core/contract/hardCase.ts';
import type { DesignerIdentity, Skill, SkillLineage } from '../../../core/contract/skill.ts';
import { counted, interval, signedPoints } from '../../ui/format.ts';
import { outcomeOf } from '../review/replayWords.ts';
import { decisionWords, ORIGIN_WORDS } from './versionWords.ts';

export interface LineageFact {
  readonly term: string;
  readonly value: string;
  readonly title?: string;
}

const HASH_DIGITS = 12;

function diagnosisWords(text: string): string {
  const known = DIAGNOSES.find((one) => one === text);
  return known === undefined ? text : DIAGNOSIS_WORDS[known];
}

function replayFact({
  wins,
  ties,
  losses,
  meanDifference,
  interval: bounds,
}: NonNullable<SkillLineage['replay']>): LineageFact {
  const { words } = outcomeOf({ count: wins + ties + losses, wins, losses, interval: bounds });
  return {
    term: 'Replay',
    value: `${wins} better, ${ties} same, ${losses} worse; ${signedPoints(meanDifference)} points ${interval(bounds)}: ${words}`,
    title: `Mean difference of the score over all cases of the replay, new minus old, with its 95 % paired bootstrap interval, n = ${wins + ties + losses}`,
  };
}

function designerFact({ model, promptHash }: DesignerIdentity): LineageFact {
  return {
    term: 'Drafted by',
    value: model === 'builtin' ? 'the built-in designer' : model,
    ...(promptHash === null ? {} : { title: `SHA-256 of its prompts: ${promptHash}` }),
  };
}

/** Where the current text of a skill comes from, as far as it is known. */
export function lineageFacts({ origin }: Skill, lineage: SkillLineage | null): LineageFact[] {
  const written: LineageFact = { term: 'Written by', value: ORIGIN_WORDS[origin] ?? origin };
  if (lineage === null) return [written];
  const { parents, designer, cluster, cases, replay, decision, reason } = lineage;
  return [
    written,
    ...(designer === null ? [] : [designerFact(designer)]),
    {
      term: 'Replaces',
      value:
        parents.length === 0
          ? 'nothing: it was new'
          : `text ${parents.map((hash) => hash.slice(0, HASH_DIGITS)).join(', ')}`,
      ...(parents.length === 0 ? {} : { title: `SHA-256 of the text before: ${parents.join(', ')}` }),
    },
    ...(cluster === null
      ? []
      : [
          {
            term: 'Cluster',
            value: `${cluster.name}, ${counted(cluster.size, 'case')}, mostly ${diagnosisWords(cluster.diagnosis)}`,
          },
        ]),
    ...(cases.length === 0
      ? []
      : [
          {
            term: 'Hard cases',
            value: counted(cases.length, 'case'),
            title: `Their hashes: ${cases.map((hash) => hash.slice(0, HASH_DIGITS)).join(', ')}`,
          },
        ]),
    ...(replay === null ? [] : [replayFact(replay)]),
    ...(decision === null ? [] : [{ term: 'Decision', value: decisionWords(decision) }]),
    ...(reason === '' ? [] : [{ term: 'Reason', value: reason }]),
  ];
}
