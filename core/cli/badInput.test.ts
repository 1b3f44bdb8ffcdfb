import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runSchema, trainResultSchema } from '../contract/run.ts';
import { required } from '../shared/assertions.ts';
import { mountObstacle, mountTestDisk, remountReadOnly } from '../store/testDisk.ts';
import { apart, here, makeFolder, sampleConversations, type SampleConversation } from './testProcess.ts';

// Whatever is wrong: one sentence that names it and the remedy, the right exit status, and a workspace that still works.

const { document, refusal, report } = here;
const ONE_STEP = ['--outer-epochs', '1', '--inner-epochs', '1', '--batch-size', '1'] as const;
const runs = z.array(runSchema);

describe('wrong usage exits 2', () => {
  test('in a process of its own', async () => {
    expect(await apart.refusal(2, 'train', '--k', '0')).toBe(
      'Wrong setting: k (--k) is 0 but must be a whole number from 1 to 64.',
    );
  });

  test.each([
    [['fly'], 'There is no command "fly"; "memskill --help" lists the commands.'],
    [
      ['--json'],
      'The command comes first; there is no option "--json"; "memskill --help" lists the commands.',
    ],
    [['train', '--fly'], '"memskill train" has no option --fly; see "memskill train --help".'],
    [['train', '--seed'], '--seed needs a value; see "memskill train --help".'],
    [['train', '--k', 'three'], '--k takes a number, not "three".'],
    [['train', '--dataset', 'locomo'], 'The data set locomo needs its file: name it in data (--data FILE).'],
    [
      ['train', '--review', 'never'],
      'Wrong setting: review (--review) is "never" but must be manual, guarded or auto.',
    ],
    [
      ['train', '--resume', 'x', '--k', '3'],
      'A resumed run keeps the name and the options it was started with; leave them out beside --resume, but for --max-calls, --max-model-tokens, --max-model-hours and --model-context.',
    ],
    [
      ['train', '--resume', 'x', '--max-calls', '-1'],
      /^Wrong setting: maxCalls \(--max-calls\) is -1 but must be /u,
    ],
    [['train', '--name', 'x'.repeat(101)], '--name takes at most 100 characters, not 101.'],
    [
      ['demo', '--dataset', 'locomo'],
      'The demo runs on the bundled sample; use "memskill train" for other data.',
    ],
    [['runs', 'x'], 'Usage: memskill runs; see "memskill runs --help".'],
    [['review', 'p1'], /^Give exactly one of --approve, /u],
    [['review', 'p1', '--approve', '--park'], /^Give exactly one of --approve, /u],
    [['review', '--approve'], 'Name the proposal: memskill review ID --approve.'],
    [['review', 'p1', '--apply'], '--apply takes no proposal: it applies everything that was approved.'],
    [
      ['proposals', '--write-change', 'x'],
      '--write-change needs the proposal: memskill proposals ID --write-change FILE.',
    ],
    [
      ['bank', 'burn'],
      'bank takes list, show, diff, export, import, verify, trust, distrust, rollback, keygen, not "burn".',
    ],
    [
      ['bank', 'constructor'],
      'bank takes list, show, diff, export, import, verify, trust, distrust, rollback, keygen, not "constructor".',
    ],
    [['bank', 'diff', '1'], 'Usage: memskill bank diff FROM TO.'],
    [['bank', 'list', '1'], 'Usage: memskill bank list.'],
    [['bank', 'show', 'new'], '"new" is not a bank version; use a number such as 3 or v3.'],
  ])('%j', async (args, message) => {
    // A folder that is not made: wrong usage is found before anything is opened.
    const folder = join(makeFolder(), 'work');
    const where = args[0] === '--json' ? [] : ['--workspace', folder];
    const said = await refusal(2, ...args, ...where);
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    expect(existsSync(folder)).toBe(false);
  });

  test('help and version are no wrong usage, a missing command is', async () => {
    expect(await report('--help')).toContain('Usage: memskill COMMAND');
    expect(await report('train', '--help')).toContain('Usage: memskill train');
    expect(await report('--version')).toMatch(/^\d+\.\d+\.\d+\n$/u);
    expect(await apart.report('bank', '-h')).toContain('Usage: memskill bank');
  });
});

