import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defaultWorkspace } from '../../core/config/environment.ts';
import { workspaceOf } from './launchArguments.ts';

test.each([
  [['out/main/index.js', '--workspace', '/work/mine']],
  [['--workspace=/work/mine']],
  [['--no-sandbox', '--user-data-dir=/x', '--workspace', '/work/mine', 'left over']],
])('%j names its workspace', (args) => {
  expect(workspaceOf(args)).toBe(resolve('/work/mine'));
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
