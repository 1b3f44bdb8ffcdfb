import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      rolldownOptions: {
        // Each is started by its file: what the platform names has to be there under these names.
        input: {
          index: 'electron/main/index.ts',
          engineWorker: 'core/engines/engineWorker.ts',
          controllerWorker: 'core/controller/worker.ts',
          modelProcess: 'core/models/llama/modelProcess.ts',
          checkpointThread: 'core/store/checkpointThread.ts',
        },
        output: { chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      sourcemap: true,
      // A sandboxed preload script can neither be a module nor require one.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'electron/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [svelte({ configFile: false })],
    build: {
      // The web host serves it to browsers of people's own choice.
      target: 'es2024',
      minify: true,
      sourcemap: true,
      // The page's policy allows no data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
});
