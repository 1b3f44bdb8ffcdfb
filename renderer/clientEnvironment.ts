import type { Environment } from 'vitest/runtime';

/** Tests run on Node, compiled as for a page; one that needs something of `window` brings it. */
export default {
  name: 'client',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
} satisfies Environment;
