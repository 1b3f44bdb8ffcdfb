import { expect, test } from 'vitest';
import { parseStartOptions, USAGE } from './startOptions.ts';

const DEFAULTS = {
  isBrowser: false,
  isOpened: true,
  workspace: null,
  folders: [],
  waitMs: 60_000,
  isWaitGiven: false,
  isHelp: false,
};

test('without a word everything is as usual', () => {
  expect(parseStartOptions([])).toEqual(DEFAULTS);
});

test('every option, and all of them in the help', () => {
  const args = '--browser --no-open --workspace w --folder a --folder b --wait 5 --help'.split(' ');
  expect(parseStartOptions(args)).toEqual({
    isBrowser: true,
    isOpened: false,
    workspace: 'w',
    folders: ['a', 'b'],
    waitMs: 5_000,
    isWaitGiven: true,
    isHelp: true,
  });
  const named = args.filter((arg) => arg.startsWith('--') && arg !== '--help');
  for (const flag of named) expect(USAGE).toContain(`  ${flag} `);
});

test.each([
  [['--port', '1'], `Unknown option '--port'; see "npm start -- --help".`],
  [['work'], `Unexpected argument 'work'; see "npm start -- --help".`],
  [['--wait', 'long'], '--wait takes seconds from 1 to 3600, not "long"; see "npm start -- --help".'],
  [['--wait', '0'], '--wait takes seconds from 1 to 3600, not "0"; see "npm start -- --help".'],
  [['--wait', '1e9'], '--wait takes seconds from 1 to 3600, not "1e9"; see "npm start -- --help".'],
  [['--workspace'], `Option '--workspace <value>' argument missing; see "npm start -- --help".`],
])('%j is refused', (args, message) => {
  expect(() => parseStartOptions(args)).toThrow(message);
});
