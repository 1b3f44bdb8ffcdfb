import type { DiffPart } from './wordDiff.ts';

/**
 * A word diff as two columns. Law: the left sides, one a line, spell the text before, the right sides the text after;
 * lines that both texts have in common stand beside each other.
 */

export interface SideBySideRow {
  /** Null: the text has no line here. */
  readonly left: readonly DiffPart[] | null;
  readonly right: readonly DiffPart[] | null;
  readonly isChanged: boolean;
}

/** The lines of one text since the columns were level, the last one still growing. */
class Side {
  readonly #lines: DiffPart[][] = [[]];

  get wholeCount(): number {
    return this.#lines.length - 1;
  }

  /** The growing line stands beside one of the other text already: both have words in common. */
  get isTied(): boolean {
    return this.#lines.at(-1)?.some(({ kind }) => kind === 'same') ?? false;
  }

  append(part: DiffPart): void {
    for (const [at, text] of part.text.split('\n').entries()) {
      if (at > 0) this.#lines.push([]);
      if (text !== '') this.#lines.at(-1)?.push({ ...part, text });
    }
  }

  /** Takes out what is there but for the last line, which goes on. */
  takeWhole(): DiffPart[][] {
    return this.#lines.splice(0, this.#lines.length - 1);
  }

  takeAll(): DiffPart[][] {
    return this.#lines.splice(0);
  }
}

function rowsOf(left: readonly DiffPart[][], right: readonly DiffPart[][]): SideBySideRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const sides = { left: left[at] ?? null, right: right[at] ?? null };
    const parts = [...(sides.left ?? []), ...(sides.right ?? [])];
    const isChanged =
      sides.left === null || sides.right === null || parts.some(({ kind }) => kind !== 'same');
    return { ...sides, isChanged };
  });
}

/** Words in common are about to be added: their lines are to stand beside each other where that is still possible. */
function canLevel(left: Side, right: Side): boolean {
  return left.wholeCount !== right.wholeCount && !left.isTied && !right.isTied;
}

export function sideBySide(parts: readonly DiffPart[]): readonly SideBySideRow[] {
  const [left, right] = [new Side(), new Side()];
  const rows: SideBySideRow[] = [];
  for (const part of parts) {
    if (part.kind === 'same' && !part.text.startsWith('\n') && canLevel(left, right))
      rows.push(...rowsOf(left.takeWhole(), right.takeWhole()));
    if (part.kind !== 'added') left.append(part);
    if (part.kind !== 'removed') right.append(part);
    // A line end that both have brings the columns level again.
    if (part.kind === 'same' && part.text.includes('\n'))
      rows.push(...rowsOf(left.takeWhole(), right.takeWhole()));
  }
  return [...rows, ...rowsOf(left.takeAll(), right.takeAll())];
}
