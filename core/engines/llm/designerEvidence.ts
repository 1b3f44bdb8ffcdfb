import { DIAGNOSIS_WORDS, type HardCase } from '../../contract/hardCase.ts';
import type { BankChange } from '../../contract/proposal.ts';
import type { Skill, SkillStatistics } from '../../contract/skill.ts';
import type { ClusterEvidence, DesignerInput, EvolutionFeedback, PastVerdict } from '../roles.ts';
import type { PromptPart } from './promptBudget.ts';
import { clipLine, quote, quoteLine } from './quoting.ts';

/**
 * What a designer is shown (reference 10.2, 10.5, and what the reference leaves out): skills with their use and reward,
 * what earlier changes did, what reviewers refused and why, and of each case the whole chain from what was said to the
 * answer. When the context is too small the least telling goes first, in the order of `PRIORITY`.
 */

/** Higher stays longer. Cases and entries of a list lose a little with each place. */
const PRIORITY = { caseCore: 400, verdict: 300, feedback: 250, caseChain: 200, instruction: 100 } as const;

const SHOWN = {
  /** Characters. */
  evidence: 500,
  memory: 240,
  answer: 240,
  reason: 400,
  instruction: 700,
  /** Entries. */
  memories: 10,
  actions: 6,
  turns: 4,
} as const;

/** "c1", "c2", ...: short names, so that a reply can point at cases. */
export function caseLabel(at: number): string {
  return `c${at + 1}`;
}

const fixed = (value: number): string => value.toFixed(2);

function neededLine({ chain, diagnosis }: HardCase): string {
  const { needed } = chain;
  if (needed === null) return 'memory that holds the fact: none';
  const rank = needed.rank === null ? 'not ranked' : `rank ${needed.rank} at retrieval`;
  const shown = chain.retrieved.some(({ memoryId }) => memoryId === needed.memoryId) ? 'shown' : 'not shown';
  const share = diagnosis === 'stored_weak' ? `, ${Math.round(needed.coverage * 100)} % of the fact` : '';
  return `memory that holds most of the fact (${rank}, ${shown}${share}): ${clipLine(needed.text, SHOWN.memory)}`;
}

function caseCore(one: HardCase, at: number): string {
  const said = one.chain.evidence
    .slice(0, SHOWN.turns)
    .map(({ text, spanIndex }) => `said in span ${spanIndex}: ${clipLine(text, SHOWN.evidence)}`);
  return [
    `case ${caseLabel(at)}: ${DIAGNOSIS_WORDS[one.diagnosis]}, score ${fixed(one.score)}, failed ${one.failCount} times`,
    `question: ${clipLine(one.question, SHOWN.answer)}`,
    `expected: ${one.golds.map((gold) => clipLine(gold, SHOWN.answer)).join(' | ')}`,
    `answered: ${one.prediction.trim() === '' ? '(nothing)' : clipLine(one.prediction, SHOWN.answer)}`,
    ...(said.length > 0 ? said : ['said: (the place is not known)']),
    neededLine(one),
    ...(one.judge === null ? [] : [`judge: ${clipLine(one.judge.reason, SHOWN.reason)}`]),
  ].join('\n');
}

function caseChain({ chain }: HardCase, at: number): string {
  const spans = chain.spans.flatMap(({ spanIndex, date, skills, actions }) => [
    `span ${spanIndex}${date === null ? '' : ` of ${clipLine(date, SHOWN.answer)}`}, skills active: ${
      skills.map(({ name, probability }) => `${name} (${fixed(probability)})`).join(', ') || 'none'
    }`,
    ...(actions.length === 0 ? [`span ${spanIndex} wrote: nothing`] : []),
    ...actions.slice(0, SHOWN.actions).map((action) => {
      const what = action.type === 'delete' ? quoteLine(action.memory) : clipLine(action.text, SHOWN.memory);
      return `span ${spanIndex} wrote: ${action.type} by ${quoteLine(action.skill)}: ${what}`;
    }),
  ]);
  const retrieved = chain.retrieved
    .slice(0, SHOWN.memories)
    .map(({ text }, rank) => `shown to the answerer, rank ${rank + 1}: ${clipLine(text, SHOWN.memory)}`);
  return [
    `chain of ${caseLabel(at)}:`,
    ...spans,
    ...(retrieved.length > 0 ? retrieved : ['shown to the answerer: nothing']),
  ].join('\n');
}

