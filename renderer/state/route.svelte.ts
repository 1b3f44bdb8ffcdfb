export const VIEWS = ['runs', 'review', 'cases', 'bank', 'evaluate', 'memory', 'models', 'settings'] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Place {
  readonly view: ViewName;
  /** What is open in the view (a proposal, a case, a version); null: nothing in particular. */
  readonly id: string | null;
}

function isViewName(text: string): text is ViewName {
  return (VIEWS as readonly string[]).includes(text);
}

/** `#/review/p3` and the like; anything unknown leads to the runs. */
export function parsePlace(hash: string): Place {
  const [view = '', id = ''] = hash.replace(/^#\/?/u, '').split('/');
  if (!isViewName(view)) return { view: 'runs', id: null };
  return { view, id: id === '' ? null : decodeURIComponent(id) };
}

export function placeHref(view: ViewName, id: string | null = null): string {
  return id === null ? `#/${view}` : `#/${view}/${encodeURIComponent(id)}`;
}

/** Where this window is; links are plain anchors, so going back works as everywhere. */
export class Route {
  #place = $state.raw(parsePlace(window.location.hash));

  constructor() {
    window.addEventListener('hashchange', () => {
      this.#place = parsePlace(window.location.hash);
    });
  }

  get view(): ViewName {
    return this.#place.view;
  }

  get id(): string | null {
    return this.#place.id;
  }

  go(view: ViewName, id: string | null = null): void {
    window.location.hash = placeHref(view, id);
  }

  /** As `go`, but going back skips where it was: for a selection that moves within a view. */
  replace(view: ViewName, id: string | null): void {
    window.history.replaceState(null, '', placeHref(view, id));
    this.#place = { view, id };
  }
}