describe('a data file that cannot be trained on: exit 1 with file and key path, nothing half-written', () => {
  /** Trains on the sample after `damage`, and says what came of it. */
  async function said(damage: (conversations: SampleConversation[]) => unknown): Promise<string> {
    const folder = makeFolder();
    const file = join(folder, 'data.json');
    const conversations = sampleConversations();
    const damaged = damage(conversations);
    writeFileSync(file, typeof damaged === 'string' ? damaged : JSON.stringify(conversations));
    const workspace = ['--workspace', join(folder, 'work')] as const;
    const message = await refusal(
      1,
      'train',
      '--dataset',
      'locomo',
      '--data',
      file,
      ...ONE_STEP,
      ...workspace,
    );
    expect(message).toContain(file);
    expect(await document(runs, 'runs', ...workspace)).toEqual([]);
    return message.replace(file, 'FILE');
  }

  const turnsOf = (one: SampleConversation, name: string): { text: unknown }[] =>
    // Our own file: a session is a list of turns.
    one.conversation[name] as { text: unknown }[];

  test('missing', async () => {
    const file = join(makeFolder(), 'none.json');
    const workspace = ['--workspace', makeFolder()] as const;
    expect(await refusal(1, 'train', '--dataset', 'locomo', '--data', file, ...workspace)).toBe(
      `There is no data file ${file}; check the path.`,
    );
  });

  test('cut off', async () => {
    expect(await said((all) => JSON.stringify(all).slice(0, -500))).toMatch(
      /FILE is not whole JSON.*fetch it again/u,
    );
  });

  test('of another shape', async () => {
    expect(await said(() => '{"conversations": []}')).toContain('expected array');
    expect(
      await said((all) => {
        turnsOf(all[1]!, 'session_2')[0]!.text = 5;
      }),
    ).toContain('[1].conversation.session_2[0].text');
  });

  test('with an empty conversation', async () => {
    expect(
      await said((all) => {
        for (const key of Object.keys(all[0]!.conversation))
          if (/^session_\d+$/u.test(key)) all[0]!.conversation[key] = [];
      }),
    ).toContain('[0].conversation has no session with turns');
  });

  test('with a question without answer, or of an unknown category', async () => {
    expect(
      await said((all) => {
        delete all[1]!.qa[3]!.answer;
      }),
    ).toContain('[1].qa[3].answer is missing');
    expect(
      await said((all) => {
        all[1]!.qa[3]!.category = 9;
      }),
    ).toContain('[1].qa[3].category is 9');
  });
});

