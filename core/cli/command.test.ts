import { describe, expect, test } from 'vitest';
import { RUN_OPTIONS } from '../config/options.ts';
import { parseCommandLine, UsageError, type CommandSpec } from './command.ts';
import { helpText, overviewText, wrapText } from './helpText.ts';

const plain: CommandSpec = {
  name: 'look',
  usage: 'look [ID]',
  summary: 'Looks at something.',
  flags: [
    { flag: 'note', value: 'TEXT', description: 'a note' },
    { flag: 'all', value: null, description: 'everything' },
    { flag: 'from', value: 'DIR', isList: true, description: 'may be repeated' },
  ],
  takesRunOptions: false,
  positionals: [0, 1],
  handlesInterrupt: false,
  run: async () => undefined,
};

const training: CommandSpec = { ...plain, name: 'train', usage: 'train', takesRunOptions: true };

function usageError(command: CommandSpec, ...args: string[]): string {
  try {
    parseCommandLine(command, args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  return expect.unreachable(`${args.join(' ')} was taken`);
}

describe('parseCommandLine', () => {
  test('positionals, values and switches in any order', () => {
    expect(parseCommandLine(plain, ['--all', 'p1', '--note', 'a b', '--json'])).toEqual({
      positionals: ['p1'],
      flags: { all: true, note: 'a b', json: true },
      runOptions: {},
    });
    expect(parseCommandLine(plain, ['--note=x=y'])).toMatchObject({ flags: { note: 'x=y' } });
    expect(parseCommandLine(plain, ['--', '--all'])).toMatchObject({ positionals: ['--all'], flags: {} });
  });

  test('a flag that may be repeated keeps each value, the last of another one counts', () => {
    expect(
      parseCommandLine(plain, ['--from', 'a,b', '--note', 'x', '--from=c', '--note', 'y']),
    ).toMatchObject({
      flags: { from: ['a,b', 'c'], note: 'y' },
    });
    expect(parseCommandLine(plain, ['--from', 'a']).flags).toEqual({ from: ['a'] });
    expect(usageError(plain, '--from')).toMatch(/^--from needs a value/u);
  });

  test('every command takes --workspace, --json and --help; -h is help', () => {
    expect(parseCommandLine(plain, ['--workspace', 'w', '--json', '--help']).flags).toEqual({
      workspace: 'w',
      json: true,
      help: true,
    });
    expect(parseCommandLine(plain, ['-h']).flags).toEqual({ help: true });
  });

  test('options of a run come by their names, as numbers where they are numbers', () => {
    const args = '--k 5 --learning-rate 1e-3 --review auto --data d.json --seed=0'.split(' ');
    expect(parseCommandLine(training, args)).toEqual({
      positionals: [],
      flags: {},
      runOptions: { k: 5, learningRate: 0.001, review: 'auto', data: 'd.json', seed: 0 },
    });
  });

  test('a boolean option of a run is switched on and off; the last word counts', () => {
    expect(parseCommandLine(training, ['--refine-only', '--no-prefers-new-skills']).runOptions).toEqual({
      isRefineOnly: true,
      prefersNewSkills: false,
    });
    expect(parseCommandLine(training, ['--skip-noop', '--no-skip-noop']).runOptions).toEqual({
      skipNoop: false,
    });
    expect(parseCommandLine(training, ['--k', '1', '--k', '2']).runOptions).toEqual({ k: 2 });
  });

  test('every option of a run has a flag that is taken', () => {
    for (const option of RUN_OPTIONS) {
      const value = { choice: option.choices[0] ?? '', number: '1', text: 'x', boolean: '', file: 'x' }[
        option.kind
      ];
      const args = option.kind === 'boolean' ? [`--${option.flag}`] : [`--${option.flag}`, value];
      const expected = { choice: value, text: value, number: 1, boolean: true, file: value }[option.kind];
      expect(parseCommandLine(training, args).runOptions).toEqual({ [option.name]: expected });
    }
  });

  test('a negative number is a value, refused later with the range', () => {
    expect(parseCommandLine(training, ['--k', '-1']).runOptions).toEqual({ k: -1 });
  });

  test.each([
    [['--bogus'], '"memskill look" has no option --bogus; see "memskill look --help".'],
    [['-x'], '"memskill look" has no option -x; see "memskill look --help".'],
    [['--no-all'], '"memskill look" has no option --no-all; see "memskill look --help".'],
    [
      ['--k', '3'],
      '"memskill look" has no option --k (it is an option of train); see "memskill look --help".',
    ],
    [['--note'], '--note needs a value; see "memskill look --help".'],
    [['--note', ''], '--note needs a value; see "memskill look --help".'],
    [['--note', '--all'], '--note needs a value; see "memskill look --help".'],
    [['--all=yes'], '--all takes no value.'],
    [['a', 'b'], 'Usage: memskill look [ID]; see "memskill look --help".'],
  ])('%j is wrong usage, said in one sentence', (args, message) => {
    expect(usageError(plain, ...args)).toBe(message);
  });

  test.each([
    [['--k', 'many'], '--k takes a number, not "many".'],
    [['--no-skip-noop=1'], '--no-skip-noop takes no value.'],
    [['--no-k'], '"memskill train" has no option --no-k; see "memskill train --help".'],
    [
      ['--designer-freq', '2'],
      '"memskill train" has no option --designer-freq (the reference has it, here evolution happens after every stage); see "memskill train --help".',
    ],
  ])('%j is wrong usage of a command with options of a run', (args, message) => {
    expect(usageError(training, ...args)).toBe(message);
  });

  test('help is given whatever else is missing', () => {
    const strict: CommandSpec = { ...plain, positionals: [1, 1] };
    expect(parseCommandLine(strict, ['--help']).flags).toEqual({ help: true });
    expect(usageError(strict)).toContain('Usage:');
  });

  test('a flag named like something every object has is unknown, not found', () => {
    expect(usageError(plain, '--constructor')).toContain('no option --constructor');
    expect(usageError(plain, '--toString')).toContain('no option --toString');
  });
});

describe('help', () => {
  test('of a plain command: usage, summary, every flag', () => {
    expect(helpText({ ...plain, defaultWorkspace: 'a new folder' })).toBe(
      [
        'Usage: memskill look [ID]',
        '',
        'Looks at something.',
        '',
        'Flags:',
        '  --note TEXT                   a note',
        '  --all                         everything',
        '  --from DIR                    may be repeated',
        '  --workspace DIR               folder everything is kept in (default: a new folder)',
        '  --json                        print one JSON document on stdout and nothing else',
        '  --help                        show this help',
      ].join('\n'),
    );
  });

  test('of a command with options of a run: each with what it takes, its default and its preset', () => {
    const text = helpText(training).replaceAll(/\n {3,}/gu, ' ');
    for (const option of RUN_OPTIONS) expect(text).toContain(option.flag);
    expect(text).toContain(
      '--k N                         skills selected for each span (from 1 to 64, default 3; longmemeval: 5; hotpotqa: 7)',
    );
    expect(text).toContain('(from 1 to 1000, default 10; sample, alfworld, own: 3; budget locomo, ');
    expect(text).toMatch(
      /--question-sampling N .*\(above 0 and up to 1, default 1; budget sample, own: 0.5; budget locomo: 0.2\)/u,
    );
    expect(text).toMatch(/--skill-text NAME .*\(full or reference, default full; reference: reference\)/u);
    expect(text).toMatch(/--review NAME .*\(manual, guarded or auto, default manual\)/u);
    expect(text).toMatch(/--data FILE .*\(default none\)/u);
    expect(text).toContain('--[no-]skip-noop');
    expect(text).toContain('designer-freq: evolution happens after every stage');
  });

  test('no line is wider than a page', () => {
    for (const text of [helpText(training), overviewText([plain, training])])
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('the overview lists every command', () => {
    expect(overviewText([plain, training])).toContain('  look       Looks at something.');
  });

  test('wrapping keeps every word and never cuts one', () => {
    const text = 'one two three fourteen-letters x';
    expect(wrapText(text, { indent: 2, width: 11 })).toBe('one two\n  three\n  fourteen-letters\n  x');
    expect(wrapText('', { indent: 2, width: 10 })).toBe('');
  });
});
