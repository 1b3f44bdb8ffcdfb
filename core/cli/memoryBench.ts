import { benchLiveMemory } from '../app/memory/bench.ts';
import { sourcePlatform } from '../app/platform.ts';
import { memskillDataFile } from '../config/environment.ts';
import { AppError } from '../shared/errors.ts';
import { printFigures } from './printFigures.ts';

/** `npm run bench:memory -- [FILE]`: live memory of 100,000 memories of 1024 dimensions against exact search. */

const dataFile = process.argv[2] ?? memskillDataFile('locomo-train-val.json');
if (dataFile === null)
  throw new AppError('INVALID_INPUT', "Name LoCoMo's file: npm run bench:memory -- path/to/locomo10.json.");
const figures = await benchLiveMemory({
  dataFile,
  platform: sourcePlatform,
  memories: 100_000,
  dimension: 1024,
  onProgress: (done, total, label) => process.stderr.write(`\r${done}/${total} ${label}`),
});
process.stderr.write('\n');
printFigures(figures);
