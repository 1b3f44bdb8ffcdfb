// Entry of the command line. The version check comes first: an old Node cannot load what follows.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `memskill needs Node 24.15 or newer, this is ${process.versions.node}; run it as "npm run -s memskill -- ..." (which brings its own Node).\n`,
  );
  process.exit(1);
}
// `memskill bank list | head`: who reads has heard enough, and the work still ends as it should.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const { runCommandLine } = await import('./runCommandLine.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), process);
