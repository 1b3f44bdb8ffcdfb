import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';

const WITH_EFFECTS = 'renderer/**/*.svelte.test.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Compiles the runes of `.svelte.ts` files.
  plugins: [svelte({ configFile: false })],
  // Svelte's own browser build: the other one has no effects.
  resolve: { conditions: ['browser'] },
  test: {
    // Properties take seconds where the machine is shared.
    testTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'out/renderer-unit-report.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['renderer/**/*.test.ts'],
          exclude: [...configDefaults.exclude, WITH_EFFECTS],
        },
      },
      // Compiled for a page: for a server, effects are left out. What is Node's own does not work there.
      {
        extends: true,
        test: { name: 'page', include: [WITH_EFFECTS], environment: './renderer/clientEnvironment.ts' },
      },
    ],
  },
});
