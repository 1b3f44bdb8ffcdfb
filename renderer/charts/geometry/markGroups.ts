export interface MarkGroup<Mark> {
  /** Place of its first mark. */
  readonly x: number;
  readonly marks: readonly Mark[];
}

/**
 * Marks in one lane, those too close to be told apart in one group. `marks` in the order of their places; a mark whose
 * place is not finite is left out.
 */
export function groupMarks<Mark>(
  marks: readonly Mark[],
  placeOf: (mark: Mark) => number,
  distance: number,
): readonly MarkGroup<Mark>[] {
  const groups: { readonly x: number; readonly marks: Mark[] }[] = [];
  for (const mark of marks) {
    const x = placeOf(mark);
    if (!Number.isFinite(x)) continue;
    const last = groups.at(-1);
    if (last !== undefined && Math.abs(x - last.x) < distance) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  return groups;
}