describe('a saved run', () => {
  interface Saved {
    readonly folder: string;
    readonly dataFile: string;
    readonly workspace: readonly ['--workspace', string];
  }

  /** A run on a copy of the sample that waits for a person after its first stage. */
  async function savedRun(): Promise<Saved> {
    const folder = makeFolder();
    const dataFile = join(folder, 'data.json');
    writeFileSync(dataFile, JSON.stringify(sampleConversations()));
    const workspace = ['--workspace', join(folder, 'work')] as const;
    const options = '--outer-epochs 2 --inner-epochs 1 --batch-size 2 --hidden-dim 8'.split(' ');
    const trained = await document(
      trainResultSchema,
      ...['train', '--dataset', 'locomo', '--data', dataFile, ...options, ...workspace],
    );
    expect(trained.status).toBe('waiting');
    return { folder: join(folder, 'work'), dataFile, workspace };
  }

  const resume = ['train', '--resume', 'locomo-1'] as const;

  test('is not resumed on other data, nor on a damaged checkpoint; whole again it goes on', async () => {
    const { folder, dataFile, workspace } = await savedRun();
    const data = readFileSync(dataFile, 'utf8');
    writeFileSync(dataFile, data.replace('bread', 'bricks'));
    expect(await refusal(1, ...resume, ...workspace)).toContain('was started on other data');
    writeFileSync(dataFile, data);

    const name = required(
      readdirSync(join(folder, 'checkpoints')).find((file) => file.endsWith('.safetensors')),
      'checkpoint',
    );
    const file = join(folder, 'checkpoints', name);
    const whole = readFileSync(file);
    const notANumber = Buffer.from(whole);
    notANumber.writeFloatLE(NaN, notANumber.length - 4);
    writeFileSync(file, notANumber);
    expect(await refusal(1, ...resume, ...workspace)).toMatch(
      /Checkpoint .*safetensors is damaged \(SHA-256/u,
    );

    const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    // A trainer that wrote NaN itself would have recorded its hash too.
    const replaceHash = (from: Buffer, to: Buffer): void => {
      const database = new DatabaseSync(join(folder, 'studio.db'));
      database.prepare('UPDATE runStates SET body = replace(body, ?, ?)').run(hashOf(from), hashOf(to));
      database.close();
    };
    replaceHash(whole, notANumber);
    const message = await refusal(1, ...resume, ...workspace);
    expect(message).toMatch(/tensor \S+ holds NaN at index \d+/u);
    expect(message).toContain(name);

    replaceHash(notANumber, whole);
    writeFileSync(file, whole);
    expect(await document(trainResultSchema, ...resume, '--continue', ...workspace)).toMatchObject({
      status: 'finished',
    });
  });
});

describe('a workspace', () => {
  test('whose database a newer version wrote is refused and left as it is', async () => {
    const folder = join(makeFolder(), 'work');
    await report('runs', '--workspace', folder);
    const path = join(folder, 'studio.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(path);
    const message = await refusal(1, 'runs', '--workspace', folder);
    expect(message).toContain(path);
    expect(message).toContain('newer version');
    expect(await refusal(1, 'train', ...ONE_STEP, '--workspace', folder)).toBe(message);
    expect(readFileSync(path)).toEqual(before);
  });

  test('that is a file is named', async () => {
    const file = join(makeFolder(), 'file');
    writeFileSync(file, '');
    expect(await refusal(1, 'runs', '--workspace', file)).toContain(file);
  });

  const needsDisk = mountObstacle === null ? '' : ` (skipped: ${mountObstacle})`;

  test.skipIf(mountObstacle !== null)(
    `on a read-only disk is refused with the remedy${needsDisk}`,
    async () => {
      const disk = mountTestDisk(8192);
      const workspace = ['--workspace', join(disk, 'work')] as const;
      await report('runs', ...workspace);
      remountReadOnly(disk);
      for (const args of [['runs'], ['train', ...ONE_STEP], ['bank', 'list']]) {
        const message = await refusal(1, ...args, ...workspace);
        expect(message).toContain(join(disk, 'work'));
        expect(message).toContain('read-only');
      }
    },
  );

  test.skipIf(mountObstacle !== null)(
    `on a full disk fails in one sentence, keeps nothing half-written and opens again${needsDisk}`,
    async () => {
      // Too small for a checkpoint of the controller, large enough for the database.
      const disk = mountTestDisk(3072);
      const folder = join(disk, 'work');
      const workspace = ['--workspace', folder] as const;
      expect(await refusal(1, 'train', '--json', ...ONE_STEP, ...workspace)).toContain(
        'the disk is full: free some space',
      );
      const checkpoints = join(folder, 'checkpoints');
      expect(existsSync(checkpoints) ? readdirSync(checkpoints) : []).toEqual([]);
      const [run] = await document(runs, 'runs', ...workspace);
      expect(run).toMatchObject({ status: 'failed', step: 0 });
      expect(run!.message).toContain('the disk is full');
      expect(await report('doctor', ...workspace)).toContain('chain intact');
    },
  );
});
