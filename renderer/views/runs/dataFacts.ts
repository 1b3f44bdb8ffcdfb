import type { DataInspection, DataProblem } from '../../../core/contract/dataset.ts';

/** What a data file was understood as, in words. Law: pure. */

const SHOWN_IDS = 5;

export interface DataFact {
  readonly name: string;
  readonly value: string;
}

function evidenceShare({ questions, questionsWithoutEvidence }: DataInspection): string {
  if (questions === 0) return 'there are no questions';
  const share = Math.round((100 * (questions - questionsWithoutEvidence)) / questions);
  return `${share} % of the questions`;
}

function repairs(data: DataInspection): DataFact[] {
  const { adversarialQuestions, compoundEvidenceIds, unresolvedEvidenceIds } = data;
  const named = unresolvedEvidenceIds.slice(0, SHOWN_IDS).map(({ questionId, id }) => `${questionId}: ${id}`);
  const facts: (DataFact & { readonly count: number })[] = [
    {
      name: 'Adversarial questions left out',
      value: String(adversarialQuestions),
      count: adversarialQuestions,
    },
    {
      name: 'Compound evidence ids repaired',
      value: String(compoundEvidenceIds),
      count: compoundEvidenceIds,
    },
    {
      name: 'Evidence that names no turn',
      value: [String(unresolvedEvidenceIds.length), ...named].join(', '),
      count: unresolvedEvidenceIds.length,
    },
  ];
  return facts.filter(({ count }) => count > 0);
}

/** Facts about data that can be read, the most telling first; what did not happen is left out. */
export function dataFacts(data: DataInspection): readonly DataFact[] {
  const { traces, spans, isSpanCountExact, categories, days } = data;
  const kinds = categories.map(
    ({ category, name, questions }) => `${name ?? `category ${category}`} ${questions}`,
  );
  return [
    {
      name: 'Traces',
      value: `${traces.train} to train on, ${traces.validation} to validate, ${traces.test} to test`,
    },
    { name: 'Spans', value: `${isSpanCountExact ? '' : 'about '}${spans}` },
    {
      name: 'Questions',
      value: [String(data.questions), kinds.join(', ')].filter((part) => part !== '').join(': '),
    },
    { name: 'Dates', value: days === null ? 'none' : `${days.first} to ${days.last}` },
    { name: 'Evidence named for', value: evidenceShare(data) },
    ...repairs(data),
  ];
}

/** Where a problem is: `Line 3, questions[0].answers:`. */
export function problemPlace({ line, keyPath }: DataProblem): string {
  const parts = [line === null ? '' : `Line ${line}`, keyPath].filter((part) => part !== '');
  return `${parts.join(', ') || 'The file'}:`;
}