/** Representatives come first; a case's chain follows all cases, so that the cases themselves go last. */
export function caseParts({ cluster, cases }: ClusterEvidence): PromptPart[] {
  const shares = Object.entries(cluster.diagnosisShares)
    .map(([diagnosis, share]) => `${diagnosis} ${Math.round(share * 100)} %`)
    .join(', ');
  return [
    { text: `<cases>\ncluster: ${quoteLine(cluster.name)}; ${cases.length} failed questions; ${shares}` },
    ...cases.map((one, at) => ({
      text: caseCore(one, at),
      // The first case is what a draft is about: it stays.
      ...(at === 0 ? {} : { priority: PRIORITY.caseCore - at / 1000 }),
    })),
    ...cases.map((one, at) => ({ text: caseChain(one, at), priority: PRIORITY.caseChain - at / 1000 })),
    { text: '</cases>' },
  ];
}

function useOf(statistics: SkillStatistics | undefined): string {
  if (statistics === undefined) return '';
  const { usageCount, averageReward, memoriesWritten, memoriesRetrieved } = statistics;
  return usageCount === 0
    ? '; never selected'
    : `; selected ${usageCount} times, mean reward ${fixed(averageReward)}, wrote ${memoriesWritten} memories of which ${memoriesRetrieved} were retrieved`;
}

/** The bank: a line for each skill, and the instructions as far as there is room. */
export function skillParts(
  skills: readonly Skill[],
  statistics: DesignerInput['statistics'] = {},
): PromptPart[] {
  return [
    {
      text: [
        '<bank>',
        ...skills.map(
          ({ name, type, isPinned, description }) =>
            `skill ${name} (${type}${isPinned ? ', pinned' : ''}${useOf(statistics[name])}): ${quoteLine(description)}`,
        ),
      ].join('\n'),
    },
    ...skills.map(({ name, instruction }, at) => ({
      text: `instruction of ${name}:\n${quote(instruction)}`,
      priority: PRIORITY.instruction - at / 1000,
    })),
    { text: '</bank>' },
  ];
}

/** A change in one or a few lines. */
export function describeChange(change: BankChange): string {
  const texts = (of: { description?: string | undefined; instruction?: string | undefined }): string =>
    [
      ...(of.description === undefined ? [] : [`description: ${clipLine(of.description, SHOWN.reason)}`]),
      ...(of.instruction === undefined
        ? []
        : [`instruction: ${clipLine(of.instruction, SHOWN.instruction)}`]),
    ].join('; ');
  switch (change.kind) {
    case 'add':
      return `add ${change.skill.name} (${change.skill.type}); ${texts(change.skill)}`;
    case 'refine':
      return `refine ${change.name}; ${texts(change.changes)}`;
    case 'merge':
      return `merge ${change.names.join(', ')} into ${change.into.name}; ${texts(change.into)}`;
    case 'retire':
      return `retire ${change.name}`;
    case 'pin':
      return `${change.isPinned ? 'pin' : 'unpin'} ${change.name}`;
    case 'rollback':
      return `go back to version ${change.toVersion}`;
  }
}

function feedbackText({ changes, baseScore, score, wasRolledBack }: EvolutionFeedback): string {
  const difference = score - baseScore;
  const effect = difference > 0 ? 'better' : difference < 0 ? 'worse' : 'equal';
  const advice = wasRolledBack
    ? 'It was rolled back: take another approach.'
    : difference > 0
      ? 'It is in the bank: build on it.'
      : 'It did not help: take another approach.';
  return [
    `earlier change, score ${baseScore.toFixed(4)} -> ${score.toFixed(4)} (${effect}, ${difference.toFixed(4)}). ${advice}`,
    ...changes.map(describeChange),
  ].join('\n');
}

function verdictText({ change, verdict, reason }: PastVerdict): string {
  const word = verdict === 'reject' ? 'rejected' : 'sent back with a comment';
  return `${word} by the reviewer: ${describeChange(change)}\nreviewer: ${clipLine(reason, SHOWN.reason) || '(no reason given)'}`;
}

/** What came of earlier attempts, oldest first as given; the newest stay longest. */
export function historyParts({
  feedback,
  pastVerdicts,
}: Pick<DesignerInput, 'feedback' | 'pastVerdicts'>): PromptPart[] {
  if (feedback.length + pastVerdicts.length === 0) return [];
  const aged = (texts: readonly string[], priority: number): PromptPart[] =>
    texts.map((text, at) => ({ text, priority: priority - (texts.length - 1 - at) / 1000 }));
  return [
    { text: '<history>' },
    ...aged(feedback.map(feedbackText), PRIORITY.feedback),
    ...aged(pastVerdicts.map(verdictText), PRIORITY.verdict),
    { text: '</history>' },
  ];
}
