import type { ViewName } from '../state/route.svelte.ts';

/** What the views are called in the list of them and in the title of the window. */
export const VIEW_NAMES: Readonly<Record<ViewName, string>> = {
  runs: 'Runs',
  review: 'Review',
  cases: 'Hard cases',
  bank: 'Bank',
  evaluate: 'Evaluate',
  memory: 'Memory',
  models: 'Models',
  settings: 'Settings',
};
