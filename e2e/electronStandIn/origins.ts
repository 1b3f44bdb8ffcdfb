// Chromium knows nothing of an application's own scheme, so `app://studio/x` is `https://studio.app.localhost/x` to
// it: a secure context of its own, and no request leaves the machine, for main answers each of them.

const MAPPED = /^https:\/\/([a-z0-9-]+)\.([a-z][a-z0-9+.-]*)\.localhost(?=[/?#]|$)/u;

export function toBrowserUrl(url: string): string {
  const { protocol, host, pathname, search, hash } = new URL(url);
  const scheme = protocol.slice(0, -1);
  if (['http', 'https', 'about', 'blob', 'data', 'file'].includes(scheme)) return url;
  return `https://${host}.${scheme}.localhost${pathname === '' ? '/' : pathname}${search}${hash}`;
}

export function toElectronUrl(url: string): string {
  return url.replace(MAPPED, '$2://$1');
}

/** Of a URL as main knows it; a scheme's origin is not opaque in Electron as it is to Node's URL. */
export function electronOrigin(url: string): string {
  const { protocol, host, origin } = new URL(url);
  return origin === 'null' && host !== '' ? `${protocol}//${host}` : origin;
}
