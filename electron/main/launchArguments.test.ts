import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultWorkspace } from '../../core/config/environment.ts';
import { workspaceOf } from './launchArguments.ts';

test.each([
  [['out/main/index.js', '--workspace', '/spaces/mine']],
  [['--workspace=/spaces/mine']],
  [['--no-sandbox', '--user-data-dir=/x', '--workspace', '/spaces/mine', 'left over']],
])('%j names its workspace', (args) => {
  expect(workspaceOf(args)).toBe(resolve('/spaces/mine'));
});

test('a relative folder is one of where it was started', () => {
  expect(workspaceOf(['--workspace', 'mine'])).toBe(resolve('mine'));
});

test.each([[[]], [['--workspace']], [['--workspace=']], [['--enable-logging']]])(
  '%j means the usual one',
  (args) => {
    expect(workspaceOf(args)).toBe(resolve(defaultWorkspace()));
  },
);
