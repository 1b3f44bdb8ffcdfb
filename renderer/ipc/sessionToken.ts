const KEY = 'memskill.token';

/**
 * The token of this launch: from the address it was opened with (and then taken out of it, so that it is neither seen
 * nor copied along), else as kept for this tab.
 */
export function takeToken({
  location,
  history,
  sessionStorage,
}: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, token);
  history.replaceState(null, '', location.pathname);
  return token;
}
