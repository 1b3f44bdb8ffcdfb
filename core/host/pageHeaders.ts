export interface PageHeaderOptions {
  /** Where the page may connect to, as sources of its policy (`ws://127.0.0.1:4000`); nowhere when empty. */
  readonly connect: readonly string[];
}

/**
 * Svelte parses its own templates through a Trusted Types policy of this name; no other policy can be made, so no other
 * text becomes markup or script.
 */
const SVELTE_POLICY = 'svelte-trusted-html';

/** Features of a browser that the page never uses. */
const DENIED_FEATURES = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'xr-spatial-tracking',
];

function contentSecurityPolicy(connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src ${connect.length === 0 ? "'none'" : connect.join(' ')}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `trusted-types ${SVELTE_POLICY}`,
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The headers that the application's page is served with, whoever serves it. */
export function pageHeaders({ connect }: PageHeaderOptions): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(connect),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': DENIED_FEATURES.map((feature) => `${feature}=()`).join(', '),
  };
}
