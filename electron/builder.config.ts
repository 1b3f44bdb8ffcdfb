import type { Configuration } from 'electron-builder';

// How the built application is packed. Production dependencies come in by themselves; what has to be a file of its own,
// for the system's loader or for WebAssembly, stays outside of the archive. Workers run from within it: Electron reads
// archives in worker threads too, and no process is ever started with Electron as a plain Node.

const configuration: Configuration = {
  appId: 'org.memskill.studio',
  productName: 'MemSkill Studio',
  copyright: 'Licensed under Apache-2.0',
  directories: { output: 'dist', buildResources: 'resources' },
  extraMetadata: { main: 'out/main/index.js' },
  files: [
    'package.json',
    'LICENSE',
    'out/main/**/*',
    'out/preload/**/*',
    'out/renderer/**/*',
    'resources/samples/**/*',
    'resources/schema/**/*',
    'resources/models.json',
    '!**/*.map',
    // The same files as in its `dist`.
    '!node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/**/*',
  ],
  asar: true,
  asarUnpack: [
    '**/*.node',
    '**/*.wasm',
    'node_modules/@lancedb/lancedb-*/**/*',
    // llama.cpp loads its backends by their paths; the second is what it was built to on this machine, if it was.
    'node_modules/@node-llama-cpp/**/*',
    'node_modules/node-llama-cpp/{bins,llama/localBuilds}/**/*',
    // Loads libraries by their path from within its own library.
    'node_modules/@tensorflow/tfjs-node/**/*',
  ],
  // Native modules are all of Node-API: they fit every version of Node and Electron.
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  mac: { target: 'dmg', category: 'public.app-category.developer-tools' },
  win: { target: 'nsis' },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  linux: { target: 'AppImage', category: 'Science' },
  publish: null,
};

export default configuration;
