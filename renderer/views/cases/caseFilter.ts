import {
  DIAGNOSES,
  type Cluster,
  type Diagnosis,
  type HardCaseSummary,
} from '../../../core/contract/hardCase.ts';
import { points } from '../../ui/format.ts';

/** Which cases are shown; null and an empty text let everything through. */
export interface CaseFilter {
  readonly category: number | null;
  readonly diagnosis: Diagnosis | null;
  readonly text: string;
  /** Least and most score of the last attempt in points, both included, as the list writes scores. */
  readonly minPoints: number | null;
  readonly maxPoints: number | null;
  /** Least number of wrong answers. */
  readonly minFails: number | null;
}

export const NO_FILTER: CaseFilter = {
  category: null,
  diagnosis: null,
  text: '',
  minPoints: null,
  maxPoints: null,
  minFails: null,
};

/** A case with the text that is searched: question, accepted answers and last answer. */
export interface SearchableCase {
  readonly summary: HardCaseSummary;
  readonly text: string;
}

export function searchable(cases: readonly HardCaseSummary[]): SearchableCase[] {
  return cases.map((summary) => ({
    summary,
    text: [summary.question, ...summary.golds, summary.prediction].join('\n').toLowerCase(),
  }));
}

/** The cases of a cluster in the order of the list; all of them without a cluster. */
export function casesOfCluster(
  cases: readonly SearchableCase[],
  cluster: Cluster | null,
): readonly SearchableCase[] {
  if (cluster === null) return cases;
  const ids = new Set(cluster.caseIds);
  return cases.filter(({ summary }) => ids.has(summary.id));
}

/** What a person typed into a field of a number: null for nothing, and for what is no number. */
export function numberOrNull(text: string): number | null {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function isScoreWithin(score: number, { minPoints, maxPoints }: CaseFilter): boolean {
  // As the list writes it: a score that reads 28.7 is at least 28.7.
  const shown = Number(points(score));
  return (minPoints === null || shown >= minPoints) && (maxPoints === null || shown <= maxPoints);
}

/** Every word of the text must be found, in any order. The order of the cases stays. */
export function filterCases(cases: readonly SearchableCase[], filter: CaseFilter): HardCaseSummary[] {
  const words = filter.text.toLowerCase().split(/\s+/u).filter(Boolean);
  return cases
    .filter(
      ({ summary, text }) =>
        (filter.category === null || summary.category === filter.category) &&
        (filter.diagnosis === null || summary.diagnosis === filter.diagnosis) &&
        (filter.minFails === null || summary.failCount >= filter.minFails) &&
        isScoreWithin(summary.score, filter) &&
        words.every((word) => text.includes(word)),
    )
    .map(({ summary }) => summary);
}

export function isFiltering({ text, ...others }: CaseFilter): boolean {
  return text.trim() !== '' || Object.values(others).some((value) => value !== null);
}

export interface Counted<T> {
  readonly value: T;
  readonly count: number;
}

/** Categories that occur, in ascending order. */
export function countCategories(cases: readonly SearchableCase[]): Counted<number>[] {
  const groups = Map.groupBy(cases, ({ summary }) => summary.category);
  return [...groups]
    .map(([value, members]) => ({ value, count: members.length }))
    .toSorted((a, b) => a.value - b.value);
}

/** Diagnoses that occur, in the order of the chain. */
export function countDiagnoses(cases: readonly SearchableCase[]): Counted<Diagnosis>[] {
  const groups = Map.groupBy(cases, ({ summary }) => summary.diagnosis);
  return DIAGNOSES.map((value) => ({ value, count: groups.get(value)?.length ?? 0 })).filter(
    ({ count }) => count > 0,
  );
}

/** As a cluster has it: share of each diagnosis, summing to 1; empty without cases. */
export function diagnosisShares(cases: readonly SearchableCase[]): Cluster['diagnosisShares'] {
  return Object.fromEntries(countDiagnoses(cases).map(({ value, count }) => [value, count / cases.length]));
}

/** As a cluster has it: mean of 1 - score; 0 without cases. */
export function severityOf(cases: readonly SearchableCase[]): number {
  if (cases.length === 0) return 0;
  return cases.reduce((sum, { summary }) => sum + 1 - summary.score, 0) / cases.length;
}

export interface StageClusters {
  /** 0-based. */
  readonly stage: number;
  readonly clusters: readonly Cluster[];
}

/** Latest stage first; within a stage the larger cluster first, of equal ones by name. */
export function clustersByStage(clusters: readonly Cluster[]): StageClusters[] {
  return [...Map.groupBy(clusters, ({ stage }) => stage)]
    .map(([stage, members]) => ({
      stage,
      clusters: members.toSorted((a, b) => b.caseIds.length - a.caseIds.length || (a.name < b.name ? -1 : 1)),
    }))
    .toSorted((a, b) => b.stage - a.stage);
}
