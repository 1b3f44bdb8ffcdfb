import type { CallOutput } from '../../../core/contract/calls.ts';
import type { HardCaseSummary } from '../../../core/contract/hardCase.ts';
import { isWithin, type Area } from './brush.ts';
import type { SearchableCase } from './caseFilter.ts';
import type { ScatterPoint } from './scatterPlot.ts';

/** Cases and their places in the scatter, brought together by id. Pure; either may be older than the other. */

/** A point for each place whose case is open, with the diagnosis that the list has. */
export function placed(
  cases: readonly SearchableCase[],
  places: CallOutput<'cases.scatter'>,
): ScatterPoint[] {
  const diagnoses = new Map(cases.map(({ summary }) => [summary.id, summary.diagnosis]));
  return places.flatMap((place) => {
    const diagnosis = diagnoses.get(place.caseId);
    return diagnosis === undefined ? [] : [{ ...place, diagnosis }];
  });
}

/** The cases that lie in an area, in their order; all of them without one. A case without a place lies nowhere. */
export function withinArea(
  cases: readonly HardCaseSummary[],
  points: readonly ScatterPoint[],
  area: Area | null,
): readonly HardCaseSummary[] {
  if (area === null) return cases;
  const inside = new Set(points.filter((point) => isWithin(point, area)).map(({ caseId }) => caseId));
  return cases.filter(({ id }) => inside.has(id));
}
