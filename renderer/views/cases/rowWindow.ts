/** A window over rows of one height, so that a list of thousands costs as much as one screen of it. In pixels and rows. */

export interface Scrolled {
  readonly scrollTop: number;
  readonly viewportHeight: number;
  readonly rowHeight: number;
}

/** Rows drawn beyond each edge, so that a quick scroll finds them there. */
const OVERSCAN = 6;

/** Indices of the rows to draw, ascending: those in view with some around them, and `kept`, which has the focus. */
export function rowsInView(
  { scrollTop, viewportHeight, rowHeight }: Scrolled,
  count: number,
  kept: number | null,
): number[] {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);
  const end = Math.min(count, Math.ceil((scrollTop + viewportHeight) / rowHeight) + OVERSCAN);
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  if (kept === null || kept < 0 || kept >= count || (kept >= first && kept < end)) return rows;
  return kept < first ? [kept, ...rows] : [...rows, kept];
}

/** The scroll position nearest to the present one with which a row is wholly in view. */
export function scrollTopToShow(index: number, { scrollTop, viewportHeight, rowHeight }: Scrolled): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - viewportHeight);
}

/** Where a key leads in a list; null: the key moves nothing. Without a selection every key leads to an end. */
export function indexAfterKey(
  key: string,
  index: number | null,
  { count, pageSize }: { readonly count: number; readonly pageSize: number },
): number | null {
  if (count === 0) return null;
  const from = index ?? -1;
  const to: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + pageSize,
    PageUp: from - pageSize,
    Home: 0,
    End: count - 1,
  };
  const target = to[key];
  return target === undefined ? null : Math.min(count - 1, Math.max(0, target));
}
