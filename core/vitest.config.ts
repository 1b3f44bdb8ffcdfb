import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['core/**/*.test.ts'],
    // Two cores: one process a file keeps native libraries apart, two at a time keep the machine usable.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'out/unit-report.json' }]],
  },
});
