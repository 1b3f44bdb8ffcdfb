import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import type { ShellName } from './studio.ts';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));

export default defineConfig<{ shellName: ShellName }>({
  testDir: '.',
  globalSetup: './globalSetup.ts',
  outputDir: `${OUT}e2e`,
  // Each test starts an application that trains; two cores are one of these.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 45_000 },
  reporter: [['list'], ['json', { outputFile: `${OUT}e2e-report.json` }]],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 800 },
  },
  projects: [
    { name: 'browser', use: { shellName: 'browser' } },
    { name: 'standIn', use: { shellName: 'standIn' } },
    { name: 'electron', use: { shellName: 'electron' } },
  ],
});
