import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { sourcePlatform } from '../app/platform.ts';
import { takeWorkspace } from '../app/takeWorkspace.ts';
import { systemClock } from '../shared/clock.ts';
import { here, makeFolder, startMemskill } from './testProcess.ts';

// Servers as clients start them: a process each, spoken to by the SDK's own client.

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TIMEOUT = { timeout: 120_000 };
const TEXT = 'Ada: I started a new job at the bakery yesterday. My sister Ina lives in Linz.';

const recalled = z.object({
  memories: z.array(z.object({ id: z.string(), text: z.string(), writtenBy: z.string() })),
});
const remembered = z.object({
  selectedBy: z.string(),
  reason: z.string(),
  inserted: z.array(z.object({ id: z.string(), text: z.string() })),
  updated: z.array(z.object({ id: z.string(), text: z.string() })),
  deletedIds: z.array(z.string()),
});

/** What went over the pipes of the first session: the transcript in the README is from it. */
const TRANSCRIPT = fileURLToPath(new URL('../../out/mcp-transcript.jsonl', import.meta.url));

interface Session {
  readonly client: Client;
  readonly errors: () => string;
  /** Each message as JSON: `client` or `server` and what it said. */
  readonly lines: readonly string[];
  call<T>(schema: z.ZodType<T>, name: string, input: Record<string, unknown>): Promise<T>;
}

async function connect(workspace: string, name: string, ...options: string[]): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, 'mcp', '--workspace', workspace, ...options],
    stderr: 'pipe',
  });
  let errors = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const lines: string[] = [];
  const send = transport.send.bind(transport);
  transport.send = (message) => {
    lines.push(JSON.stringify({ client: message }));
    return send(message);
  };
  // The client calls what stands here before its own.
  transport.onmessage = (message) => void lines.push(JSON.stringify({ server: message }));
  const client = new Client({ name, version: '1.0.0' });
  const badLines: Error[] = [];
  // What is no protocol message on stdout arrives here.
  client.onerror = (error) => void badLines.push(error);
  await client.connect(transport, TIMEOUT);
  onTestFinished(() => client.close());
  return {
    client,
    lines,
    errors: () => errors + badLines.map(String).join('\n'),
    call: async (schema, tool, input) => {
      const result = await client.callTool({ name: tool, arguments: input }, undefined, TIMEOUT);
      expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
      return schema.parse(result.structuredContent);
    },
  };
}

const newWorkspace = (): string => join(makeFolder(), 'work');

test(
  'an agent selects skills, reads them, remembers, recalls and forgets',
  { timeout: 180_000 },
  async () => {
    const agent = await connect(newWorkspace(), 'test agent', '--write');
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'select_memory_skills',
      'get_memory_skill',
      'recall',
      'remember',
      'forget',
    ]);
    expect(await agent.call(recalled, 'recall', { query: 'Where does Ada work?' })).toEqual({ memories: [] });
    const selection = await agent.call(
      z.object({
        selectedBy: z.string(),
        reason: z.string(),
        skills: z.array(z.object({ name: z.string() })),
      }),
      'select_memory_skills',
      { text: TEXT, k: 2 },
    );
    expect(selection).toMatchObject({ selectedBy: 'similarity' });
    expect(selection.reason).toContain('no trained controller');
    const [skill] = selection.skills;
    const { resources } = await agent.client.listResources();
    const resource = resources.find((one) => one.name === skill?.name);
    expect(resource?.uri).toBe(`skill://${skill?.name ?? ''}`);
    const read = await agent.client.readResource({ uri: resource?.uri ?? '' });
    const whole = await agent.call(z.object({ instruction: z.string() }), 'get_memory_skill', {
      name: skill?.name,
    });
    expect(JSON.stringify(read.contents)).toContain(JSON.stringify(whole.instruction).slice(1, -1));

    const done = await agent.call(remembered, 'remember', { text: TEXT, date: '2024-05-08' });
    expect(done.inserted.length).toBeGreaterThan(0);
    const { memories } = await agent.call(recalled, 'recall', { query: 'Where does Ada work?', limit: 1 });
    expect(memories).toMatchObject([
      { text: expect.stringContaining('bakery') as string, writtenBy: 'mcp:test agent' },
    ]);
    const [found] = memories;
    await agent.call(z.object({ forgotten: z.array(z.string()) }), 'forget', { ids: [found?.id] });
    const after = await agent.call(recalled, 'recall', { query: 'Where does Ada work?' });
    expect(after.memories.map(({ id }) => id)).not.toContain(found?.id);
    const wrong = await agent.client.callTool({ name: 'get_memory_skill', arguments: { name: 'nope' } });
    expect(wrong).toMatchObject({ isError: true });
    expect(agent.errors()).toBe('');
    expect(agent.lines.filter((line) => line.startsWith('{"server"')).length).toBeGreaterThan(9);
    mkdirSync(dirname(TRANSCRIPT), { recursive: true });
    writeFileSync(TRANSCRIPT, `${agent.lines.join('\n')}\n`);
  },
);

