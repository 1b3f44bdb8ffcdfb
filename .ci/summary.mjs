// Adds up the JSON reports of the test runners named on the command line; no test at all is a failure.
import { existsSync, readFileSync } from 'node:fs';

function countVitest(report) {
  // A file that could not be loaded has no tests of its own, and still failed.
  const broken = report.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

function countPlaywright({ stats, errors }) {
  // Errors outside of tests: a file that could not be loaded, a setup that failed.
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2).filter((name) => existsSync(name))) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const counts = report.stats === undefined ? countVitest(report) : countPlaywright(report);
  for (const name of Object.keys(totals)) totals[name] += counts[name];
}
if (totals.passed + totals.failed === 0) totals.failed = 1;
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
