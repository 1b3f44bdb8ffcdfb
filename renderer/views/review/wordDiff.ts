import { diffWordsWithSpace } from 'diff';

export interface DiffPart {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Beyond it two texts are shown as one replaced by the other: it is worked out at every key press. */
const MAX_EDITS = 600;

/** Word by word; what is `same` or `removed` spells `before`, what is `same` or `added` spells `after`. */
export function wordDiff(before: string, after: string): readonly DiffPart[] {
  const changes = diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS });
  const parts: DiffPart[] =
    changes === undefined
      ? [
          { kind: 'removed', text: before },
          { kind: 'added', text: after },
        ]
      : changes.map(({ added, removed, value }) => ({
          kind: added ? 'added' : removed ? 'removed' : 'same',
          text: value,
        }));
  return parts.filter(({ text }) => text !== '');
}
