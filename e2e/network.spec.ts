import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './shells/shellProcess.ts';
import { expect, test } from './studio.ts';
import { placesElsewhere } from './tracedConnects.ts';

const TIMEOUT_MS = 1_200_000;

/** For `unshare`: a network of its own that has loopback and nothing else. */
const ALONE = ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] as const;
const TRACE = ['strace', '-f', '--seccomp-bpf', '-e', 'trace=connect,sendto,sendmsg,sendmmsg'] as const;

/** Why it cannot be seen here what is connected to, or null. */
function whyNotTraced(): string | null {
  if (process.platform !== 'linux') return 'Networks of their own and strace are there on Linux alone.';
  const args = [...ALONE, ...TRACE, '-o', '/dev/null', 'true'];
  const { status, error, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status === 0) return null;
  return `It needs unshare, ip and strace, and the right to use them: ${error?.message ?? stderr.trim()}`;
}

test('host, model process and browser connect to nothing but this machine', async ({
  studio,
  shellName,
}, testInfo) => {
  test.skip(shellName !== 'browser', 'It is about the web host.');
  const reason = whyNotTraced();
  test.skip(reason !== null, reason ?? '');
  test.setTimeout(TIMEOUT_MS);
  const traceFile = join(studio.makeFolder(), 'connects');
  const args = [...ALONE, ...TRACE, '-o', traceFile, process.execPath, 'e2e/networkWalk.ts'];
  const child = spawn('unshare', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await testInfo.attach('walk', { body: output, contentType: 'text/plain' });
  expect(output).toContain('WALKED');
  const trace = readFileSync(traceFile, 'utf8');
  // The page's own connection to the host, at least: the trace saw what was done.
  expect(trace).toMatch(/connect\(.*127\.0\.0\.1/u);
  expect(placesElsewhere(trace)).toEqual([]);
});
