import { ensureChromium } from './chromium.ts';

/** Once, before every project: tests find Chromium where this has seen to it. */
export default async function globalSetup(): Promise<void> {
  await ensureChromium();
}
