/**
 * What objects are called in the text. ALFWorld's ids hold coordinates (`cabinet_bar__minus_00_dot_35...`): the part before
 * is the kind, and the objects of a kind are numbered down in the order of their ids, so that lists in that order read
 * `cabinet 2, cabinet 1`. An id without coordinates is its own name.
 */

const SEPARATOR = '_bar_';

/** A basin is part of a sink or bathtub, whose name its id begins with. */
function kindOf(id: string): string {
  const kind = id.split(SEPARATOR, 1)[0] ?? id;
  return id.includes('basin') ? `${kind}basin` : kind;
}

/** Names by id. */
export function entityNames(ids: Iterable<string>): ReadonlyMap<string, string> {
  const sorted = [...ids].sort();
  const left = new Map<string, number>();
  for (const id of sorted) {
    if (id.includes(SEPARATOR)) left.set(kindOf(id), (left.get(kindOf(id)) ?? 0) + 1);
  }
  const names = new Map<string, string>();
  for (const id of sorted) {
    if (!id.includes(SEPARATOR)) {
      names.set(id, id);
      continue;
    }
    const kind = kindOf(id);
    const number = left.get(kind) ?? 1;
    left.set(kind, number - 1);
    names.set(id, `${kind} ${number}`);
  }
  return names;
}