test(
  'what an agent says later corrects a memory, and a cancellation deletes it',
  { timeout: 120_000 },
  async () => {
    const agent = await connect(newWorkspace(), 'corrector', '--write');
    const remember = (text: string) => agent.call(remembered, 'remember', { text });
    const texts = async () =>
      (await agent.call(recalled, 'recall', { query: 'old fishing boat' })).memories.map(({ text }) => text);
    const { inserted } = await remember('Tom: I am going to sell the old fishing boat in spring.');
    expect(inserted).toMatchObject([{ text: 'Tom: I am going to sell the old fishing boat in spring.' }]);
    const [boat] = inserted;

    const corrected = await remember('Tom: Actually I sell the old fishing boat in autumn.');
    expect(corrected).toMatchObject({
      inserted: [],
      updated: [{ id: boat?.id, text: 'Tom: Actually I sell the old fishing boat in autumn.' }],
      deletedIds: [],
    });
    expect(await texts()).toEqual([expect.stringContaining('autumn')]);

    const cancelled = await remember('Tom: I no longer want to sell the old fishing boat.');
    expect(cancelled.deletedIds).toEqual([boat?.id]);
    expect((await texts()).filter((text) => text.includes('autumn'))).toEqual([]);
  },
);

test('without --write nothing can be changed', { timeout: 120_000 }, async () => {
  const agent = await connect(newWorkspace(), 'reader');
  const { tools } = await agent.client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['select_memory_skills', 'get_memory_skill', 'recall']);
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
  const refused = await agent.client.callTool({ name: 'forget', arguments: { ids: ['m1'] } });
  expect(refused).toMatchObject({ isError: true });
});

test(
  'two clients and the application share a workspace; it changes hands and nothing is lost',
  { timeout: 240_000 },
  async () => {
    // As unlike as can be: what is nearly known is not remembered again.
    const facts = [
      'Ada lives in Graz.',
      'Ben plays the cello in an orchestra.',
      'Carla is allergic to walnuts.',
      'David drives a red tractor.',
      'Eva graduated from medical school in 2019.',
      'Farid collects stamps from Brazil.',
      'Greta broke her left arm while skiing.',
    ];
    const workspace = newWorkspace();
    const first = await connect(workspace, 'first', '--write');
    const second = await connect(workspace, 'second', '--write');
    const write = async (agent: Session, n: number): Promise<void> => {
      const { inserted } = await agent.call(remembered, 'remember', { text: facts[n], skills: ['insert'] });
      expect(inserted, facts[n]).toHaveLength(1);
    };
    await write(first, 0);
    await Promise.all([write(first, 1), write(second, 2)]);
    // The application has to own the workspace; the first server, which does, gives it up.
    const studio = await takeWorkspace(workspace, { platform: sourcePlatform, clock: systemClock });
    try {
      await Promise.all([write(first, 3), write(second, 4)]);
      const listed = await studio.connect().call('memory.list', {
        space: 'default',
        before: null,
        limit: 100,
        filter: { from: null, to: null, skill: null },
      });
      const authors = listed.map(({ origin }) => origin.author);
      expect(new Set(authors)).toEqual(new Set(['mcp:first', 'mcp:second']));
      expect(listed.map(({ text }) => text).toSorted()).toEqual(facts.slice(0, 5));
    } finally {
      await studio.close();
    }
    // The application is gone: one of the servers takes over, the other finds it.
    await Promise.all([write(first, 5), write(second, 6)]);
    const { memories } = await second.call(recalled, 'recall', { query: 'What is known?', limit: 50 });
    expect(memories.map(({ text }) => text).toSorted()).toEqual(facts);
    expect([first.errors(), second.errors()]).toEqual(['', '']);
  },
);

test('two processes that write at once lose nothing', { timeout: 240_000 }, async () => {
  const workspace = newWorkspace();
  const owner = await connect(workspace, 'owner', '--write');
  await owner.call(recalled, 'recall', { query: 'anything' });
  const writers = ['a', 'b'].map(async (name) => {
    for (let n = 0; n < 5; n += 1) {
      const { status, stderr } = await startMemskill(
        ...['memory', 'add', `Writer ${name} noted number ${n}`, '--workspace', workspace],
      ).ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      await delay(1);
    }
  });
  await Promise.all(writers);
  const { memories } = await owner.call(recalled, 'recall', { query: 'Writer noted number', limit: 50 });
  expect(memories.map(({ text }) => text).toSorted()).toEqual(
    ['a', 'b'].flatMap((name) => [0, 1, 2, 3, 4].map((n) => `Writer ${name} noted number ${n}`)),
  );
});

test('prints the configuration of three clients', async () => {
  const configs = await here.document(
    z.array(z.object({ client: z.string(), config: z.unknown() })),
    ...['mcp', '--print-config', '--write', '--workspace', newWorkspace()],
  );
  expect(configs).toHaveLength(3);
  for (const { config } of configs) expect(JSON.stringify(config)).toContain('"--write"');
});
