import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dataInspectionSchema } from '../contract/dataset.ts';
import { z } from 'zod';
import { trainResultSchema } from '../contract/run.ts';
import { here, makeFolder, memskillHere } from './testProcess.ts';

const { document, refusal, report } = here;
const SENSOR_LOG = fileURLToPath(new URL('../../resources/samples/sensor-log.jsonl', import.meta.url));

const evaluatedSchema = z.object({ byCategory: z.array(z.object({ name: z.string().nullable() })) });

test(
  'a sensor log is trained on and evaluated; what was trained on is not examined',
  { timeout: 180_000 },
  async () => {
    const workspace = ['--workspace', join(makeFolder(), 'work')] as const;
    const inspected = await document(dataInspectionSchema, 'data', 'inspect', SENSOR_LOG);
    expect(inspected).toMatchObject({
      name: 'own',
      traces: { all: 5, train: 3, validation: 1, test: 1 },
      spans: 35,
      isSpanCountExact: true,
      days: { first: '2025-03-03', last: '2025-04-06' },
    });
    const small = '--outer-epochs 1 --inner-epochs 1 --batch-size 1 --hidden-dim 8'.split(' ');
    const trained = await document(
      trainResultSchema,
      ...['train', '--dataset', 'own', '--data', SENSOR_LOG, ...small, ...workspace],
    );
    const run = ['eval', '--run', trained.run, ...workspace] as const;
    const evaluated = await document(evaluatedSchema, ...run, '--split', 'test');
    expect(evaluated.byCategory.map(({ name }) => name)).toEqual(['source', 'time', 'value']);

    // The same week under another id, in another file.
    const [line = ''] = readFileSync(SENSOR_LOG, 'utf8').split('\n');
    const copy = { ...(JSON.parse(line) as object), id: 'somewhere-else', split: 'test' };
    const file = join(makeFolder(), 'copy.jsonl');
    writeFileSync(file, `${JSON.stringify(copy)}\n`);
    expect(await refusal(1, ...run, '--split', 'test', '--data', file)).toContain(
      'somewhere-else has the content of house-week-1 there',
    );
  },
);

test('chats become traces, which are understood', async () => {
  const folder = makeFolder();
  const chats = join(folder, 'chats.json');
  writeFileSync(
    chats,
    JSON.stringify([{ title: 'Tea', messages: [{ role: 'user', content: 'I like tea.' }] }]),
  );
  expect(await refusal(1, 'data', 'inspect', chats)).toContain(
    'looks like an export of chats, which cannot be trained on as it is; turn it into traces first, with "memskill data import FILE --to OUT.jsonl".',
  );
  const target = join(folder, 'traces.jsonl');
  expect(await report('data', 'import', chats, '--to', target)).toContain('1 trace of 1 turns');
  expect(readFileSync(target, 'utf8')).toBe(
    '{"id":"Tea","turns":[{"speaker":"user","text":"I like tea."}],"questions":[]}\n',
  );
  expect(await report('data', 'inspect', target)).toContain('No trace has questions: add some');
  expect(await refusal(1, 'data', 'import', chats, '--to', target)).toContain(
    'is there already; name a new file.',
  );

  const transcript = join(folder, 'talk.md');
  writeFileSync(transcript, '# Talk\n\n**Ida:** Hello\n\n**Ben:** Hi\n');
  expect(await report('data', 'import', transcript, '--to', join(folder, 'talk.jsonl'))).toContain(
    '1 trace of 2 turns',
  );
});

test('everything that is wrong in a file is listed; nothing half-written is left', async () => {
  const folder = makeFolder();
  const file = join(folder, 'wrong.jsonl');
  writeFileSync(file, '{"id":"a","turns":[{"text":""}]}\n{"id":"b"\n');
  const { status, stdout, stderr } = await memskillHere('data', 'inspect', file, '--json');
  expect(status).toBe(1);
  expect(stderr).toContain('line 1, turns[0].text must not be empty (and 1 other problem)');
  expect(JSON.parse(stdout)).toMatchObject({
    problems: [
      { line: 1, keyPath: 'turns[0].text', reason: 'must not be empty' },
      { line: 2, keyPath: '' },
    ],
  });
  const chats = join(folder, 'chats.json');
  writeFileSync(chats, '[{"messages":[{"content":"x"}]}]');
  const target = join(folder, 'out.jsonl');
  expect(await refusal(1, 'data', 'import', chats, '--to', target)).toContain('[0].messages[0] has no role');
  expect(existsSync(target)).toBe(false);
});

test.each([
  [['data', 'inspect'], /^Usage: memskill data inspect FILE/u],
  [['data', 'burn', 'x'], 'data takes inspect and import, not "burn".'],
  [['data', 'import', 'x'], 'Name where the traces go: memskill data import FILE --to OUT.jsonl.'],
  [['data', 'import', 'x', '--k', '3', '--to', 'y'], 'An import takes no options of a run; leave them out.'],
  [['data', 'inspect', 'x', '--to', 'y'], 'Only data import takes --to.'],
])('%j is wrong usage', async (args, message) => {
  const said = await refusal(2, ...args);
  if (typeof message === 'string') expect(said).toBe(message);
  else expect(said).toMatch(message);
});
