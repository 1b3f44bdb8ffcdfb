import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './shells/shellProcess.ts';

const FILE = join(ROOT, 'out', 'e2e', 'journey-times.json');

/** Keeps how long something took a person, in seconds, beside the reports; nothing passes or fails by it. */
export function keepJourneyTime(name: string, ms: number): void {
  const before: unknown = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  mkdirSync(dirname(FILE), { recursive: true });
  // The file is an object, written here only.
  const times = { ...(before as object), [name]: Number((ms / 1000).toFixed(1)) };
  writeFileSync(FILE, `${JSON.stringify(times, null, 2)}\n`);
}
