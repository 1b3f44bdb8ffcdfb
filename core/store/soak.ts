/** `node core/store/soak.ts --kills 50 --seed 1`: the crash soak in a temporary folder, its summary as JSON. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crashSoak } from './crashSoak.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const folder = mkdtempSync(join(tmpdir(), 'memskill-soak-'));
// Kept when it fails, to be looked at: the error names it.
const summary = await crashSoak({ folder, kills: Number(values.kills), seed: Number(values.seed) });
rmSync(folder, { recursive: true });
console.log(JSON.stringify(summary));
